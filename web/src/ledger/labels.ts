/** What each signature, hash and sealing is for, so that none is taken for another (docs/protocol.md section 1). */

import { concat, utf8, type Bytes } from "../bytes";
import { opaque } from "../codec";
import { sha256 } from "../primitives/hashes";

export const LEDGER_ENTRY = utf8("cencomm ledger entry");
export const COSIGNATURE = utf8("cencomm cosignature");
export const DEVICE_CERTIFICATE = utf8("cencomm device certificate");
export const ENROLMENT = utf8("cencomm enrolment");
export const RESET = utf8("cencomm reset");
export const LEDGER_HEAD = utf8("cencomm ledger head");
export const LOG_HEAD = utf8("cencomm log head");
export const LOG_RECEIPT = utf8("cencomm log receipt");
export const REJECTION = utf8("cencomm rejection");
export const HISTORY = utf8("cencomm history");
export const HISTORY_CHUNK = utf8("cencomm history chunk");
export const KEY_WORDS = utf8("cencomm key words");
export const LOG = utf8("cencomm log");
export const SALTED_HASH = utf8("cencomm salted hash");
export const CONTENT_KEY = utf8("cencomm content key");
export const CONTENT_KEY_WRAP = utf8("cencomm content key wrap");
export const BLOB = utf8("cencomm blob");

/** H(label, fields…) of docs/protocol.md section 1; `fields` are encoded already. */
export function labelledHash(label: Bytes, ...fields: readonly Bytes[]): Bytes {
  return sha256(concat(opaque(label), ...fields));
}
