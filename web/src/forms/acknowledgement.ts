/**
 * An acknowledgement: a person at the author's post has seen a message. The body of a control message of kind 3.
 *
 * It names the message as deduplication does (S4): by the author's identity key and the message id, so that nobody
 * else's message under the same id is taken for it. Source: docs/protocol.md section 6.1.1.
 */

import { concat, type Bytes } from "../bytes";
import { decode, fixed } from "../codec";
import { PUBLIC_KEY_BYTES } from "../primitives/signatures";

const MESSAGE_ID_BYTES = 16;

/** Of the message `message` that the identity `author` wrote. */
export interface Acknowledgement {
  readonly author: Bytes;
  readonly message: Bytes;
}

export function encodeAcknowledgement(named: Acknowledgement): Bytes {
  return concat(fixed(named.author, PUBLIC_KEY_BYTES), fixed(named.message, MESSAGE_ID_BYTES));
}

/** @throws MalformedError anything that `encodeAcknowledgement` does not write. */
export function decodeAcknowledgement(data: Bytes): Acknowledgement {
  return decode(data, (reader) => ({
    author: reader.fixed(PUBLIC_KEY_BYTES),
    message: reader.fixed(MESSAGE_ID_BYTES),
  }));
}
