/** Trees of channels come when they are needed, and are the ones that the seal counts (D4). */

import assert from "node:assert/strict";
import test from "node:test";

import { hex, utf8, type Bytes } from "../../src/bytes";
import { groupKeys } from "../../src/channel/session-rows";
import type { MailboxRow } from "../../src/relay/mailbox-routes";
import { MailboxAltered } from "../../src/roaming/errors";
import { fetchMailbox, loadMailbox } from "../../src/roaming/loading";
import { LONG_BYTES } from "../../src/roaming/long-rows";
import { reseal } from "../../src/roaming/resealing";
import { MailboxSealing } from "../../src/roaming/sealing";
import { RoamingStore } from "../../src/roaming/store";
import { countingEntropy, shake } from "../fakes/counting-entropy";
import { FakeMailboxHost } from "../fakes/mailbox-host";

const ACCOUNT = new Uint8Array(16).fill(0x0a);
const [NAMES, FIRST, SECOND] = [1, 2, 3].map((number) => new Uint8Array(32).fill(number)) as [Bytes, Bytes, Bytes];
const SEALING = new MailboxSealing([NAMES, FIRST], ACCOUNT, countingEntropy("long rows"));
const CHANNEL = "channel/01/02/1/";
const TREE = shake(utf8("tree"), 60_000);
const SECRET = shake(utf8("secret"), 3000);
const HEADLINES = shake(utf8("headlines"), 20_000);
const VALUES: Readonly<Record<string, Bytes>> = {
  program: utf8("browser 2"),
  [`${CHANNEL}position`]: new Uint8Array(57),
  [`${CHANNEL}public`]: TREE,
  [`${CHANNEL}private`]: SECRET,
  "headlines/000000000": HEADLINES,
  "draft/07": shake(utf8("draft"), 2000),
};

/** Counts the rows that are asked for by name. */
class CountingHost extends FakeMailboxHost {
  readonly named: string[] = [];
  swap: (row: MailboxRow) => MailboxRow | null = (row) => row;

  override async rows(holder: number, names: readonly Bytes[]): Promise<readonly MailboxRow[]> {
    this.named.push(...names.map(hex));
    return (await super.rows(holder, names)).flatMap((row) => this.swap(row) ?? []);
  }
}

async function filled(): Promise<CountingHost> {
  const host = new CountingHost();
  const store = await opened(host);
  await store.apply(new Map([...Object.entries(VALUES), ["cold-tallies", new Uint8Array(0)]]), store.version);
  await store.save();
  return host;
}

async function opened(host: FakeMailboxHost, sealing = SEALING): Promise<RoamingStore> {
  const loaded = loadMailbox(await fetchMailbox(host, host.held, sealing, groupKeys), sealing);
  return new RoamingStore(host, sealing, host.held.holder, loaded, () => 0);
}

function chunksOfTree(host: FakeMailboxHost): readonly MailboxRow[] {
  return [...host.stored.values()].filter((row) => {
    const { kind, content } = SEALING.openRow(row.name, row.sealed);
    return kind === 3 && row.sealed.length > LONG_BYTES && hex(TREE).includes(hex(content));
  });
}

test("a tree is not fetched before it is asked for, and all else is", async () => {
  const host = await filled();
  const tree = new Set(chunksOfTree(host).map((row) => hex(row.name)));
  assert.ok(tree.size > 20);

  const store = await opened(host);
  const atOnce = host.named.filter((name) => tree.has(name));
  for (const key of ["headlines/000000000", "draft/07", "program"]) {
    assert.deepEqual(await store.get(key), VALUES[key]);
  }
  assert.deepEqual(await store.scan("draft/"), [["draft/07", VALUES["draft/07"]]]);
  const before = host.named.length;
  const channel = new Map(await store.scan("channel/"));

  assert.deepEqual(atOnce, []);
  assert.equal(host.named.length > before, true);
  assert.deepEqual([channel.get(`${CHANNEL}public`), channel.get(`${CHANNEL}private`)], [TREE, SECRET]);
  assert.deepEqual(new Set(host.named.slice(before)), tree); // and each once
  assert.deepEqual(await store.get(`${CHANNEL}public`), TREE);
});

test("a relay that shows all rows whole is read like any other", async () => {
  const host = await filled();
  const page = host.page.bind(host);
  host.page = (holder, stretch) => page(holder, { ...stretch, longest: null });

  assert.deepEqual(await (await opened(host)).get(`${CHANNEL}public`), TREE);
  assert.deepEqual(host.named, []);
});

test("a row of a tree that is kept back, or that nobody counted, is refused when the tree is needed (D4)", async () => {
  for (const spoil of [
    (): null => null,
    (row: MailboxRow): MailboxRow => ({ ...row, sealed: SEALING.sealRow(SEALING.openRow(row.name, row.sealed)).box }),
    (row: MailboxRow): MailboxRow => ({ ...row, name: new Uint8Array(32) }),
  ]) {
    const host = await filled();
    const store = await opened(host);
    host.swap = spoil;

    await assert.rejects(store.get(`${CHANNEL}public`), MailboxAltered);
    host.swap = (row) => row;
    assert.deepEqual(await store.get(`${CHANNEL}public`), TREE); // what failed is asked for again
  }
});

test("a long row that is not the one that was shown, or is shown under another nonce, is refused at the opening (D4)", async () => {
  const swapped = await filled();
  swapped.swap = (row) => ({ ...row, sealed: SEALING.sealRow(SEALING.openRow(row.name, row.sealed)).box });
  await assert.rejects(opened(swapped), MailboxAltered);

  const lying = await filled();
  const page = lying.page.bind(lying);
  lying.page = async (holder, stretch) => {
    const shown = await page(holder, stretch);
    return { ...shown, cold: shown.cold.map((row) => ({ ...row, nonce: new Uint8Array(24) })) };
  };
  await assert.rejects(opened(lying), MailboxAltered);

  const hiding = await filled();
  const whole = hiding.page.bind(hiding);
  hiding.page = async (holder, stretch) => ({ ...(await whole(holder, stretch)), cold: [] });
  await assert.rejects(opened(hiding), MailboxAltered);
});

test("a tree that is written before it was read is the one that was written, here and at the next opening", async () => {
  const host = await filled();
  const after = shake(utf8("after a Commit"), 50_000);
  const store = await opened(host);

  await store.apply(new Map([[`${CHANNEL}public`, after]]), store.version);
  assert.deepEqual(await store.get(`${CHANNEL}public`), after);
  await store.save();

  assert.deepEqual(await (await opened(host)).get(`${CHANNEL}public`), after);
});

test("under a new key a tree is sealed again with everything else (D2)", async () => {
  const host = await filled();
  const both = new MailboxSealing([NAMES, FIRST, SECOND], ACCOUNT, countingEntropy("both"));

  await reseal(await opened(host, both), both);

  const newest = new MailboxSealing([NAMES, SECOND], ACCOUNT, countingEntropy("newest"));
  const store = await opened(host, newest);
  assert.deepEqual(await store.get(`${CHANNEL}public`), TREE);
  assert.deepEqual(await store.get("draft/07"), VALUES["draft/07"]);
});
