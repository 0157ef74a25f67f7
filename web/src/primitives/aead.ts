/** ChaCha20-Poly1305 (RFC 8439), whose nonces MLS and HPKE derive. */

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";

import type { Bytes } from "../bytes";
import { DecryptionFailed } from "../errors";

export const KEY_BYTES = 32;
export const NONCE_BYTES = 12;

export function seal(key: Bytes, nonce: Bytes, associatedData: Bytes, plaintext: Bytes): Bytes {
  return chacha20poly1305(key, nonce, associatedData).encrypt(plaintext);
}

/**
 * What a holder of `key` sealed under this nonce with exactly this associated data.
 *
 * @throws DecryptionFailed wrong key, nonce or associated data, or bytes changed.
 */
export function open(key: Bytes, nonce: Bytes, associatedData: Bytes, ciphertext: Bytes): Bytes {
  try {
    return chacha20poly1305(key, nonce, associatedData).decrypt(ciphertext);
  } catch {
    throw new DecryptionFailed();
  }
}
