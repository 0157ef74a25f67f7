/**
 * Who reads a message, and whom it asks: told to its writer before anything is sent. `to` says who must act; who can
 * read is the channel. Mirrors `cencomm/client/channel/readership.py`.
 */

import type { Addressee, Tlp } from "./envelope";

/** One who belongs to the channel, as far as addressing needs it. */
export interface Reader {
  readonly account: string;
  readonly name: string;
  readonly country: string | null;
  readonly role: string; // as addressees name it: coordinator, officer, analyst, archive, ncen, cen
  readonly isUs: boolean;
}

const NODES: ReadonlySet<string> = new Set(["archive", "ncen", "cen"]);

/** A store that reads and keeps, not a person. */
export function isStore(reader: Reader): boolean {
  return NODES.has(reader.role);
}

export function isNamedBy(reader: Reader, addressee: Addressee): boolean {
  if ("account" in addressee) {
    return addressee.account === reader.account;
  }
  return "country" in addressee ? addressee.country === reader.country : addressee.role === reader.role;
}

/** People beyond `to` who would read a TLP:RED message: it is refused while there are any. Stores are no people. */
export function beyond(readers: readonly Reader[], to: readonly Addressee[], tlp: Tlp): readonly Reader[] {
  return tlp !== "RED"
    ? []
    : readers.filter((one) => !one.isUs && !isStore(one) && !to.some((addressee) => isNamedBy(one, addressee)));
}
