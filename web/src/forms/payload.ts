/**
 * The plaintext of one MLS application message: an envelope or a control message, salted and padded (rule S7).
 *
 *     Signed --salt, pad--> payload
 *            --salt, hash-> commitment, which the anchor carries into the log
 *
 * Source: docs/protocol.md section 6.
 */

import { concat, isZero, utf8, type Bytes } from "../bytes";
import { fixed, opaque, Reader, uint } from "../codec";
import { MalformedError } from "../errors";
import { sha256 } from "../primitives/hashes";
import { MAX_ENVELOPE_BYTES } from "./envelope";
import { decodeSigned, encodeSigned, isControl, type Signed } from "./signed";

const LABEL_COMMITMENT = utf8("cencomm commitment");
export const SALT_BYTES = 32;
const SMALLEST_PAYLOAD_BYTES = 1 << 10; // S7: padding to 1, 2, 4, … kB
const MAX_PAYLOAD_BYTES = MAX_ENVELOPE_BYTES;

const TYPE_ENVELOPE = 1;
const TYPE_CONTROL = 2;

/** The sender's report does not fit; nothing was sent. */
export class PayloadTooLarge extends MalformedError {
  constructor(size: number) {
    super(`this message has ${size} bytes, at most ${MAX_PAYLOAD_BYTES} fit: shorten it or send it in two`);
  }
}

/** What the log says of a message without telling anything about it. */
export function commitment(salt: Bytes, signed: Signed): Bytes {
  return sha256(concat(opaque(LABEL_COMMITMENT), fixed(salt, SALT_BYTES), opaque(encodeSigned(signed))));
}

/** The plaintext, padded so that its length tells little. @throws PayloadTooLarge */
export function encodePayload(salt: Bytes, signed: Signed): Bytes {
  const body = concat(uint(typeOf(signed), 1), fixed(salt, SALT_BYTES), opaque(encodeSigned(signed)));
  if (body.length > MAX_PAYLOAD_BYTES) {
    throw new PayloadTooLarge(body.length);
  }
  const padded = new Uint8Array(bucket(body.length));
  padded.set(body);
  return padded;
}

/**
 * Salt and signed content of a plaintext.
 *
 * @throws MalformedError also for padding that is not zeros or not the one that we write: nothing travels beside.
 */
export function decodePayload(data: Bytes): { readonly salt: Bytes; readonly signed: Signed } {
  if (data.length > MAX_PAYLOAD_BYTES) {
    throw new MalformedError("a payload beyond the largest bucket");
  }
  const reader = new Reader(data);
  const type = reader.uint(1);
  const salt = reader.fixed(SALT_BYTES);
  const signed = decodeSigned(reader.opaque(MAX_PAYLOAD_BYTES));
  if (type !== typeOf(signed)) {
    throw new MalformedError(`payload type ${type} does not hold what it says, or is not known to this version`);
  }
  const padding = reader.rest();
  if (data.length !== bucket(data.length - padding.length) || !isZero(padding)) {
    throw new MalformedError("padding that we do not write");
  }
  return { salt, signed };
}

function typeOf(signed: Signed): number {
  return isControl(signed) ? TYPE_CONTROL : TYPE_ENVELOPE;
}

function bucket(size: number): number {
  let bytes = SMALLEST_PAYLOAD_BYTES;
  while (bytes < size) {
    bytes *= 2;
  }
  return bytes;
}
