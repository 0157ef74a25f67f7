/** A channel's log: one hash chain of exact MLSMessages per channel and generation (rule S1). */

import type { Bytes } from "../bytes";
import { fixed, uint } from "../codec";
import { UsageError } from "../errors";
import { sha256 } from "../primitives/hashes";
import type { LogKind } from "./kinds";
import * as labels from "./labels";
import { CHANNEL_ID_BYTES, HASH_BYTES } from "./sizes";

export const FIRST_SEQUENCE = 1;

/** The log that an entry stands in. */
export interface LogName {
  readonly channel: Bytes;
  readonly generation: number;
}

/** The hash of entry `sequence`, which holds `message`; `previous` is zeros for the first. */
export function logHash(log: LogName, previous: Bytes, sequence: number, kind: LogKind, message: Bytes): Bytes {
  if (sequence < FIRST_SEQUENCE) {
    throw new UsageError(`a log begins with entry ${FIRST_SEQUENCE}`);
  }
  return labels.labelledHash(
    labels.LOG,
    fixed(log.channel, CHANNEL_ID_BYTES),
    uint(log.generation, 4),
    fixed(previous, HASH_BYTES),
    uint(sequence, 8),
    uint(kind, 1),
    sha256(message),
  );
}
