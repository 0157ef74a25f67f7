/** Argon2id by profile number (rule D1): numbers that came from a server could ask for a cheap guess. */

import { argon2id } from "@noble/hashes/argon2.js";

import type { Bytes } from "../bytes";
import { UsageError } from "../errors";

export const SALT_BYTES = 16;
const STRETCHED_BYTES = 32;

interface Profile {
  readonly memoryKib: number;
  readonly passes: number;
}

/** Version 1.3, one lane. A number is never given a new meaning. */
const PROFILES: ReadonlyMap<number, Profile> = new Map([[1, { memoryKib: 64 << 10, passes: 3 }]]);

/** 32 bytes that cost a guesser as much as us. Takes a second or two: call it in a worker. */
export type Stretch = (password: Bytes, salt: Bytes, profile: number) => Bytes;

export function isKnownProfile(profile: number): boolean {
  return PROFILES.has(profile);
}

/** @throws UsageError a profile that we do not know, or a salt that is not 16 bytes. */
export const stretch: Stretch = (password, salt, profile) => {
  const chosen = PROFILES.get(profile);
  if (chosen === undefined) {
    throw new UsageError(`password profile ${profile} is unknown`);
  }
  if (salt.length !== SALT_BYTES) {
    throw new UsageError(`a salt has ${SALT_BYTES} bytes, not ${salt.length}`);
  }
  const { memoryKib, passes } = chosen;
  return argon2id(password, salt, { t: passes, m: memoryKib, p: 1, dkLen: STRETCHED_BYTES, version: 0x13 });
};
