import assert from "node:assert/strict";
import test from "node:test";

import { object } from "../../gallery/invented";
import { concat, fromHex, hex, utf8, type Bytes } from "../../src/bytes";
import { decode, opaque, uint } from "../../src/codec";
import { deflate, inflate } from "../../src/deflate";
import { MalformedError } from "../../src/errors";
import { PAGE_NUMBERS } from "../../src/mailbox/headline-pages";
import { journalKey } from "../../src/mailbox/journal";
import {
  BUNDLES_KEY,
  bundleKey,
  decodeBundle,
  decodeBundleList,
  encodeBundle,
  encodeBundleList,
  type Bundled,
} from "../../src/mailbox/search-bundle";
import { sha256 } from "../../src/primitives/hashes";
import { COLD_TALLIES_KEY } from "../../src/roaming/cold-tallies";
import { fetchMailbox, loadMailbox } from "../../src/roaming/loading";
import { MailboxSealing, RowKind } from "../../src/roaming/sealing";
import { RoamingStore } from "../../src/roaming/store";
import { countingEntropy } from "../fakes/counting-entropy";
import { FakeMailboxHost } from "../fakes/mailbox-host";
import { MemoryStore } from "../fakes/memory-store";
import { vectors } from "../vectors";
import { bundle, fill, find, opened } from "./searched";

const COUNT = PAGE_NUMBERS + 20;
const MADE_OF = new Uint8Array(32).fill(4);
const SOUGHT = "csqu";
const filled = new MemoryStore();
await fill(filled, COUNT);
const right = await search(filled);
await bundle(filled);

const one = (number: number, text: string, channel = "00"): Bundled => ({
  number,
  channel,
  said: { values: object({ text }), files: [`${text}.pdf`] },
});

test("a bundle says what went into it, channel by channel", async () => {
  const messages = [one(257, "one"), one(258, "two", "01"), one(260, "three"), one(512, "حاوية")];

  const { madeOf, said } = await decodeBundle(await encodeBundle(MADE_OF, messages), 1);

  assert.deepEqual(madeOf, MADE_OF);
  assert.deepEqual([...said].sort(([a], [b]) => a - b), messages.map((message) => [message.number, message.said]));
});

test("what an insider's program wrote at length is left to the journal, and the row stays within the relay's limit", async () => {
  const draw = countingEntropy("long");
  const noise = (size: number): string => hex(draw(size / 2));
  const messages = Array.from({ length: PAGE_NUMBERS }, (_, place) => one(place + 1, noise(place === 3 ? 20_000 : 4000)));

  const row = await encodeBundle(MADE_OF, messages);

  const { said } = await decodeBundle(row, 0);
  assert.equal(said.size, PAGE_NUMBERS);
  assert.equal(said.get(4), null);
  assert.deepEqual(said.get(1), messages[0]!.said);
  assert.ok(row.length < 1 << 20, `${row.length} bytes`);
});

test("no channel's words make another channel's shorter (compression beside secrets)", async () => {
  const secret = one(1, "TEMU9305412 goes to quay 1742 at five", "a");
  const guess = one(2, "TEMU9305412 goes to quay 1742 at five", "b");
  const streams = async (...messages: Bundled[]): Promise<string> => hex((await encodeBundle(MADE_OF, messages)).slice(34));

  const both = await streams(secret, guess);

  assert.equal(both, (await streams(secret)) + (await streams(guess)));
});

test("any bytes are a bundle and a list of bundles, or malformed", async () => {
  const draw = countingEntropy("bundles");
  const good = await encodeBundle(MADE_OF, [one(1, "one"), one(2, "two", "01")]);
  const list = encodeBundleList(new Map([[0, { numbers: 256, row: MADE_OF }], [7, { numbers: 3, row: MADE_OF }]]));
  assert.deepEqual(encodeBundleList(decodeBundleList(list)), list);
  for (let length = 0; length < 200; length += 1) {
    await assert.rejects(decodeBundle(draw(length), 0), MalformedError);
    assert.throws(() => decodeBundleList(draw(length + 1)), MalformedError);
  }
  for (const place of good.keys()) {
    const changed = good.map((byte, at) => (at === place ? byte ^ (1 << place % 8) : byte));
    await decodeBundle(changed, 0).catch((error: unknown) => assert.ok(error instanceof MalformedError, String(error)));
    await assert.rejects(decodeBundle(good.slice(0, place), 0), MalformedError);
  }
  for (const numbers of [0, 257]) {
    assert.throws(() => decodeBundleList(encodeBundleList(new Map([[1, { numbers, row: MADE_OF }]]))), MalformedError);
  }
});

