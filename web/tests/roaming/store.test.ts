import assert from "node:assert/strict";
import test from "node:test";

import { concat, fromHex, hex, utf8, type Bytes } from "../../src/bytes";
import { Unavailable, UsageError } from "../../src/errors";
import type { MailboxHost, MailboxRow } from "../../src/relay/mailbox-routes";
import { RelayRefuses } from "../../src/relay/relay-client";
import { MailboxAltered } from "../../src/roaming/errors";
import { fetchMailbox, loadMailbox } from "../../src/roaming/loading";
import { MailboxSealing, RowKind } from "../../src/roaming/sealing";
import { RoamingStore, SAVE_BYTES, SAVE_SECONDS } from "../../src/roaming/store";
import { StaleStore, type Writes } from "../../src/store/state-store";
import { countingEntropy, shake } from "../fakes/counting-entropy";
import { FakeMailboxHost } from "../fakes/mailbox-host";
import { vectors } from "../vectors";

interface Story {
  account: string;
  keys: string[];
  steps: {
    apply: Record<string, string | null>;
    write: { version: number; seal: string; rows: { name: string; sealed: string; cold: boolean }[] };
  }[];
  holds: Record<string, string>;
}

const ACCOUNT = new Uint8Array(16).fill(0x0a);
const KEYS = [1, 2].map((number) => new Uint8Array(32).fill(number));
const SEALING = new MailboxSealing(KEYS, ACCOUNT, countingEntropy("store"));
const LONG = shake(utf8("long"), 40_000);
const ONE = Uint8Array.of(1);
const TWO = Uint8Array.of(2);

async function opened(
  host: MailboxHost & Pick<FakeMailboxHost, "held">,
  now: () => number = () => 0,
  sealing = SEALING,
): Promise<RoamingStore> {
  const loaded = loadMailbox(await fetchMailbox(host, host.held, sealing), sealing);
  return new RoamingStore(host, sealing, host.held.holder, loaded, now);
}

function put(store: RoamingStore, writes: Readonly<Record<string, Bytes | null>>): Promise<void> {
  return store.apply(new Map(Object.entries(writes)), store.version);
}

function name(key: string): string {
  return hex(SEALING.name(RowKind.value, utf8(key)));
}

function breaks(): never {
  throw new Unavailable("the line broke");
}

test("a store writes the rows that Python writes, byte for byte, and the next computer finds what it held", async () => {
  const story = vectors<Story>("mailbox/writes.json");
  const sealing = new MailboxSealing(story.keys.map((key) => fromHex(key)), fromHex(story.account), countingEntropy("writes"));
  const host = new FakeMailboxHost();
  const store = await opened(host, () => 0, sealing);

  for (const { apply, write } of story.steps) {
    const values = Object.entries(apply).map(([key, value]) => [key, value === null ? null : fromHex(value)] as const);
    await store.apply(new Map(values), store.version);
    await store.save();

    const [made] = host.writes.slice(-1);
    const rows = made!.rows.map((row) => ({ name: hex(row.name), sealed: hex(row.sealed), cold: row.cold }));
    assert.deepEqual({ version: made!.version, seal: hex(made!.seal), rows }, write);
  }
  const found = await (await opened(host, () => 0, sealing)).scan("");
  assert.deepEqual(Object.fromEntries(found.map(([key, value]) => [key, hex(value)])), story.holds);
});

test("nothing is at the relay before something leaves, and then once", async () => {
  const host = new FakeMailboxHost();
  const store = await opened(host);

  await put(store, { a: ONE });
  await put(store, { a: TWO, b: ONE });
  assert.equal(host.writes.length, 0);

  await store.save();
  await store.save();
  assert.deepEqual(host.writes.map((write) => write.rows.length), [2]);
});

