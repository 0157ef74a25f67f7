/**
 * A control message: what members' programs say to each other beside the forms, signed like an envelope.
 *
 * A frame only: the body's bytes belong to the kind. A program that does not know a kind passes over it.
 *
 * Source: docs/protocol.md section 6.1.
 */

import { concat, equal, type Bytes } from "../bytes";
import { decode, fixed, opaque, uint, type Reader } from "../codec";
import { MalformedError } from "../errors";
import { signWithLabel, verifyWithLabel, type SigningKey } from "../primitives/signatures";
import { CONTROL_PREFIX, LABEL_CONTROL, MAX_CONTROL_BODY_BYTES, type Signed } from "./signed";

const VERSION = 1;
const ID_BYTES = 16;
const HASH_BYTES = 32;

/** What a body is about. The numbers are on the wire: add, never change. */
export const ControlKind = {
  heartbeat: 1, // H3
  historyRequest: 2, // H2
  acknowledgement: 3,
  enrolmentCodes: 4, // D7
  cosignatureRequest: 5, // L5
  cosignature: 6, // L5
  releaseDecision: 7, // R7
  channelRequest: 8,
} as const;
export type ControlKind = (typeof ControlKind)[keyof typeof ControlKind];

/** `kind` is a ControlKind or a number of a later version; `author`, `ledger…` as in an envelope (S8). */
export interface Control {
  readonly kind: number;
  readonly message: Bytes;
  readonly operation: Bytes;
  readonly channel: Bytes;
  readonly author: Bytes;
  readonly ledgerSequence: bigint;
  readonly ledgerHash: Bytes;
  readonly writtenAt: bigint; // seconds
  readonly body: Bytes;
}

export function signControl(control: Control, key: SigningKey): Signed {
  const content = encodeControl(control);
  return { content, signature: signWithLabel(key, LABEL_CONTROL, content) };
}

/**
 * The device that holds `signatureKey` said exactly this.
 *
 * @throws BadSignature it did not.
 * @throws MalformedError it signed something that is no control message.
 */
export function verifyControl(signed: Signed, signatureKey: Bytes): Control {
  verifyWithLabel(signatureKey, LABEL_CONTROL, signed.content, signed.signature);
  return decodeControl(signed.content);
}

/** What exactly `data` encodes; whether its body is one of its kind is the kind's question. @throws MalformedError */
export function decodeControl(data: Bytes): Control {
  return decode(data, readControl);
}

function encodeControl(control: Control): Bytes {
  return concat(
    CONTROL_PREFIX,
    uint(VERSION, 2),
    uint(control.kind, 1),
    fixed(control.message, ID_BYTES),
    fixed(control.operation, HASH_BYTES),
    fixed(control.channel, ID_BYTES),
    fixed(control.author, HASH_BYTES),
    uint(control.ledgerSequence, 8),
    fixed(control.ledgerHash, HASH_BYTES),
    uint(control.writtenAt, 8),
    opaque(control.body),
  );
}

function readControl(reader: Reader): Control {
  if (!equal(reader.opaque(LABEL_CONTROL.length), LABEL_CONTROL)) {
    throw new MalformedError("not a control message");
  }
  const version = reader.uint(2);
  if (version !== VERSION) {
    throw new MalformedError(`a control message of version ${version}; this program reads version ${VERSION}`);
  }
  return {
    kind: reader.uint(1),
    message: reader.fixed(ID_BYTES),
    operation: reader.fixed(HASH_BYTES),
    channel: reader.fixed(ID_BYTES),
    author: reader.fixed(HASH_BYTES),
    ledgerSequence: reader.uint64(),
    ledgerHash: reader.fixed(HASH_BYTES),
    writtenAt: reader.uint64(),
    body: reader.opaque(MAX_CONTROL_BODY_BYTES),
  };
}
