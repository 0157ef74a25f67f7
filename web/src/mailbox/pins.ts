/** How far an operation's ledger reached when this account saw it last: a shorter one is refused (L2). */

import { concat, hex, type Bytes } from "../bytes";
import { decode, fixed, uint } from "../codec";
import { MalformedError } from "../errors";
import type { Pin } from "../ledger/ledger";
import { HASH_BYTES, OPERATION_ID_BYTES } from "../ledger/sizes";

export const PIN_PREFIX = "pin/";

export function pinKey({ operation }: Pin): string {
  return PIN_PREFIX + hex(operation);
}

export function encodePin({ operation, sequence, hash }: Pin): Bytes {
  return concat(fixed(operation, OPERATION_ID_BYTES), uint(sequence, 8), fixed(hash, HASH_BYTES));
}

/** @throws MalformedError anything that `encodePin` does not write. */
export function decodePin(data: Bytes): Pin {
  return decode(data, (reader) => {
    const operation = reader.fixed(OPERATION_ID_BYTES);
    const sequence = Number(reader.uint64());
    if (!Number.isSafeInteger(sequence)) {
      throw new MalformedError("a pin beyond every ledger");
    }
    return { operation, sequence, hash: reader.fixed(HASH_BYTES) };
  });
}

/** Of two, the one that reaches further. */
export function newer(one: Pin | undefined, other: Pin): Pin {
  return one !== undefined && one.sequence >= other.sequence ? one : other;
}
