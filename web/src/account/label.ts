/** What the owner of an account calls one of their computers, for the list of sessions; to the relay it is noise. */

import { concat, utf8, type Bytes } from "../bytes";
import { opaque } from "../codec";
import { DecryptionFailed, MalformedError } from "../errors";
import type { Entropy } from "../primitives/entropy";
import * as secretBox from "../primitives/secret-box";

const LABEL = utf8("cencomm session label");
const MAX_NAME_BYTES = 64;

/** `name`, cut to 64 bytes and filled up to them, so that its length tells nothing either. */
export function sealLabel(key: Bytes, handle: Bytes, name: string, entropy: Entropy): Bytes {
  const padded = new Uint8Array(MAX_NAME_BYTES);
  padded.set(utf8(name).slice(0, MAX_NAME_BYTES));
  return secretBox.seal(key, padded, concat(opaque(LABEL), handle), entropy);
}

/**
 * The name.
 *
 * @throws MalformedError sealed under another password, for another account, or by somebody else.
 */
export function openLabel(key: Bytes, handle: Bytes, sealed: Bytes): string {
  try {
    const padded = secretBox.open(key, sealed, concat(opaque(LABEL), handle));
    return new TextDecoder().decode(padded).replace(/\0+$/, ""); // what was cut in the middle of a letter shows as that
  } catch (error) {
    if (error instanceof DecryptionFailed) {
      throw new MalformedError("the name of a computer does not open: it was sealed under another password");
    }
    throw error;
  }
}