test("any history of writes comes back and leaves no row behind", async () => {
  const draw = countingEntropy("history");
  const host = new FakeMailboxHost();
  const expected = new Map<string, Bytes>();
  for (let step = 0; step < 40; step += 1) {
    const store = await opened(host);
    const writes = new Map<string, Bytes | null>();
    for (const key of ["a", "message/1", "channel/tree", "seen/9"]) {
      const [choice, place] = draw(2) as Uint8Array & [number, number];
      const value = [null, LONG.slice(place! * 100), draw(place!)][choice! % 4];
      if (value !== undefined) {
        writes.set(key, value);
      }
    }
    await store.apply(writes, store.version);
    writes.forEach((value, key) => (value === null ? expected.delete(key) : expected.set(key, value)));
    await store.save();
  }

  const sorted = [...expected].sort(([first], [second]) => (first < second ? -1 : 1));
  assert.deepEqual(await (await opened(host)).scan(""), sorted);

  const last = await opened(host);
  await last.apply(new Map([...expected.keys()].map((key) => [key, null])), last.version);
  await last.save();
  assert.equal(host.stored.size, 0);
});

test("a long value that changed a little costs little", async () => {
  const host = new FakeMailboxHost();
  const store = await opened(host);
  await put(store, { tree: LONG, staged: LONG });
  await store.save();
  await put(store, { tree: concat(LONG.slice(0, 20_000), ONE, LONG.slice(20_000)) });
  await store.save();

  const sizes = host.writes.map((write) => write.rows.reduce((sum, row) => sum + row.sealed.length, 0));

  assert.ok(sizes[0]! < 1.2 * LONG.length); // the same content is kept once
  assert.ok(sizes[1]! < LONG.length / 4);
});

test("what travels with a message is saved by it (S5)", async () => {
  const host = new FakeMailboxHost();
  const store = await opened(host);
  await put(store, { a: ONE });

  await store.carry((write) => host.write(write));
  await store.save();

  assert.equal(host.writes.length, 1);
  assert.deepEqual(await (await opened(host)).get("a"), ONE);
});

test("what a refused message carried still waits", async () => {
  const host = new FakeMailboxHost();
  const store = await opened(host);
  await put(store, { a: ONE });

  await assert.rejects(
    store.carry(() => Promise.reject(new RelayRefuses("stale_epoch", "no", null))),
    RelayRefuses,
  );
  await store.save();

  assert.deepEqual(await (await opened(host)).get("a"), ONE);
});

for (const when of ["before", "after"] as const) {
  test(`a save whose answer was lost ${when} it was stored is made once`, async () => {
    const host = new FakeMailboxHost();
    const store = await opened(host);
    await put(store, { a: ONE });
    host[when] = breaks;
    await assert.rejects(store.save(), Unavailable);
    host[when] = null;
    await put(store, { a: TWO, b: ONE });

    await store.save();

    assert.deepEqual(await (await opened(host)).scan(""), [["a", TWO], ["b", ONE]]);
    assert.equal(host.held.version, 2);
  });
}

test("what was only read is saved after a while, when it is much, or when the clock was put back (S6)", async () => {
  const host = new FakeMailboxHost();
  let now = 0;
  const store = await opened(host, () => now);
  await put(store, { a: ONE });
  await put(store, { a: TWO });
  assert.equal(host.writes.length, 0);

  now = SAVE_SECONDS;
  await put(store, { b: ONE });
  assert.equal(host.writes.length, 1);
  await put(store, { b: new Uint8Array(SAVE_BYTES + 1) });
  await put(store, { c: ONE });
  assert.equal(host.writes.length, 2);
  now = 0;
  await put(store, { d: ONE });
  assert.equal(host.writes.length, 3);
});

test("a relay that is away does not stop the reading", async () => {
  const host = new FakeMailboxHost();
  let now = 0;
  const store = await opened(host, () => now);
  await put(store, { a: ONE });
  host.before = breaks;
  now = SAVE_SECONDS;

  await put(store, { a: TWO });

  assert.deepEqual(await store.get("a"), TWO);
});

test("an older holder saves nothing (D4)", async () => {
  const host = new FakeMailboxHost();
  const store = await opened(host);
  await put(store, { a: ONE });
  host.takenOver();

  for (const leave of [() => store.save(), () => store.release(), () => store.carry((write) => host.write(write))]) {
    await assert.rejects(leave(), (error) => error instanceof RelayRefuses && error.code === "not_holder");
  }

  assert.equal(host.writes.length, 0);
  assert.equal(host.released, false);
});

