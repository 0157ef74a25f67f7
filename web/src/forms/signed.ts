/** What a device signed: exact bytes and the signature over them; an envelope, or a control message. */

import { concat, equal, utf8, type Bytes } from "../bytes";
import { decode, opaque, type Reader } from "../codec";
import { MalformedError } from "../errors";
import { SIGNATURE_BYTES } from "../primitives/signatures";
import { MAX_ENVELOPE_BYTES } from "./envelope";

export const LABEL_CONTROL = utf8("cencomm control");
/** How a control message begins. An envelope begins with its version, so neither is ever read as the other. */
export const CONTROL_PREFIX = opaque(LABEL_CONTROL);

export const MAX_CONTROL_BODY_BYTES = 1 << 17;
const MAX_CONTROL_BYTES = MAX_CONTROL_BODY_BYTES + 512;

/** Nothing is known of the signature before `verifyEnvelope` or `verifyControl`. */
export interface Signed {
  readonly content: Bytes;
  readonly signature: Bytes;
}

/** Whether it is a program's message, not a person's: its first bytes say so. */
export function isControl(signed: Signed): boolean {
  return equal(signed.content.subarray(0, CONTROL_PREFIX.length), CONTROL_PREFIX);
}

export function encodeSigned(signed: Signed): Bytes {
  return concat(opaque(signed.content), opaque(signed.signature));
}

/** What `encodeSigned` gave. @throws MalformedError any other bytes. */
export function decodeSigned(data: Bytes): Signed {
  return decode(data, readSigned);
}

/** As `decodeSigned`, within something larger. */
export function readSigned(reader: Reader): Signed {
  const signed = { content: reader.opaque(MAX_ENVELOPE_BYTES), signature: reader.opaque(SIGNATURE_BYTES) };
  if (isControl(signed) && signed.content.length > MAX_CONTROL_BYTES) {
    throw new MalformedError(
      `a control message has at most ${MAX_CONTROL_BYTES} bytes, not ${signed.content.length}`,
    );
  }
  return signed;
}
