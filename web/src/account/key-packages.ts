/** A device's stock of key packages: published ones whose private halves wait here to be used once (rule C8). */

import { hex, type Bytes } from "../bytes";
import { decode, uint } from "../codec";
import { makeKeyPackage, restoreKeyPackage, type OwnKeyPackage } from "../mls/key-package";
import type { DeviceKeys } from "../mls/keys";
import type { Entropy } from "../primitives/entropy";
import type { SendingRoutes } from "../relay/sending-routes";
import type { StateStore, Writes } from "../store/state-store";

const PREFIX = "key-package/";
const USED_PREFIX = "used-last-resort/";
const STOCK = 20; // one-time packages that wait at the relay (C8)
const REFILL_BELOW = 10;
const LIFETIME_SECONDS = 84 * 24 * 3600; // 12 weeks: devices in the field may stay off for a season
const GRACE_SECONDS = 24 * 3600; // a last resort that was used may be in another Welcome that is on its way
const CLOCK_SKEW_SECONDS = 3600; // the adder's clock may be behind ours

/** Whose key packages they are, and where. `write` is durable before anything else leaves (S5, D4). */
export interface Stockist {
  readonly device: Bytes;
  readonly keys: DeviceKeys;
  readonly store: Pick<StateStore, "scan">;
  readonly routes: Pick<SendingRoutes, "waitingKeyPackages" | "putKeyPackages">;
  readonly entropy: Entropy;
  readonly now: () => number; // seconds
  write(writes: Writes): Promise<void>;
}

/** Everything that a Welcome may be for, one-time packages and those of last resort. */
export async function loadStock(store: Pick<StateStore, "scan">): Promise<readonly OwnKeyPackage[]> {
  return (await store.scan(PREFIX)).map(([, value]) => restoreKeyPackage(value));
}

/**
 * What the joining with `own` does to it, in the write that stores the group; `now` in seconds.
 *
 * A one-time package dies with its use; one of last resort is replaced at the next refill and dies after a grace.
 */
export function usedWrites(own: OwnKeyPackage, now: number): Writes {
  const name = hex(own.ref);
  return own.lastResort ? new Map([[USED_PREFIX + name, uint(now, 8)]]) : new Map([[PREFIX + name, null]]);
}

/**
 * So many one-time packages wait at the relay that nobody needs to be added by the last resort (C8).
 *
 * A last resort that served is replaced, and private halves that are of no more use are deleted.
 *
 * @throws RelayRefuses, Unavailable as the relay says; what was made is kept, and serves once it is published.
 */
export async function refill(own: Stockist): Promise<void> {
  const waiting = await own.routes.waitingKeyPackages(own.device);
  const [stock, used] = [await loadStock(own.store), await loadUsed(own.store)];
  const dead = deadWrites(stock, used, own.now());
  if (dead.size > 0) {
    await own.write(dead);
  }
  const lastResort = waiting.lastResort && stock.some((one) => one.lastResort && !used.has(hex(one.ref)));
  if (waiting.remaining < REFILL_BELOW || !lastResort) {
    await publishNew(own, Math.max(0, STOCK - waiting.remaining), !lastResort, false);
  }
}

/**
 * From now on nobody is handed a key package of ours that was published before.
 *
 * For a device whose state was put back: the private halves of what it published since are lost, so that whoever adds
 * it by one of those adds it in vain.
 */
export async function replaceAll(own: Stockist): Promise<void> {
  await publishNew(own, STOCK, true, true);
}

async function publishNew(own: Stockist, count: number, lastResort: boolean, alone: boolean): Promise<void> {
  const made: OwnKeyPackage[] = [];
  for (let number = 0; number < count; number += 1) {
    made.push(await make(own, false));
  }
  const last = lastResort ? await make(own, true) : null;
  const all = last === null ? made : [...made, last];
  await own.write(new Map(all.map((one) => [PREFIX + hex(one.ref), one.secret]))); // no Welcome finds a half missing
  await own.routes.putKeyPackages(own.device, {
    oneTime: made.map((one) => one.keyPackage),
    lastResort: last?.keyPackage ?? null,
    alone,
  });
}

/** Valid from an hour ago for twelve weeks. */
function make(own: Stockist, lastResort: boolean): Promise<OwnKeyPackage> {
  const now = BigInt(own.now());
  const lifetime = { notBefore: now - BigInt(CLOCK_SKEW_SECONDS), notAfter: now + BigInt(LIFETIME_SECONDS) };
  return makeKeyPackage(own.keys, lifetime, own.entropy, lastResort);
}

/** The last resorts that served: by reference, when each was last used, in seconds. */
async function loadUsed(store: Pick<StateStore, "scan">): Promise<ReadonlyMap<string, number>> {
  const rows = await store.scan(USED_PREFIX);
  return new Map(
    rows.map(([key, value]) => [key.slice(USED_PREFIX.length), Number(decode(value, (reader) => reader.uint64()))]),
  );
}

/** Private halves that no honest Welcome needs any more are deleted: expired, or served and long replaced. */
function deadWrites(stock: readonly OwnKeyPackage[], used: ReadonlyMap<string, number>, now: number): Writes {
  const writes = new Map<string, null>();
  for (const one of stock) {
    const name = hex(one.ref);
    const usedAt = used.get(name);
    const expired = Number(one.notAfter) + GRACE_SECONDS < now;
    if (expired || (usedAt !== undefined && usedAt + GRACE_SECONDS < now)) {
      writes.set(PREFIX + name, null).set(USED_PREFIX + name, null);
    }
  }
  return writes;
}
