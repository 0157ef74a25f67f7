import assert from "node:assert/strict";
import test from "node:test";

import { fromHex, hex, utf8, type Bytes } from "../../src/bytes";
import { bucketOf, COLD_TALLIES_KEY, decodeColdTallies } from "../../src/roaming/cold-tallies";
import { MailboxAltered } from "../../src/roaming/errors";
import { fetchMailbox, loadMailbox } from "../../src/roaming/loading";
import { reseal } from "../../src/roaming/resealing";
import { MailboxSealing, RowKind } from "../../src/roaming/sealing";
import { RoamingStore, SAVE_BYTES } from "../../src/roaming/store";
import { sha256 } from "../../src/primitives/hashes";
import { countingEntropy } from "../fakes/counting-entropy";
import { FakeMailboxHost } from "../fakes/mailbox-host";
import { vectors } from "../vectors";

const ACCOUNT = new Uint8Array(16).fill(0x0a);
const KEYS = [1, 2].map((number) => new Uint8Array(32).fill(number));
const SEALING = new MailboxSealing(KEYS, ACCOUNT, countingEntropy("cold rows"));
const NOTHING = new Uint8Array(0);
interface Written {
  readonly version: number;
  readonly seal: string;
  readonly rows: { readonly name: string; readonly sealed: string; readonly cold: boolean }[];
}

const [ONE, TWO] = [Uint8Array.of(1), Uint8Array.of(2)];

async function opened(host: FakeMailboxHost, sealing = SEALING): Promise<RoamingStore> {
  const loaded = loadMailbox(await fetchMailbox(host, host.held, sealing), sealing);
  return new RoamingStore(host, sealing, host.held.holder, loaded, () => 0);
}

function put(store: RoamingStore, writes: Readonly<Record<string, Bytes | null>>): Promise<void> {
  return store.apply(new Map(Object.entries(writes)), store.version);
}

function name(key: string): string {
  return hex(SEALING.name(RowKind.value, utf8(key)));
}

/** A mailbox of so many messages that counts its cold rows, and the relay's pages that were asked for since. */
async function counted(messages = 40): Promise<FakeMailboxHost> {
  const host = new FakeMailboxHost();
  const store = await opened(host);
  await put(store, { [COLD_TALLIES_KEY]: NOTHING, a: ONE });
  for (let number = 1; number <= messages; number += 1) {
    await put(store, { [`message/${number}`]: Uint8Array.of(number) });
  }
  await store.save();
  host.pages.length = 0;
  return host;
}

test("a mailbox that counts its cold rows is opened without their names", async () => {
  const host = await counted();

  const store = await opened(host);

  assert.ok(!host.pages.includes("cold"));
  assert.deepEqual(await store.get("a"), ONE);
  assert.deepEqual(await store.getAll(["message/7", "message/41"]), [Uint8Array.of(7), null]);
  assert.equal((await store.scan("message/")).length, 40);
});

test("what is written, replaced and taken away stays counted, whoever opens next", async () => {
  const host = await counted();
  for (const writes of [{ "message/7": TWO, "message/41": ONE }, { "message/8": null, "seen/1": ONE }, { "seen/1": TWO }]) {
    const store = await opened(host);
    await put(store, writes);
    await store.save();
  }

  const store = await opened(host);

  assert.deepEqual(await store.getAll(["message/7", "message/8", "message/41", "seen/1"]), [TWO, null, ONE, TWO]);
  assert.equal((await store.scan("message/")).length, 40);
});

test("a mailbox that does not count them yet is judged by all their names, and counts them from then on", async () => {
  const host = new FakeMailboxHost();
  const before = await opened(host);
  await put(before, { "message/1": ONE, "message/2": TWO });
  await before.save();
  const first = await opened(host);
  assert.ok(host.pages.includes("cold"));
  await put(first, { [COLD_TALLIES_KEY]: NOTHING });
  await first.save();
  host.pages.length = 0;

  const store = await opened(host);

  assert.ok(!host.pages.includes("cold"));
  assert.deepEqual(await store.getAll(["message/1", "message/2"]), [ONE, TWO]);
});

test("the mailbox that the browser wrote before opens, and is counted from then on (browser 1, ADR 0029)", async () => {
  const story = vectors<{ account: string; keys: string[]; steps: { write: Written }[]; holds: object }>("mailbox/writes.json");
  const sealing = new MailboxSealing(story.keys.map((key) => fromHex(key)), fromHex(story.account), countingEntropy("b"));
  const host = new FakeMailboxHost();
  for (const { write } of story.steps) {
    const rows = write.rows.map((row) => ({ name: fromHex(row.name), sealed: fromHex(row.sealed), cold: row.cold }));
    await host.write({ holder: 1, version: write.version, seal: fromHex(write.seal), rows });
  }
  const first = await opened(host, sealing);
  await put(first, { [COLD_TALLIES_KEY]: NOTHING });
  await first.save();
  host.pages.length = 0;

  const store = await opened(host, sealing);

  assert.ok(!host.pages.includes("cold"));
  const found = (await store.scan("")).filter(([key]) => key !== COLD_TALLIES_KEY);
  assert.deepEqual(Object.fromEntries(found.map(([key, value]) => [key, hex(value)])), story.holds);
});

