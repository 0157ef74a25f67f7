/** What left, or is about to leave, this device: as it was signed, and as exact bytes that a retry repeats (S5). */

import { concat, hex, utf8, type Bytes } from "../bytes";
import { decode, fixed, opaque, uint, type Reader } from "../codec";
import { SALT_BYTES } from "../forms/payload";
import { decodeSigned, encodeSigned, readSigned, type Signed } from "../forms/signed";
import { CHANNEL_ID_BYTES, OPERATION_ID_BYTES, SEND_ID_BYTES } from "../ledger/sizes";
import { sha256 } from "../primitives/hashes";

export const POSTING_PREFIX = "posting/";
const LABEL_SEND_ID = utf8("cencomm send id");
const FIRST_GENERATION = 1;
const MESSAGE_ID_BYTES = 16;

/**
 * One attempt at sending one envelope or control message in one epoch: saved, and it may have left.
 *
 * It is gone when the log shows it, or when its epoch ended without it: then the same envelope is encrypted again
 * under the same send id (S3).
 */
export interface OutboxRow {
  readonly sendId: Bytes;
  readonly epoch: bigint;
  readonly message: Bytes; // the exact MLSMessage
  readonly salt: Bytes;
  readonly signed: Signed;
}

/** By what the log shows of it. */
export function messageHash(row: OutboxRow): Bytes {
  return sha256(row.message);
}

export function encodeOutboxRow(row: OutboxRow): Bytes {
  return concat(
    fixed(row.sendId, SEND_ID_BYTES),
    uint(row.epoch, 8),
    opaque(row.message),
    fixed(row.salt, SALT_BYTES),
    opaque(encodeSigned(row.signed)),
  );
}

/** @throws MalformedError anything that `encodeOutboxRow` does not write. */
export function decodeOutboxRow(data: Bytes): OutboxRow {
  return decode(data, (reader) => ({
    sendId: reader.fixed(SEND_ID_BYTES),
    epoch: reader.uint64(),
    message: reader.opaque(),
    salt: reader.fixed(SALT_BYTES),
    signed: decodeSigned(reader.opaque()),
  }));
}

/** An envelope or a control message, signed, on its way. All send ids of its attempts come from `sendId`. */
export interface Posting {
  readonly operation: Bytes;
  readonly channel: Bytes;
  readonly sendId: Bytes;
  readonly message: Bytes;
  readonly signed: Signed;
}

/** Where a store keeps it, until the log shows it. */
export function postingKey(posting: Posting): string {
  return POSTING_PREFIX + hex(posting.sendId);
}

export function encodePosting(posting: Posting): Bytes {
  return concat(
    fixed(posting.operation, OPERATION_ID_BYTES),
    fixed(posting.channel, CHANNEL_ID_BYTES),
    fixed(posting.sendId, SEND_ID_BYTES),
    fixed(posting.message, MESSAGE_ID_BYTES),
    encodeSigned(posting.signed),
  );
}

/** Within something larger. @throws MalformedError anything that `encodePosting` does not write. */
export function readPosting(reader: Reader): Posting {
  return {
    operation: reader.fixed(OPERATION_ID_BYTES),
    channel: reader.fixed(CHANNEL_ID_BYTES),
    sendId: reader.fixed(SEND_ID_BYTES),
    message: reader.fixed(MESSAGE_ID_BYTES),
    signed: readSigned(reader),
  };
}

/**
 * The send id of a posting's attempts in one generation of the channel.
 *
 * The relay answers a send id with its first receipt for as long as the channel lives (S2). One that was accepted
 * behind the cut of a restart would never be sent again under the same (C11); nor would one that was accepted at the
 * log's entry `unread`, where we were not there to read it (C10). 0: there is no such entry.
 */
export function sendIdIn(posting: Posting, generation: number, unread = 0): Bytes {
  if (generation === FIRST_GENERATION && unread === 0) {
    return posting.sendId;
  }
  const where = unread === 0 ? uint(generation, 4) : concat(uint(generation, 4), uint(unread, 8));
  return sha256(concat(opaque(LABEL_SEND_ID), posting.sendId, where)).slice(0, SEND_ID_BYTES);
}
