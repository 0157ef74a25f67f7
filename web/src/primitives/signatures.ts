/**
 * Ed25519 signatures, with the verdicts of libsodium, which the Python members use.
 *
 * @noble/curves verifies the equation times eight: it takes signatures with a part of small order in key or R that
 * libsodium refuses. An insider could so sign a Commit that browsers follow and everybody else rejects. Here the
 * equation is checked as it stands; shared cases in tests/vectors/signatures/.
 */

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";

import { concat, equal, hex, type Bytes } from "../bytes";
import { opaque } from "../codec";
import { BadSignature, UsageError } from "../errors";

export const PUBLIC_KEY_BYTES = 32;
export const SEED_BYTES = 32;
export const SIGNATURE_BYTES = 64;

const { Point } = ed25519;
const ORDER = Point.Fn.ORDER;
const HALF = SIGNATURE_BYTES / 2;
const MAX_KNOWN_KEYS = 4096; // half a kilobyte each
const MAX_TABLES = 64; // about 130 kB each
const USES_BEFORE_TABLE = 4; // a table costs as much as one and a half verifications
const TABLE_WINDOW_BITS = 4;

/** An Ed25519 private key, as its 32-byte seed. JSON and logs never hold it. */
export class SigningKey {
  readonly publicKey: Bytes;
  readonly #seed: Bytes;

  constructor(seed: Bytes) {
    if (seed.length !== SEED_BYTES) {
      throw new UsageError(`a signing key is made of ${SEED_BYTES} bytes, not ${seed.length}`);
    }
    this.#seed = seed.slice();
    this.publicKey = ed25519.getPublicKey(seed);
  }

  sign(data: Bytes): Bytes {
    return ed25519.sign(data, this.#seed);
  }

  expose(): Bytes {
    return this.#seed.slice();
  }
}

/**
 * The holder of `publicKey` signed exactly `data`, unless this throws.
 *
 * @throws BadSignature also for keys and signatures of a wrong length, of small order or in a second spelling.
 */
export function verify(publicKey: Bytes, data: Bytes, signature: Bytes): void {
  if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) {
    throw new BadSignature();
  }
  const r = signature.slice(0, HALF);
  const s = littleEndian(signature.slice(HALF));
  if (s >= ORDER) {
    throw new BadSignature();
  }
  const key = keyPoint(publicKey);
  const hash = littleEndian(sha512(concat(r, publicKey, data))) % ORDER;
  const expected = Point.BASE.multiplyUnsafe(s).subtract(key.multiplyUnsafe(hash));
  if (!equal(expected.toBytes(), r) || expected.isSmallOrder()) {
    throw new BadSignature(); // what is equal is R in its one spelling: it need not be decoded
  }
}

/** Sign `content` for one purpose. `label` is the full label: "cencomm ledger entry". Source: RFC 9420 section 5.1.2. */
export function signWithLabel(key: SigningKey, label: Bytes, content: Bytes): Bytes {
  return key.sign(concat(opaque(label), opaque(content)));
}

/**
 * The holder of `publicKey` signed `content` for the purpose `label`, unless this throws.
 *
 * @throws BadSignature it was not, or for another purpose.
 */
export function verifyWithLabel(publicKey: Bytes, label: Bytes, content: Bytes, signature: Bytes): void {
  verify(publicKey, concat(opaque(label), opaque(content)), signature);
}

interface KnownKey {
  readonly point: KeyPoint;
  uses: number;
}

type KeyPoint = InstanceType<typeof Point>;

/** Public keys that were used, by their bytes; it changes no verdict. */
const known = new Map<string, KnownKey>();
let tables = 0;

/** Decoded once; who signs again and again, as a coordinator does the ledger, gets a table that makes it five times as fast. */
function keyPoint(publicKey: Bytes): KeyPoint {
  const name = hex(publicKey);
  const found = known.get(name);
  if (found === undefined) {
    const decoded = point(publicKey);
    if (known.size >= MAX_KNOWN_KEYS) {
      known.clear(); // their tables go with them
      tables = 0;
    }
    known.set(name, { point: decoded, uses: 1 });
    return decoded;
  }
  found.uses += 1;
  if (found.uses === USES_BEFORE_TABLE && tables < MAX_TABLES) {
    found.point.precompute(TABLE_WINDOW_BITS);
    tables += 1;
  }
  return found.point;
}

/** A point in its one spelling that is not of small order. */
function point(encoded: Bytes): KeyPoint {
  let decoded;
  try {
    decoded = Point.fromBytes(encoded, false);
  } catch {
    throw new BadSignature();
  }
  if (decoded.isSmallOrder()) {
    throw new BadSignature();
  }
  return decoded;
}

function littleEndian(bytes: Bytes): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
