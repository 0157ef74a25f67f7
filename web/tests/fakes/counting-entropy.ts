/** Entropy that can be repeated, byte for byte that of `tests/fakes/counting_entropy.py`. Never for anything but tests. */

import { createHash } from "node:crypto";

import { concat, utf8, type Bytes } from "../../src/bytes";
import { uint } from "../../src/codec";
import type { Entropy } from "../../src/primitives/entropy";

export function countingEntropy(seed: string): Entropy {
  let drawn = 0;
  return (length) => {
    drawn += 1;
    return shake(concat(utf8(seed), uint(drawn, 8)), length);
  };
}

/** SHAKE-256: bytes that look random and follow from `data`. */
export function shake(data: Bytes, length: number): Bytes {
  return new Uint8Array(createHash("shake256", { outputLength: length }).update(data).digest());
}
