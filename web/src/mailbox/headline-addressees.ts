/**
 * Whom a headline names of those who must act (docs/protocol.md section 7.1).
 *
 * An insider's program can name 800 others in each message, and every opening fetches all headlines. So of a message of
 * somebody else's that names more than MAX_LISTED, a headline has the first ones, all countries and roles, since any of
 * them may be ours, and our own account; how many others there are is counted. All of them are in the journal's row.
 */

import { concat, fromHex, fromUtf8, hex, utf8, type Bytes } from "../bytes";
import { opaque, uint, vector, type Reader } from "../codec";
import { MalformedError } from "../errors";
import * as json from "../forms/canonical-json";
import { decodeAddressee, MAX_ADDRESSEES, MAX_BODY_BYTES, type Addressee } from "../forms/envelope";
import { list } from "../forms/fields";
import { Role } from "../ledger/kinds";
import { ACCOUNT_ID_BYTES } from "../ledger/sizes";

export const MAX_LISTED = 16; // four are shown in a list; more than that nobody names one by one
const KINDS = { account: 1, country: 2, role: 3 } as const;
const COUNTRY_LETTERS = 2;

/** `unlisted` counts those beside `to`: accounts that are not ours, and roles that nobody has. */
export interface ListedAddressees {
  readonly to: readonly Addressee[];
  readonly unlisted: number;
}

/** @param account ours, hexadecimal. */
export function listedAddressees(to: readonly Addressee[], account: string): ListedAddressees {
  if (to.length <= MAX_LISTED) {
    return { to, unlisted: 0 };
  }
  const all = [...new Map(to.map((one) => [JSON.stringify(one), one] as const)).values()];
  const listed = all.filter((one, place) => place < MAX_LISTED || mayBeUs(one, account));
  return { to: listed, unlisted: all.length - listed.length };
}

/** Which country is ours, names that are sealed say; they may not be here. */
function mayBeUs(one: Addressee, account: string): boolean {
  return "country" in one || ("role" in one ? Object.hasOwn(Role, one.role) : one.account === account);
}

/** As before there was a limit where they are few: in canonical JSON. */
export function encodeAddressees({ to, unlisted }: ListedAddressees): Bytes {
  return to.length <= MAX_LISTED && unlisted === 0
    ? opaque(json.encode(to.map((one) => new Map(Object.entries(one)))))
    : concat(opaque(new Uint8Array(0)), uint(unlisted, 2), vector(to.map(encodeAddressee)));
}

/** @throws MalformedError anything that `encodeAddressees` does not write, or wrote before there was a limit. */
export function readAddressees(reader: Reader): ListedAddressees {
  const written = reader.opaque();
  if (written.length > 0) {
    return { to: list(json.decode(written, MAX_BODY_BYTES), MAX_ADDRESSEES).map(decodeAddressee), unlisted: 0 };
  }
  const unlisted = reader.uint(2);
  const to = reader.vector(readAddressee);
  if (to.length + unlisted > MAX_ADDRESSEES) {
    throw new MalformedError("a headline counts more addressees than a message can have");
  }
  return { to, unlisted };
}

function encodeAddressee(one: Addressee): Bytes {
  if ("account" in one) {
    return concat(uint(KINDS.account, 1), fromHex(one.account, ACCOUNT_ID_BYTES));
  }
  return "country" in one
    ? concat(uint(KINDS.country, 1), utf8(one.country))
    : concat(uint(KINDS.role, 1), opaque(utf8(one.role)));
}

function readAddressee(reader: Reader): Addressee {
  switch (reader.uint(1)) {
    case KINDS.account:
      return { account: hex(reader.fixed(ACCOUNT_ID_BYTES)) };
    case KINDS.country:
      return decodeAddressee(new Map([["country", fromUtf8(reader.fixed(COUNTRY_LETTERS))]]));
    case KINDS.role:
      return decodeAddressee(new Map([["role", fromUtf8(reader.opaque())]]));
    default:
      throw new MalformedError("an addressee is an account, a country or a role");
  }
}
