/** Keeping key packages at the relay, so that others can add this device while it is away (rule C8). */

import { hex, type Bytes } from "../bytes";
import { makeKeyPackage, type OwnKeyPackage } from "../mls/key-package";
import type { DeviceKeys } from "../mls/keys";
import type { Entropy } from "../primitives/entropy";
import type { SendingRoutes } from "../relay/sending-routes";
import type { StateStore, Writes } from "../store/state-store";
import { loadStock, loadUsed, stockKey, stockWrites, usedKey } from "./key-package-stock";

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
  await own.write(stockWrites(all));
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

/** Private halves that no honest Welcome needs any more are deleted: expired, or served and long replaced. */
function deadWrites(stock: readonly OwnKeyPackage[], used: ReadonlyMap<string, number>, now: number): Writes {
  const writes = new Map<string, null>();
  for (const one of stock) {
    const usedAt = used.get(hex(one.ref));
    const expired = Number(one.notAfter) + GRACE_SECONDS < now;
    if (expired || (usedAt !== undefined && usedAt + GRACE_SECONDS < now)) {
      writes.set(stockKey(one.ref), null).set(usedKey(one.ref), null);
    }
  }
  return writes;
}
