/** X25519 (RFC 7748) as HPKE uses it. */

import { x25519 } from "@noble/curves/ed25519.js";

import { hex, type Bytes } from "../bytes";
import { ProtocolError } from "../errors";
import type { Entropy } from "./entropy";

export const PRIVATE_KEY_BYTES = 32;
export const PUBLIC_KEY_BYTES = 32;

/**
 * The coordinates whose points have an order that divides 8, on the curve or its twist, in every spelling that X25519
 * reads: with and without the top bit, which it ignores, and 0 and 1 once more, not reduced. Private keys are
 * multiples of 8, so these, and no others, give an all-zero exchange. Same table as `cencomm/primitives/x25519.py`.
 */
const SMALL_ORDER: ReadonlySet<string> = smallOrder();

/** Not a public key that an honest party can have: wrong length or small order. */
export class BadPublicKey extends ProtocolError {
  constructor() {
    super("not a usable X25519 public key");
  }
}

export interface KeyPair {
  readonly privateKey: Bytes;
  readonly publicKey: Bytes;
}

export function keyPair(privateKey: Bytes): KeyPair {
  return { privateKey, publicKey: x25519.getPublicKey(privateKey) };
}

export function generateKeyPair(entropy: Entropy): KeyPair {
  return keyPair(entropy(PRIVATE_KEY_BYTES));
}

/**
 * Something can be sealed to `publicKey`: `exchange` takes it, whatever the private key. Without an exchange, since a
 * group checks thousands of keys.
 *
 * @throws BadPublicKey every exchange with it would give zeros (RFC 7748 section 6.1, RFC 9180 section 7.1.4).
 */
export function checkPublicKey(publicKey: Bytes): void {
  if (publicKey.length !== PUBLIC_KEY_BYTES || SMALL_ORDER.has(hex(publicKey))) {
    throw new BadPublicKey();
  }
}

/**
 * The shared secret, which is never all zeros: hash it before use.
 *
 * @throws BadPublicKey `publicKey` would force a result that everybody knows.
 */
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

function smallOrder(): ReadonlySet<string> {
  const p = 2n ** 255n - 19n;
  const coordinates = [
    0n,
    1n,
    p - 1n,
    325606250916557431795983626356110631294008115727848805560023387167927233504n,
    39382357235489614581723060781553021112529911719440698176882885853963445705823n,
    p,
    p + 1n,
  ];
  return new Set([0n, 1n << 255n].flatMap((top) => coordinates.map((one) => littleEndianHex(one | top))));
}

function littleEndianHex(value: bigint): string {
  const bigEndian = value.toString(16).padStart(2 * PUBLIC_KEY_BYTES, "0");
  return (bigEndian.match(/../g) ?? []).reverse().join("");
}
