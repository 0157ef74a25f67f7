/** Operations in which nothing is sent any more, and the two statements of the relay that convict it (L4). */

import { fromUtf8, hex, utf8, type Bytes } from "../bytes";
import type { Writes } from "../store/state-store";

export const FROZEN_PREFIX = "frozen/";
const EVIDENCE_PREFIX = "evidence/ledger/";

export function frozenWrites(operation: Bytes, sentence: string, evidence: readonly [Bytes, Bytes]): Writes {
  const name = hex(operation);
  return new Map([
    [FROZEN_PREFIX + name, utf8(sentence)],
    [`${EVIDENCE_PREFIX}${name}/0`, evidence[0]],
    [`${EVIDENCE_PREFIX}${name}/1`, evidence[1]],
  ]);
}

/** The operation, in hexadecimal, and why it is frozen. */
export function readFrozen([key, value]: readonly [string, Bytes]): readonly [string, string] {
  return [key.slice(FROZEN_PREFIX.length), fromUtf8(value)];
}
