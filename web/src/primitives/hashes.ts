/** SHA-256, HMAC and HKDF with it (RFC 5869). */

import { expand, extract } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 as noble } from "@noble/hashes/sha2.js";

import type { Bytes } from "../bytes";

export const HASH_BYTES = 32;

export function sha256(data: Bytes): Bytes {
  return noble(data);
}

export function hmacSha256(key: Bytes, data: Bytes): Bytes {
  return hmac(noble, key, data);
}

/** A pseudorandom key from `keyMaterial`. An empty salt counts as 32 zero bytes. */
export function hkdfExtract(salt: Bytes, keyMaterial: Bytes): Bytes {
  return extract(noble, keyMaterial, salt);
}

export function hkdfExpand(key: Bytes, info: Bytes, length: number): Bytes {
  return expand(noble, key, info, length);
}
