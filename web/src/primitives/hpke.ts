/**
 * HPKE in base mode, one suite: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305 (RFC 9180).
 *
 * Synchronous, so that a key never waits half-used between two turns of the event loop. Wrapped content keys are opened
 * with it, and everything in MLS that is sealed to a key.
 */

import { concat, utf8, type Bytes } from "../bytes";
import { uint } from "../codec";
import * as aead from "./aead";
import type { Entropy } from "./entropy";
import { hkdfExpand, hkdfExtract } from "./hashes";
import { exchange, generateKeyPair, keyPair, PRIVATE_KEY_BYTES, type KeyPair } from "./x25519";

const KEM = concat(utf8("KEM"), uint(0x0020, 2)); // RFC 9180 section 7.1
const SUITE = concat(utf8("HPKE"), uint(0x0020, 2), uint(0x0001, 2), uint(0x0003, 2)); // sections 7.1 to 7.3
const VERSION = utf8("HPKE-v1");
const MODE_BASE = Uint8Array.of(0);
const SECRET_BYTES = 32;
const NOTHING = new Uint8Array(0);

export interface Sealed {
  readonly kemOutput: Bytes;
  readonly ciphertext: Bytes;
}

/** @throws BadPublicKey nothing can be sealed to it. */
export function seal(to: Bytes, info: Bytes, associatedData: Bytes, plaintext: Bytes, entropy: Entropy): Sealed {
  const { privateKey: ephemeral, publicKey: kemOutput } = generateKeyPair(entropy);
  const { key, nonce } = schedule(shared(exchange(ephemeral, to), kemOutput, to), info);
  return { kemOutput, ciphertext: aead.seal(key, nonce, associatedData, plaintext) };
}

/**
 * What somebody sealed to the holder of `privateKey` for exactly this `info`; nothing is said about who.
 *
 * @throws BadPublicKey the KEM output is no public key.
 * @throws DecryptionFailed it was sealed to somebody else, for something else, or changed.
 */
export function open(privateKey: Bytes, sealed: Sealed, info: Bytes, associatedData: Bytes): Bytes {
  const recipient = keyPair(privateKey).publicKey;
  const { key, nonce } = schedule(shared(exchange(privateKey, sealed.kemOutput), sealed.kemOutput, recipient), info);
  return aead.open(key, nonce, associatedData, sealed.ciphertext);
}

/** The key pair that `keyMaterial` of 32 secret bytes gives everybody alike (RFC 9180 section 7.1.3). */
export function deriveKeyPair(keyMaterial: Bytes): KeyPair {
  const pseudorandom = labelledExtract(KEM, NOTHING, "dkp_prk", keyMaterial);
  return keyPair(labelledExpand(KEM, pseudorandom, "sk", NOTHING, PRIVATE_KEY_BYTES));
}

/** RFC 9180 section 4.1, ExtractAndExpand. */
function shared(exchanged: Bytes, kemOutput: Bytes, recipient: Bytes): Bytes {
  const pseudorandom = labelledExtract(KEM, NOTHING, "eae_prk", exchanged);
  return labelledExpand(KEM, pseudorandom, "shared_secret", concat(kemOutput, recipient), SECRET_BYTES);
}

/** RFC 9180 section 5.1, KeySchedule in base mode; the first and only sequence number is 0. */
function schedule(secret: Bytes, info: Bytes): { key: Bytes; nonce: Bytes } {
  const noPsk = labelledExtract(SUITE, NOTHING, "psk_id_hash", NOTHING);
  const context = concat(MODE_BASE, noPsk, labelledExtract(SUITE, NOTHING, "info_hash", info));
  const scheduled = labelledExtract(SUITE, secret, "secret", NOTHING);
  return {
    key: labelledExpand(SUITE, scheduled, "key", context, aead.KEY_BYTES),
    nonce: labelledExpand(SUITE, scheduled, "base_nonce", context, aead.NONCE_BYTES),
  };
}

function labelledExtract(suite: Bytes, salt: Bytes, label: string, keyMaterial: Bytes): Bytes {
  return hkdfExtract(salt, concat(VERSION, suite, utf8(label), keyMaterial));
}

function labelledExpand(suite: Bytes, key: Bytes, label: string, info: Bytes, length: number): Bytes {
  return hkdfExpand(key, concat(uint(length, 2), VERSION, suite, utf8(label), info), length);
}
