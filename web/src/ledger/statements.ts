/** What the relay signs under the receipt key that the charter names (L4). That it is true, nobody knows from this alone. */

import { equal, type Bytes } from "../bytes";
import { decode, type Reader } from "../codec";
import { MalformedError } from "../errors";
import * as signatures from "../primitives/signatures";
import type { Ledger } from "./ledger";
import * as labels from "./labels";
import { CHANNEL_ID_BYTES, HASH_BYTES, OPERATION_ID_BYTES, SEND_ID_BYTES } from "./sizes";

const MAX_STATEMENT_BYTES = 512; // the longest of version 1, a signed receipt, has 254

/** The newest entry of an operation's ledger, as the relay says, at `time` in seconds. */
export interface LedgerHead {
  readonly operation: Bytes;
  readonly sequence: bigint;
  readonly hash: Bytes;
  readonly time: bigint;
}

/** The newest entry of a channel's log, as the relay says, at `time` in seconds. */
export interface LogHead extends LedgerHead {
  readonly channel: Bytes;
  readonly generation: number;
}

/** The relay has this message on disk, at this place, for ever. */
export interface Receipt {
  readonly operation: Bytes;
  readonly channel: Bytes;
  readonly generation: number;
  readonly epoch: bigint; // of the message, or that a Commit ends
  readonly sequence: bigint;
  readonly hash: Bytes;
  readonly sendId: Bytes;
  readonly messageHash: Bytes; // SHA-256 of the exact MLSMessage: compare it with what was sent
}

/** @throws MalformedError not such a statement. @throws BadSignature this relay did not sign it, or not as that. */
export function verifyLedgerHead(encoded: Bytes, relayKey: Bytes): LedgerHead {
  return verify(encoded, relayKey, labels.LEDGER_HEAD, (reader) => ({
    operation: reader.fixed(OPERATION_ID_BYTES),
    sequence: reader.uint64(),
    hash: reader.fixed(HASH_BYTES),
    time: reader.uint64(),
  }));
}

/** As `verifyLedgerHead`, for the head of a channel's log. */
export function verifyLogHead(encoded: Bytes, relayKey: Bytes): LogHead {
  return verify(encoded, relayKey, labels.LOG_HEAD, (reader) => ({
    operation: reader.fixed(OPERATION_ID_BYTES),
    channel: reader.fixed(CHANNEL_ID_BYTES),
    generation: reader.uint(4),
    sequence: reader.uint64(),
    hash: reader.fixed(HASH_BYTES),
    time: reader.uint64(),
  }));
}

/** As `verifyLedgerHead`, for a receipt. */
export function verifyReceipt(encoded: Bytes, relayKey: Bytes): Receipt {
  return verify(encoded, relayKey, labels.LOG_RECEIPT, (reader) => ({
    operation: reader.fixed(OPERATION_ID_BYTES),
    channel: reader.fixed(CHANNEL_ID_BYTES),
    generation: reader.uint(4),
    epoch: reader.uint64(),
    sequence: reader.uint64(),
    hash: reader.fixed(HASH_BYTES),
    sendId: reader.fixed(SEND_ID_BYTES),
    messageHash: reader.fixed(HASH_BYTES),
  }));
}

/**
 * Why the relay cannot have signed both heads of one operation honestly, or null. Keep both as evidence (L4).
 *
 * At different places they convict when one lies on `ledger`, a verified chain, and the other beside it. That a
 * coordinator signed an entry which lost the race for its place says nothing against anybody.
 */
export function ledgersContradict(first: LedgerHead, second: LedgerHead, ledger: Ledger): string | null {
  if (first.sequence === second.sequence) {
    return equal(first.hash, second.hash) ? null : `the relay signed two ledgers that differ at entry ${first.sequence}`;
  }
  const held = [first, second].map((head) => ledger.hashes[Number(head.sequence)]);
  const [one, other] = [first, second].map((head, place) => held[place] !== undefined && equal(held[place], head.hash));
  return held.includes(undefined) || one === other
    ? null
    : `the relay signed ledger entries ${first.sequence} and ${second.sequence} of two histories`;
}

/** Whether the relay cannot have signed both honestly: two logs that differ at one entry (L4). Keep both as evidence. */
export function logsContradict(first: LogHead, second: LogHead): boolean {
  const sameEntry =
    equal(first.operation, second.operation) &&
    equal(first.channel, second.channel) &&
    first.generation === second.generation &&
    first.sequence === second.sequence;
  return sameEntry && !equal(first.hash, second.hash);
}

function verify<T>(encoded: Bytes, relayKey: Bytes, label: Bytes, read: (reader: Reader) => T): T {
  if (encoded.length > MAX_STATEMENT_BYTES) {
    throw new MalformedError(`a statement has at most ${MAX_STATEMENT_BYTES} bytes, not ${encoded.length}`);
  }
  const { content, signature } = decode(encoded, (reader) => ({
    content: reader.opaque(),
    signature: reader.opaque(),
  }));
  signatures.verifyWithLabel(relayKey, label, content, signature);
  return decode(content, read);
}
