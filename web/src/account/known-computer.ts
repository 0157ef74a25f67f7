/**
 * By what this computer is known to the relay, for those who want it so (D6).
 *
 * An officer who signs in for each shift would be a stranger each time, and wrong passwords typed elsewhere would lock
 * the post out. Whoever says so leaves the account's source key in this browser, under the handle, a hash of the
 * sign-in name. It opens nothing; who copies it may guess the password slowly instead of hardly at all.
 */

import type { Bytes } from "../bytes";

export interface KnownComputer {
  /** What an earlier sign-in of this account left here; null: nothing. */
  source(handle: Bytes): Promise<Bytes | null>;

  /** The next sign-in of this account here is that of a known computer, if this browser keeps anything. */
  keep(handle: Bytes, source: Bytes): Promise<void>;

  forget(handle: Bytes): Promise<void>;
}

/** A computer to which each sign-in is the first. */
export const KEEPS_NOTHING: KnownComputer = {
  source: () => Promise.resolve(null),
  keep: () => Promise.resolve(),
  forget: () => Promise.resolve(),
};