test("a relay that hides that a row is there, or says that one is, is not believed (D4)", async () => {
  const hiding = await counted();
  hiding.stored.delete(name("message/7"));
  await assert.rejects((await opened(hiding)).get("message/7"), MailboxAltered);
  await assert.rejects(put(await opened(hiding), { "message/7": ONE }), MailboxAltered); // the seal would be wrong for ever

  const inventing = await counted();
  const { box } = SEALING.sealRow({ kind: RowKind.value, key: utf8("message/50"), content: ONE });
  const invented = SEALING.name(RowKind.value, utf8("message/50"));
  inventing.stored.set(hex(invented), { name: invented, sealed: box, cold: true });
  await assert.rejects((await opened(inventing)).get("message/50"), MailboxAltered);
});

test("a relay that puts a row of another bucket in the place of one is not believed (D4)", async () => {
  const host = await counted();
  const all = [...host.stored.values()].filter((row) => row.cold);
  const [one] = all;
  const other = all.find((row) => bucketOf(row.name) !== bucketOf(one!.name));
  const page = host.page.bind(host);
  host.page = async (holder, stretch) => {
    const answer = await page(holder, stretch);
    const nonce = other!.sealed.slice(0, 24);
    const cold = answer.cold.map((row) => (hex(row.name) === hex(one!.name) ? { name: other!.name, nonce } : row));
    return { ...answer, cold };
  };

  await assert.rejects((await opened(host)).scan("message/"), MailboxAltered);
});

test("a row whose hash is known is fetched without the names of others, and is that one or not believed (D4)", async () => {
  const host = await counted();
  const earlier = host.copy();
  const changing = await opened(host);
  await put(changing, { "message/7": TWO });
  await changing.save();
  host.pages.length = 0;
  const wanted = new Map([["message/7", sha256(TWO)], ["message/8", sha256(Uint8Array.of(8))]]);

  const found = await (await opened(host)).getAttested(wanted);
  assert.deepEqual([...found.values()], [TWO, Uint8Array.of(8)]);
  assert.ok(!host.pages.includes("cold"));

  for (const shown of [earlier.stored.get(name("message/7")), host.stored.get(name("message/8")), undefined]) {
    const lying = host.copy();
    if (shown === undefined) {
      lying.stored.delete(name("message/7"));
    } else {
      lying.stored.set(name("message/7"), { ...shown, name: SEALING.name(RowKind.value, utf8("message/7")) });
    }
    await assert.rejects((await opened(lying)).getAttested(wanted), MailboxAltered);
  }
});

test("hot rows that do not add up with what is told of the cold ones are not believed (D4)", async () => {
  const host = await counted();
  const earlier = host.copy();
  const store = await opened(host);
  await put(store, { a: TWO, "message/41": ONE });
  await store.save();
  for (const key of ["a", COLD_TALLIES_KEY]) {
    const lying = host.copy();
    lying.stored.set(name(key), earlier.stored.get(name(key))!);
    await assert.rejects(opened(lying), MailboxAltered, key);
    lying.stored.delete(name(key));
    await assert.rejects(opened(lying), MailboxAltered, key);
  }
});

test("after a change of password every row is seen before any is believed, and counted under the new key (D2)", async () => {
  const host = await counted();
  const newer = new MailboxSealing([...KEYS, new Uint8Array(32).fill(3)], ACCOUNT, countingEntropy("newer"));
  const hiding = host.copy();
  hiding.stored.delete(name("message/7"));
  await assert.rejects(opened(hiding, newer), MailboxAltered);

  const store = await opened(host, newer);
  await reseal(store, newer);
  host.pages.length = 0;
  const alone = new MailboxSealing([KEYS[0]!, new Uint8Array(32).fill(3)], ACCOUNT, countingEntropy("alone"));
  const again = await opened(host, alone);

  assert.ok(!host.pages.includes("cold"));
  assert.equal((await again.scan("message/")).length, 40);
});

test("everything is saved again whatever was read before, and what changes meanwhile stays changed (D2)", async () => {
  const host = await counted();
  const newest = new Uint8Array(32).fill(3);
  const store = await opened(host, new MailboxSealing([...KEYS, newest], ACCOUNT, countingEntropy("newer")));
  await put(store, { much: new Uint8Array(SAVE_BYTES + 1), "message/41": ONE }); // one save, then the others
  let meanwhile: Promise<void> = Promise.resolve();
  host.before = () => {
    host.before = null;
    meanwhile = put(store, { "message/41": TWO, zero: ONE });
  };

  await store.rewrite();
  await meanwhile;
  await store.save();

  const again = await opened(host, new MailboxSealing([KEYS[0]!, newest], ACCOUNT, countingEntropy("alone")));
  assert.equal((await again.scan("message/")).length, 41);
  assert.deepEqual(await again.getAll(["message/41", "zero"]), [TWO, ONE]);
});

test("any bytes are tallies or a mailbox that was altered", () => {
  const draw = countingEntropy("tallies");
  for (let length = 0; length < 3000; length += 97) {
    assert.throws(() => decodeColdTallies(draw(length)), MailboxAltered);
  }
  assert.throws(() => decodeColdTallies(new Uint8Array(64 * 40).fill(0xff)), MailboxAltered);
});
