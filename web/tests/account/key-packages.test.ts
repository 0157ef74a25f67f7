import assert from "node:assert/strict";
import test from "node:test";

import { hex } from "../../src/bytes";
import { loadStock, usedWrites } from "../../src/account/key-package-stock";
import { refill, replaceAll, type Stockist } from "../../src/account/key-packages";
import type { PublishedKeyPackages } from "../../src/relay/sending-routes";
import type { Writes } from "../../src/store/state-store";
import { MemoryStore } from "../fakes/memory-store";
import { begin } from "../fakes/officer";
import { NOW } from "../fakes/sending-operation";

const DAY_SECONDS = 86_400;

interface Shelf {
  readonly own: Stockist;
  readonly store: MemoryStore;
  readonly published: PublishedKeyPackages[];
  waiting: { remaining: number; lastResort: boolean };
  now: number;
}

/** A device's stock, and a relay that has what `waiting` says. */
function shelf(): Shelf {
  const store = new MemoryStore();
  const [anna] = begin().officers;
  const published: PublishedKeyPackages[] = [];
  const own: Stockist = {
    device: anna!.device.device,
    keys: anna!.keys,
    store,
    entropy: anna!.entropy,
    now: () => one.now,
    write: (writes: Writes) => store.apply(writes, store.version),
    routes: {
      waitingKeyPackages: async () => one.waiting,
      putKeyPackages: async (_device, given) => {
        published.push(given);
        const refs = new Set((await loadStock(store)).map((kept) => hex(kept.keyPackage)));
        const all = given.lastResort === null ? given.oneTime : [...given.oneTime, given.lastResort];
        assert.ok(all.every((keyPackage) => refs.has(hex(keyPackage)))); // saved before it is published
      },
    },
  };
  const one: Shelf = { own, store, published, waiting: { remaining: 0, lastResort: false }, now: NOW };
  return one;
}

test("a new device publishes 20 one-time packages and a last resort, private halves kept first (C8)", async () => {
  const one = shelf();

  await refill(one.own);

  assert.equal(one.published[0]!.oneTime.length, 20);
  assert.ok(one.published[0]!.lastResort !== null);
  assert.equal(one.published[0]!.alone, false);
  assert.equal((await loadStock(one.store)).length, 21);
});

test("the stock is filled up when it runs low, and not before (C8)", async () => {
  const one = shelf();
  await refill(one.own);

  one.waiting = { remaining: 10, lastResort: true };
  await refill(one.own);
  assert.equal(one.published.length, 1);

  one.waiting = { remaining: 9, lastResort: true };
  await refill(one.own);
  assert.equal(one.published[1]!.oneTime.length, 11);
  assert.equal(one.published[1]!.lastResort, null);
});

test("a one-time package dies with its use, a last resort is replaced and dies a day later (C8)", async () => {
  const one = shelf();
  await refill(one.own);
  const stock = await loadStock(one.store);
  const [oneTime, lastResort] = [stock.find((kept) => !kept.lastResort)!, stock.find((kept) => kept.lastResort)!];

  await one.own.write(usedWrites(oneTime, NOW));
  await one.own.write(usedWrites(lastResort, NOW));
  one.waiting = { remaining: 20, lastResort: true };
  await refill(one.own);

  const then = (await loadStock(one.store)).map((kept) => hex(kept.ref));
  assert.ok(!then.includes(hex(oneTime.ref)));
  assert.ok(then.includes(hex(lastResort.ref)));
  assert.ok(one.published[1]!.lastResort !== null);
  assert.equal(one.published[1]!.oneTime.length, 0);

  one.now += DAY_SECONDS + 1;
  await refill(one.own);
  assert.ok(!(await loadStock(one.store)).map((kept) => hex(kept.ref)).includes(hex(lastResort.ref)));
});

test("expired private halves are deleted", async () => {
  const one = shelf();
  await refill(one.own);

  one.now += 86 * DAY_SECONDS;
  await refill(one.own);

  assert.ok((await loadStock(one.store)).every((kept) => kept.notAfter > BigInt(one.now)));
});

test("a state that was put back has nobody handed what it published since (C8)", async () => {
  const one = shelf();

  await replaceAll(one.own);

  assert.equal(one.published[0]!.alone, true);
  assert.equal(one.published[0]!.oneTime.length, 20);
  assert.ok(one.published[0]!.lastResort !== null);
});