test("it keeps the rules of every store (S5)", async () => {
  const store = await opened(new FakeMailboxHost());
  await put(store, { a: ONE });

  await assert.rejects(store.apply(new Map([["a", TWO]]), 0), StaleStore);
  await assert.rejects(store.apply(new Map([["", TWO]]), 1), UsageError);
  await assert.rejects(store.apply(new Map([["é", TWO]]), 1), UsageError);

  assert.deepEqual(await store.get("a"), ONE);
});

test("of two that write at once one is told, also when a save that was due gave the other a turn (S5)", async () => {
  const host = new FakeMailboxHost();
  let now = 0;
  const store = await opened(host, () => now);
  await put(store, { a: ONE });
  now = SAVE_SECONDS;
  const write = (value: Bytes): Promise<void> => store.apply(new Map([["a", value]]) as Writes, 1);

  const outcomes = await Promise.allSettled([write(ONE), write(TWO)]);

  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
});

/** The relay as it was at the first version, and as it is at the second. */
async function twoVersions(): Promise<readonly [FakeMailboxHost, FakeMailboxHost]> {
  const host = new FakeMailboxHost();
  const store = await opened(host);
  await put(store, { a: ONE, b: ONE, "message/1": ONE, tree: LONG });
  await store.save();
  const earlier = host.copy();
  await put(store, { a: TWO, b: TWO, "message/1": TWO, "message/2": TWO });
  await store.save();
  return [earlier, host];
}

function show(host: FakeMailboxHost, key: string, row: MailboxRow): void {
  host.stored.set(name(key), { ...row, name: fromHex(name(key)) });
}

test("a relay that shows a row of an earlier version is not believed (D4)", async () => {
  const [earlier, host] = await twoVersions();
  show(host, "a", earlier.stored.get(name("a"))!);

  await assert.rejects(opened(host), MailboxAltered);
});

test("a relay that shows one row under another's name is not believed (D4)", async () => {
  const [, host] = await twoVersions();
  const [a, b] = [host.stored.get(name("a"))!, host.stored.get(name("b"))!];
  show(host, "a", b);
  show(host, "b", a);

  await assert.rejects(opened(host), MailboxAltered);
});

test("a relay that keeps a row back is not believed, nor of the cold ones (D4)", async () => {
  for (const key of ["a", "message/2"]) {
    const [, host] = await twoVersions();
    host.stored.delete(name(key));

    await assert.rejects(opened(host), MailboxAltered);
  }
});

test("a relay that shows a row twice is not believed (D4)", async () => {
  const [, host] = await twoVersions();
  const page = await host.page(host.held.holder, { only: "hot", after: null, until: null, longest: null });
  let asked = 0;
  host.page = async () => ((asked += 1) > 9 ? assert.fail("the reading never ends") : page);

  await assert.rejects(opened(host), MailboxAltered);
});

test("an earlier version under a new number is not believed; under its own it is: that is D5's work", async () => {
  const [earlier, host] = await twoVersions();
  await opened(earlier);
  earlier.held = { ...earlier.held, version: host.held.version };

  await assert.rejects(opened(earlier), MailboxAltered);
});

test("a mailbox that was never written shows nothing (D4)", async () => {
  const [, host] = await twoVersions();
  host.held = { ...host.held, version: 0, seal: new Uint8Array(0) };

  await assert.rejects(opened(host), MailboxAltered);
});

test("a cold row is fetched when it is asked for, and is the newest one or not believed (D4)", async () => {
  const [earlier, host] = await twoVersions();
  const store = await opened(host);
  assert.deepEqual(await (await opened(host)).getAll(["message/1", "message/3", "a"]), [TWO, null, TWO]);
  host.stored.set(name("message/1"), earlier.stored.get(name("message/1"))!);
  await assert.rejects(store.get("message/1"), MailboxAltered);

  host.stored.delete(name("message/2"));
  await assert.rejects(store.get("message/2"), MailboxAltered);
});

test("a message that is written while the relay's old one is on its way stays", async () => {
  const [, host] = await twoVersions();
  const store = await opened(host);
  const answer = host.rows.bind(host);
  host.rows = async (holder, names) => {
    await put(store, { "message/1": ONE });
    return answer(holder, names);
  };

  assert.deepEqual(await store.scan("message/"), [["message/1", ONE], ["message/2", TWO]]);
});
