/**
 * HPKE in base mode, one suite: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305 (RFC 9180).
 *
 * Synchronous, so that a key never waits half-used between two turns of the event loop. MLS has its own inside ts-mls;
 * this one opens the operation's wrapped content keys.
 */

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { x25519 } from "@noble/curves/ed25519.js";

import { concat, utf8, type Bytes } from "../bytes";
import { uint } from "../codec";
import { DecryptionFailed, ProtocolError } from "../errors";
import type { Entropy } from "./entropy";
import { hkdfExpand, hkdfExtract } from "./hashes";

export const PRIVATE_KEY_BYTES = 32;
export const PUBLIC_KEY_BYTES = 32;

const KEM = concat(utf8("KEM"), uint(0x0020, 2)); // RFC 9180 section 7.1
const SUITE = concat(utf8("HPKE"), uint(0x0020, 2), uint(0x0001, 2), uint(0x0003, 2)); // sections 7.1 to 7.3
const VERSION = utf8("HPKE-v1");
const MODE_BASE = Uint8Array.of(0);
const SECRET_BYTES = 32;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const NOTHING = new Uint8Array(0);

/** Not a public key that an honest party can have: wrong length or small order. */
export class BadPublicKey extends ProtocolError {
  constructor() {
    super("not a usable X25519 public key");
  }
}

export interface Sealed {
  readonly kemOutput: Bytes;
  readonly ciphertext: Bytes;
}

/** @throws BadPublicKey nothing can be sealed to it. */
export function seal(to: Bytes, info: Bytes, associatedData: Bytes, plaintext: Bytes, entropy: Entropy): Sealed {
  const ephemeral = entropy(PRIVATE_KEY_BYTES);
  const kemOutput = x25519.getPublicKey(ephemeral);
  const { key, nonce } = schedule(shared(exchange(ephemeral, to), kemOutput, to), info);
  return { kemOutput, ciphertext: chacha20poly1305(key, nonce, associatedData).encrypt(plaintext) };
}

/**
 * What somebody sealed to the holder of `privateKey` for exactly this `info`; nothing is said about who.
 *
 * @throws BadPublicKey the KEM output is no public key.
 * @throws DecryptionFailed it was sealed to somebody else, for something else, or changed.
 */
export function open(privateKey: Bytes, sealed: Sealed, info: Bytes, associatedData: Bytes): Bytes {
  const secret = shared(exchange(privateKey, sealed.kemOutput), sealed.kemOutput, x25519.getPublicKey(privateKey));
  const { key, nonce } = schedule(secret, info);
  try {
    return chacha20poly1305(key, nonce, associatedData).decrypt(sealed.ciphertext);
  } catch {
    throw new DecryptionFailed();
  }
}

/** The X25519 exchange, which is never all zeros. */
export function exchange(privateKey: Bytes, publicKey: Bytes): Bytes {
  if (publicKey.length !== PUBLIC_KEY_BYTES) {
    throw new BadPublicKey();
  }
  try {
    return x25519.getSharedSecret(privateKey, publicKey); // refuses an all-zero result
  } catch {
    throw new BadPublicKey();
  }
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
    key: labelledExpand(SUITE, scheduled, "key", context, KEY_BYTES),
    nonce: labelledExpand(SUITE, scheduled, "base_nonce", context, NONCE_BYTES),
  };
}

function labelledExtract(suite: Bytes, salt: Bytes, label: string, keyMaterial: Bytes): Bytes {
  return hkdfExtract(salt, concat(VERSION, suite, utf8(label), keyMaterial));
}

function labelledExpand(suite: Bytes, key: Bytes, label: string, info: Bytes, length: number): Bytes {
  return hkdfExpand(key, concat(uint(length, 2), VERSION, suite, utf8(label), info), length);
}