test("a bundle inflates to what it announces, and to no more than a bundle may have", async () => {
  const row = await encodeBundle(MADE_OF, [one(1, "short")]);
  for (const announced of [9, 9000]) {
    const other = row.slice();
    other.set(uint(announced, 4), 33);
    await assert.rejects(decodeBundle(other, 0), MalformedError);
  }
  await assert.rejects(inflate(await deflate(new Uint8Array(1 << 20)), 1000), /more than the 1000 bytes/);

  const many = (first: number): Bundled[] => Array.from({ length: 100 }, (_, place) => one(first + place, "a".repeat(2000)));
  const streams = async (messages: Bundled[]): Promise<Bytes> =>
    decode((await encodeBundle(MADE_OF, messages)).slice(32), (reader) => reader.opaque());
  const both = concat(MADE_OF, opaque(concat(await streams(many(1)), await streams(many(101)))));
  await assert.rejects(decodeBundle(both, 0), /more than 524288 bytes/);
});

test("a bundle as an earlier version wrote it is read (fixture)", async () => {
  const fixture = vectors<{ list: string; row: string; said: Record<string, unknown> }>("browser_rows/search_bundle.json");

  const listed = decodeBundleList(fromHex(fixture.list)).get(1)!;
  const { said } = await decodeBundle(fromHex(fixture.row), 1);

  assert.equal(hex(sha256(fromHex(fixture.row))), hex(listed.row));
  const plain = Object.fromEntries([...said].map(([number, one]) => [number, one && { ...one, values: Object.fromEntries(one.values) }]));
  assert.deepEqual(plain, fixture.said);
});

/** Bundles that this account's own key sealed and that say what the journal does not. */
const WRONG: Readonly<Record<string, (store: MemoryStore) => Promise<Bytes>>> = {
  "of another mailbox": async () => encodeBundle(MADE_OF, messagesOf()),
  "of another page": async ({ values }) => values.get(bundleKey(1))!,
  "that lacks a message": async (store) => encodeBundle(await madeOf(store), messagesOf().slice(1)),
  "that is none": async () => utf8("no bundle"),
};

for (const [what, make] of Object.entries(WRONG)) {
  test(`a bundle ${what} is not believed, and made anew (D4)`, async () => {
    const store = copy(filled);
    const good = store.values.get(bundleKey(0))!;
    await plant(store, 0, await make(store));

    assert.deepEqual(await search(store), right);
    await searchAndBundle(store);

    assert.deepEqual(store.values.get(bundleKey(0)), good);
  });
}

test("a bundle that contradicts a message that was opened is not believed, before it is read or after (D4)", async () => {
  const lying = copy(filled);
  const { said, madeOf: name } = await decodeBundle(lying.values.get(bundleKey(0))!, 0);
  const changed = [...said].map(([number, words]) => ({ number, channel: "", said: words! }));
  const [wrong, other] = [changed[4]!.number, changed[9]!.number];
  [changed[4], changed[9]] = [one(wrong, "Nobody said this"), one(other, "Nobody said that")];
  await plant(lying, 0, await encodeBundle(name, changed));
  const { mailbox, searching } = await opened(copy(lying));
  const later = await opened(copy(lying));

  await mailbox.contents.fetch([mailbox.holdings.numbered(wrong)!]);
  assert.deepEqual(await find(searching, mailbox, "nobody said"), []);

  assert.deepEqual(await find(later.searching, later.mailbox, "nobody said"), [wrong, other]); // nothing else is here to say no
  await later.mailbox.contents.fetch([later.mailbox.holdings.numbered(wrong)!]); // somebody opens what was found
  assert.deepEqual(await find(later.searching, later.mailbox, "nobody said"), []);
  assert.equal(await later.searching.bundles.isDue(0), false); // made anew
});

