/**
 * The anchor: where a message stands in the ledger and in the log, under the sender's MLS signature (rule C1).
 *
 * It is the `authenticated_data` of each Commit and application message and the one GroupInfo extension.
 */

import { concat, equal, isZero, utf8, type Bytes } from "../bytes";
import { decode, fixed, uint } from "../codec";
import { MalformedError } from "../errors";
import { LogKind, readKind } from "./kinds";
import { CHANNEL_ID_BYTES, HASH_BYTES, OPERATION_ID_BYTES } from "./sizes";

const LABEL = utf8("cencomm anchor 1");
/** The one length that an anchor has. */
export const ANCHOR_BYTES =
  LABEL.length + 1 + OPERATION_ID_BYTES + CHANNEL_ID_BYTES + 4 + 2 * (8 + HASH_BYTES) + HASH_BYTES;

/** What a sender stood on: the ledger head that a Commit enacts, and the newest log entry that was processed. */
export interface Anchor {
  readonly kind: LogKind;
  readonly operation: Bytes;
  readonly channel: Bytes;
  readonly generation: number;
  readonly ledgerSequence: bigint;
  readonly ledgerHash: Bytes;
  readonly logSequence: bigint; // 0 and zeros before the first entry
  readonly logHash: Bytes;
  readonly commitment: Bytes; // to the envelope of an application message (S7), zeros in Commits
}

export function encodeAnchor(anchor: Anchor): Bytes {
  return concat(
    LABEL,
    uint(anchor.kind, 1),
    fixed(anchor.operation, OPERATION_ID_BYTES),
    fixed(anchor.channel, CHANNEL_ID_BYTES),
    uint(anchor.generation, 4),
    uint(anchor.ledgerSequence, 8),
    fixed(anchor.ledgerHash, HASH_BYTES),
    uint(anchor.logSequence, 8),
    fixed(anchor.logHash, HASH_BYTES),
    fixed(anchor.commitment, HASH_BYTES),
  );
}

/**
 * The anchor that exactly `data` encodes; whether it is right for its place is judged elsewhere.
 *
 * @throws MalformedError anything else, trailing bytes included.
 */
export function decodeAnchor(data: Bytes): Anchor {
  const anchor = decode(data, (reader) => {
    if (!equal(reader.fixed(LABEL.length), LABEL)) {
      throw new MalformedError("not an anchor of version 1");
    }
    return {
      kind: readKind(reader, LogKind, "LogKind"),
      operation: reader.fixed(OPERATION_ID_BYTES),
      channel: reader.fixed(CHANNEL_ID_BYTES),
      generation: reader.uint(4),
      ledgerSequence: reader.uint64(),
      ledgerHash: reader.fixed(HASH_BYTES),
      logSequence: reader.uint64(),
      logHash: reader.fixed(HASH_BYTES),
      commitment: reader.fixed(HASH_BYTES),
    };
  });
  if (anchor.kind === LogKind.commit && !isZero(anchor.commitment)) {
    throw new MalformedError("a Commit commits to no envelope");
  }
  if (anchor.logSequence === 0n && !isZero(anchor.logHash)) {
    throw new MalformedError("before the first log entry there is no hash");
  }
  return anchor;
}
