/** Sealing at rest: XChaCha20-Poly1305, a random 24-byte nonce in front of the ciphertext. */

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";

import { concat, type Bytes } from "../bytes";
import { DecryptionFailed } from "../errors";
import type { Entropy } from "./entropy";

export const KEY_BYTES = 32;
export const NONCE_BYTES = 24;
const TAG_BYTES = 16;

/** Nonce and ciphertext. `associatedData` is what the box is; it is not inside. */
export function seal(key: Bytes, plaintext: Bytes, associatedData: Bytes, entropy: Entropy): Bytes {
  const nonce = entropy(NONCE_BYTES);
  return concat(nonce, xchacha20poly1305(key, nonce, associatedData).encrypt(plaintext));
}

/**
 * The plaintext that a holder of `key` sealed as exactly this `associatedData`.
 *
 * @throws DecryptionFailed wrong key, other associated data, or bytes changed.
 */
export function open(key: Bytes, box: Bytes, associatedData: Bytes): Bytes {
  if (box.length < NONCE_BYTES + TAG_BYTES) {
    throw new DecryptionFailed();
  }
  try {
    return xchacha20poly1305(key, box.slice(0, NONCE_BYTES), associatedData).decrypt(box.slice(NONCE_BYTES));
  } catch {
    throw new DecryptionFailed();
  }
}
