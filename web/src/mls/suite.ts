/**
 * Cipher suite 0x0003, MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519, with the labels of RFC 9420 section 5.
 *
 * It is the product's only one (docs/protocol.md section 5).
 */

import { concat, utf8, type Bytes } from "../bytes";
import { opaque, uint } from "../codec";
import { DecryptionFailed } from "../errors";
import type { Entropy } from "../primitives/entropy";
import { HASH_BYTES, hkdfExpand, hkdfExtract, hmacSha256, sha256 } from "../primitives/hashes";
import * as hpke from "../primitives/hpke";
import * as signatures from "../primitives/signatures";
import { BadPublicKey, type KeyPair } from "../primitives/x25519";

export const CIPHER_SUITE = 0x0003;
export const NOTHING = new Uint8Array(0);
export const ZERO: Bytes = new Uint8Array(HASH_BYTES);

const PREFIX = "MLS 1.0 ";

/** KDF.Extract of section 5.1. */
export function extract(salt: Bytes, keyMaterial: Bytes): Bytes {
  return hkdfExtract(salt, keyMaterial);
}

export function expandWithLabel(secret: Bytes, label: string, context: Bytes, length: number): Bytes {
  return hkdfExpand(secret, concat(uint(length, 2), opaque(utf8(PREFIX + label)), opaque(context)), length);
}

export function deriveSecret(secret: Bytes, label: string): Bytes {
  return expandWithLabel(secret, label, NOTHING, HASH_BYTES);
}

/** DeriveTreeSecret of section 9. */
export function deriveTreeSecret(secret: Bytes, label: string, generation: number, length: number): Bytes {
  return expandWithLabel(secret, label, uint(generation, 4), length);
}

/** RefHash of section 5.2; `label` is the full label. */
export function refHash(label: string, value: Bytes): Bytes {
  return sha256(concat(opaque(utf8(label)), opaque(value)));
}

export function mac(key: Bytes, data: Bytes): Bytes {
  return hmacSha256(key, data);
}

/** Whether a tag is the computed one, in a time that does not tell where they differ. */
export function sameTag(computed: Bytes, received: Bytes): boolean {
  return (
    computed.length === received.length &&
    computed.reduce((difference, byte, place) => difference | (byte ^ (received[place] ?? 0)), 0) === 0
  );
}

export function signWithLabel(key: signatures.SigningKey, label: string, content: Bytes): Bytes {
  return signatures.signWithLabel(key, utf8(PREFIX + label), content);
}

/** @throws BadSignature the holder of `publicKey` did not sign this under this label, as libsodium sees it. */
export function verifyWithLabel(publicKey: Bytes, label: string, content: Bytes, signature: Bytes): void {
  signatures.verifyWithLabel(publicKey, utf8(PREFIX + label), content, signature);
}

/** @throws BadPublicKey nothing can be sealed to it. */
export function encryptWithLabel(
  publicKey: Bytes,
  label: string,
  context: Bytes,
  plaintext: Bytes,
  entropy: Entropy,
): hpke.Sealed {
  return hpke.seal(publicKey, labelled(label, context), NOTHING, plaintext, entropy);
}

/** What was sealed to us under this label and context, or null. */
export function decryptWithLabel(
  privateKey: Bytes,
  label: string,
  context: Bytes,
  sealed: hpke.Sealed,
): Bytes | null {
  try {
    return hpke.open(privateKey, sealed, labelled(label, context), NOTHING);
  } catch (error) {
    if (error instanceof DecryptionFailed || error instanceof BadPublicKey) {
      return null;
    }
    throw error;
  }
}

/** The key pair of a node secret (section 7.4). */
export function deriveKeyPair(nodeSecret: Bytes): KeyPair {
  return hpke.deriveKeyPair(nodeSecret);
}

function labelled(label: string, context: Bytes): Bytes {
  return concat(opaque(utf8(PREFIX + label)), opaque(context));
}
