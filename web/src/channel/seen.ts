/** Where a store says that a message of an author was taken in (rule S4). */

import { concat, hex, type Bytes } from "../bytes";
import { decode, fixed, uint } from "../codec";
import { HASH_BYTES } from "../ledger/sizes";
import type { Place } from "./events";

/** The place at which a message was first in log order, and what it was. */
export interface Seen {
  readonly envelopeHash: Bytes; // SHA-256 of the signed content with its signature
  readonly generation: number;
  readonly sequence: number;
}

export function seenKey(operation: Bytes, identityKey: Bytes, message: Bytes): string {
  return `seen/${hex(operation)}/${hex(identityKey)}${hex(message)}`;
}

export function encodeSeen(envelopeHash: Bytes, place: Pick<Place, "generation" | "sequence">): Bytes {
  return concat(fixed(envelopeHash, HASH_BYTES), uint(place.sequence, 8), uint(place.generation, 4));
}

/** @throws MalformedError anything that `encodeSeen` does not write. */
export function readSeen(value: Bytes): Seen {
  return decode(value, (reader) => {
    const envelopeHash = reader.fixed(HASH_BYTES);
    const sequence = Number(reader.uint64());
    return { envelopeHash, generation: reader.uint(4), sequence };
  });
}