test("a list of bundles that is none, or of a newer program, is passed over", async () => {
  const store = copy(filled);
  store.values.set(BUNDLES_KEY, utf8("newer"));

  assert.deepEqual(await search(store), right);
});

test("a relay that keeps a bundle back, or gives an older one, changes no answer (D4)", async () => {
  const { host, sealing } = await roaming();
  const name = hex(sealing.name(RowKind.value, utf8(bundleKey(0))));
  const before = host.stored.get(name)!;
  const honest = await search(await held(host, sealing));
  assert.deepEqual(honest, right);
  const older = { ...before, sealed: sealing.sealRow({ kind: RowKind.value, key: utf8(bundleKey(0)), content: utf8("older") }).box };

  for (const shown of [null, older]) {
    shown === null ? host.stored.delete(name) : host.stored.set(name, shown);
    const store = await held(host, sealing);

    const { mailbox, searching } = await opened(store);
    assert.deepEqual(await find(searching, mailbox, SOUGHT), right);
    await searching.bundle(async () => true); // which cannot be kept now: the bucket does not add up
    assert.deepEqual(await find(searching, mailbox, SOUGHT), right);
  }
});

test("the journal is what was said: a row that it lacks is refused, whatever bundles say (D4)", async () => {
  const store = copy(filled);
  store.values.delete(BUNDLES_KEY);
  store.values.set(journalKey(1), store.values.get(journalKey(2))!);

  await assert.rejects(search(store), /with that hash/);
});

async function search(store: MemoryStore | RoamingStore): Promise<readonly number[]> {
  const { mailbox, searching } = await opened(store);
  return find(searching, mailbox, SOUGHT);
}

async function searchAndBundle(store: MemoryStore): Promise<void> {
  const { mailbox, searching } = await opened(store);
  await find(searching, mailbox, SOUGHT);
  await searching.bundle(async () => true);
}

/** The first page's messages, saying something else. */
function messagesOf(): Bundled[] {
  return Array.from({ length: PAGE_NUMBERS }, (_, place) => one(place + 1, "CSQU1"));
}

async function madeOf(store: MemoryStore): Promise<Bytes> {
  return (await decodeBundle(store.values.get(bundleKey(0))!, 0)).madeOf;
}

/** The row under the page's key, and listed. */
async function plant(store: MemoryStore, page: number, row: Bytes): Promise<void> {
  const listed = new Map(decodeBundleList(store.values.get(BUNDLES_KEY)!)).set(page, { numbers: PAGE_NUMBERS, row: sha256(row) });
  await store.apply(new Map([[bundleKey(page), row], [BUNDLES_KEY, encodeBundleList(listed)]]), store.version);
}

/** The mailbox at a relay. */
async function roaming(): Promise<{ readonly host: FakeMailboxHost; readonly sealing: MailboxSealing }> {
  const keys = [1, 2].map((byte) => new Uint8Array(32).fill(byte));
  const sealing = new MailboxSealing(keys, new Uint8Array(16).fill(10), countingEntropy("roaming"));
  const host = new FakeMailboxHost();
  const store = await held(host, sealing);
  await store.apply(new Map([[COLD_TALLIES_KEY, new Uint8Array(0)], ...filled.values]), store.version);
  await store.save();
  return { host, sealing };
}

async function held(host: FakeMailboxHost, sealing: MailboxSealing): Promise<RoamingStore> {
  return new RoamingStore(host, sealing, host.held.holder, loadMailbox(await fetchMailbox(host, host.held, sealing), sealing), () => 0);
}

function copy(store: MemoryStore): MemoryStore {
  const other = new MemoryStore();
  store.values.forEach((value, key) => other.values.set(key, value));
  return other;
}
