/** A device's stock of key packages: published ones whose private halves wait here to be used once (rule C8). */

import { hex, type Bytes } from "../bytes";
import { decode, uint } from "../codec";
import { restoreKeyPackage, type OwnKeyPackage } from "../mls/key-package";
import type { StateStore, Writes } from "../store/state-store";

const PREFIX = "key-package/";
const USED_PREFIX = "used-last-resort/";

/** Saved before they are published: a Welcome must never find the private half missing. */
export function stockWrites(made: readonly OwnKeyPackage[]): Writes {
  return new Map(made.map((one) => [stockKey(one.ref), one.secret]));
}

export async function loadStock(store: Pick<StateStore, "scan">): Promise<readonly OwnKeyPackage[]> {
  return (await store.scan(PREFIX)).map(([, secret]) => restoreKeyPackage(secret));
}

/**
 * What joining with a key package does to it, in the write that stores the group. `now` in seconds.
 *
 * A one-time package dies with its use; one of last resort is replaced at the next refill and dies after a grace.
 */
export function usedWrites(used: OwnKeyPackage, now: number): Writes {
  if (!used.lastResort) {
    return new Map([[stockKey(used.ref), null]]);
  }
  return new Map([[usedKey(used.ref), uint(now, 8)]]);
}

/** The last resorts that served: by KeyPackageRef in hexadecimal, when each was last used, in seconds. */
export async function loadUsed(store: Pick<StateStore, "scan">): Promise<ReadonlyMap<string, number>> {
  const rows = await store.scan(USED_PREFIX);
  return new Map(
    rows.map(([key, value]) => [key.slice(USED_PREFIX.length), Number(decode(value, (reader) => reader.uint64()))]),
  );
}

/** Where the private halves of a key package lie, by its KeyPackageRef. */
export function stockKey(ref: Bytes): string {
  return PREFIX + hex(ref);
}

/** Where it stands when a last resort was used last. */
export function usedKey(ref: Bytes): string {
  return USED_PREFIX + hex(ref);
}
