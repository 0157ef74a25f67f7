/** The operations as the last opening verified them: shown at once, asked about before anything stands on them (ADR 0033). */

import assert from "node:assert/strict";
import test from "node:test";

import { newDevice } from "../../src/account/own-device";
import { concat, fromHex, hex, utf8, type Bytes } from "../../src/bytes";
import { kept } from "../../src/channel/posting";
import { channelKey, Standing } from "../../src/channel/session";
import { NotAMember } from "../../src/channel/unsendable";
import { opaque, uint } from "../../src/codec";
import { Unavailable, UsageError } from "../../src/errors";
import { decodeEnvelope } from "../../src/forms/envelope";
import * as labels from "../../src/ledger/labels";
import { Ledger, replay, type Pin } from "../../src/ledger/ledger";
import { decodeSignedEntry } from "../../src/ledger/entry";
import { verifyLedgerHead } from "../../src/ledger/statements";
import { Bulletin } from "../../src/mailbox/bulletin";
import { keptWrites } from "../../src/mailbox/kept-operations";
import { Mailbox } from "../../src/mailbox/mailbox";
import { OfficersWork } from "../../src/mailbox/officers-work";
import { load } from "../../src/mailbox/opening";
import { encodePin, pinKey } from "../../src/mailbox/pins";
import { decodeOperation } from "../../src/operation/kept-operation";
import { AnotherLedger, OperationFrozen, RelayWithholds, RolledBack, type Operation } from "../../src/operation/operation";
import { SigningKey, signWithLabel } from "../../src/primitives/signatures";
import { RelayClient, type LedgerPage } from "../../src/relay/relay-client";
import { MailboxAltered } from "../../src/roaming/errors";
import { fetchMailbox, loadMailbox } from "../../src/roaming/loading";
import { MailboxSealing } from "../../src/roaming/sealing";
import { RoamingStore } from "../../src/roaming/store";
import type { StateStore } from "../../src/store/state-store";
import { OperationViews } from "../../src/worker/operation-views";
import { Sitting } from "../../src/worker/sitting";
import { countingEntropy } from "../fakes/counting-entropy";
import { FakeMailboxHost } from "../fakes/mailbox-host";
import { MemoryStore } from "../fakes/memory-store";
import { CHANNEL, contents, entries, FORM, ledgerOfTheFixture, NOW, OFFICERS, RELAY_KEY, revocation } from "../fakes/sending-operation";
import { vectors } from "../vectors";
import { DRAFT } from "./draft";

const [PERSON] = OFFICERS;
const REVOKED = OFFICERS.at(-1)!.account;
const ACCOUNT = fromHex(PERSON!.account);
const IDENTITY = new SigningKey(fromHex(PERSON!.identity_seed));
const OWN = newDevice(ACCOUNT, IDENTITY, NOW, (length) => new Uint8Array(length).fill(7));
const LEDGER = ledgerOfTheFixture();
const { operation: OPERATION } = LEDGER;
const NAME = hex(OPERATION);
const KEY = `operation/${NAME}`;
const REVOCATION = revocation();
const AFTER = LEDGER.append(REVOCATION);
const VERIFIED = verified();

/** It shows what it is given to show, and remembers from where on it was asked. */
class LyingRelay extends RelayClient {
  readonly asked: number[] = [];

  constructor(private readonly pages: LedgerPage[] = []) {
    super("https://relay.invalid");
  }

  override async ledger(_operation: Bytes, after: number): Promise<LedgerPage> {
    this.asked.push(after);
    const page = this.pages.shift();
    if (page === undefined) {
      throw new RelayWithholds("nothing more");
    }
    return page;
  }

  override async operations(): Promise<readonly Bytes[]> {
    return assert.fail("nobody has to ask which operations there are");
  }

  override async wraps(): Promise<readonly []> {
    return [];
  }

  override async blobs(): Promise<readonly []> {
    return [];
  }
}

test("the next sign-in shows the operation before it asks, and asks only for what follows", async () => {
  const relay = new LyingRelay([{ entries: [], head: head(LEDGER.sequence, LEDGER.headHash) }]);
  const { mailbox, views, sitting } = await openedOn(storeWith(), relay);

  const home = await sitting.home(() => undefined);

  assert.deepEqual(relay.asked, []);
  assert.equal(home.operations[0]?.verified === true && home.operations[0].confirmed, false);
  assert.throws(() => mailbox.operation(OPERATION), RelayWithholds); // nothing stands on it yet
  assert.deepEqual(mailbox.entitledChannels(OPERATION), []);
  await mailbox.followLedger(OPERATION);
  assert.deepEqual(relay.asked, [LEDGER.sequence]);
  const view = views.of(NAME);
  assert.equal(view.verified && view.confirmed, true);
  assert.deepEqual(mailbox.operation(OPERATION).contents, contents());
});

test("until the relay was asked nothing is said of how channels stand", async () => {
  const { mailbox, work } = await openedOn(storeWith(), new LyingRelay());
  const session = { sequence: 3, standing: Standing.live };
  (mailbox.sessions as Map<string, unknown>).set(channelKey(OPERATION, CHANNEL), session);
  const bulletin = new Bulletin(mailbox, work);
  bulletin.noteAll(NAME);

  const [news] = await bulletin.take();

  assert.equal(news?.event, "mailbox");
  assert.deepEqual(news?.event === "mailbox" && news.mailbox.channels, []);
});

test("what an opening verified is kept with its names, in the write that moves the pin (L2)", async () => {
  const store = new MemoryStore();
  const first = new LyingRelay([{ entries: entries(), head: head(LEDGER.sequence, LEDGER.headHash) }]);
  const { mailbox } = await openedOn(store, first, letterPin());
  await mailbox.followLedger(OPERATION);
  assert.ok(store.values.has(KEY));

  const second = new LyingRelay();
  const again = await openedOn(store, second, letterPin());

  assert.deepEqual(again.mailbox.shown(NAME)?.ledger, LEDGER);
  assert.deepEqual(second.asked, []);
});

test("a row that was written yesterday is read, and written the same today (section 7.1)", async () => {
  const { value } = vectors<{ value: string }>("browser_rows/kept_operation.json");

  assert.equal(hex(valueOf(VERIFIED)), value);
  assert.deepEqual(decodeOperation(fromHex(value)), VERIFIED);
});

test("a row that is gone, another operation's, of a later program, or beside its pin is thrown away, and all is fetched (L2)", async () => {
  const honest = storeWith().values.get(KEY)!;
  const spoil: readonly (readonly [string, (store: MemoryStore) => void])[] = [
    ["gone", ({ values }) => values.delete(KEY)],
    ["with a head of another", ({ values }) => values.set(KEY, otherOperation())],
    ["with an older head", ({ values }) => values.set(KEY, keptWith(head(3, LEDGER.hashes[3]!)))],
    ["of a later program", ({ values }) => values.set(KEY, concat(uint(2, 2), honest.slice(2)))],
    ["cut short", ({ values }) => values.set(KEY, honest.slice(0, -1))],
    ["beside its pin", ({ values }) => values.set(`pin/${NAME}`, encodePin({ ...LEDGER.pin, hash: new Uint8Array(32) }))],
  ];
  for (const [what, change] of spoil) {
    const store = storeWith();
    change(store);
    const relay = new LyingRelay([{ entries: entries(), head: head(LEDGER.sequence, LEDGER.headHash) }]);
    const { mailbox } = await openedOn(store, relay);

    assert.equal(mailbox.shown(NAME), null, what);
    await mailbox.followLedger(OPERATION).catch((error: unknown) => assert.ok(error instanceof AnotherLedger, what));
    assert.deepEqual(relay.asked, [-1], what);
  }
});

test("a kept operation under another's name is not shown as that one (L2)", async () => {
  const store = storeWith();
  const other = fromHex("ab".repeat(32));
  store.values.set(`operation/${hex(other)}`, store.values.get(KEY)!);
  store.values.set(`pin/${hex(other)}`, encodePin({ operation: other, sequence: 900, hash: new Uint8Array(32) }));

  const { mailbox } = await openedOn(store, new LyingRelay());

  assert.equal(mailbox.shown(hex(other)), null);
  assert.notEqual(mailbox.shown(NAME), null);
});

test("entries that follow another history than the kept one are refused (L2)", async () => {
  const next = { entries: [encodedRevocation()], head: head(AFTER.sequence, AFTER.headHash) };
  const relay = new LyingRelay([next, { ...next, entries: entries() }]);
  const { mailbox, views } = await openedOn(storeWith(otherEnd()), relay);

  const refused = await mailbox.followLedger(OPERATION).catch((error: unknown) => error);
  await assert.rejects(mailbox.followLedger(OPERATION), AnotherLedger); // and all of it anew, which nobody asked for

  assert.ok(refused instanceof AnotherLedger);
  views.refuse(NAME, refused);
  assert.equal(views.of(NAME).verified, false); // and what was shown of it is not believed any more
  assert.throws(() => mailbox.operation(OPERATION), RelayWithholds);
});

test("a ledger that is shorter than the kept one is refused (L2)", async () => {
  const before = LEDGER.sequence - 1;
  const relay = new LyingRelay([{ entries: [], head: head(before, LEDGER.hashes[before]!) }]);
  const { mailbox } = await openedOn(storeWith(), relay);

  await assert.rejects(mailbox.followLedger(OPERATION), RolledBack);
});

test("a head that contradicts the kept one freezes the operation: two openings see what one did not (L4)", async () => {
  const store = storeWith();
  const forked = head(LEDGER.sequence, new Uint8Array(32).fill(9));
  const { mailbox } = await openedOn(store, new LyingRelay([{ entries: [], head: forked }]));

  await assert.rejects(mailbox.followLedger(OPERATION), OperationFrozen);

  const evidence = (await store.scan("evidence/ledger/")).map(([, value]) => value);
  assert.deepEqual(evidence, [VERIFIED.head.encoded, forked]);
  const again = await openedOn(store, new LyingRelay([{ entries: [], head: VERIFIED.head.encoded }]));
  const view = again.views.of(NAME);
  assert.notEqual(view.verified && view.overview.frozen, null);
  await again.mailbox.followLedger(OPERATION);
  assert.notEqual(again.mailbox.operation(OPERATION).frozen, null);
});

test("whoever was revoked while nobody was signed in is so before anything is signed, and in the names (C4, C12)", async () => {
  const relay = new LyingRelay([{ entries: [encodedRevocation()], head: head(AFTER.sequence, AFTER.headHash) }]);
  const { mailbox, sitting, work, views } = await openedOn(storeWith(), relay);
  await sitting.home(() => undefined);
  const shownBefore = memberIn(views);

  await sitting.send({ ...DRAFT, operation: NAME, channel: hex(CHANNEL), form: hex(FORM), draft: "0c".repeat(16) });

  assert.equal(shownBefore?.revokedAt, null);
  assert.deepEqual(relay.asked, [LEDGER.sequence]);
  const [posting] = await kept(mailbox);
  const written = decodeEnvelope(posting!.signed.content);
  assert.deepEqual([written.ledgerSequence, hex(written.ledgerHash)], [BigInt(AFTER.sequence), hex(AFTER.headHash)]);
  assert.equal(memberIn(views)?.revokedAt, AFTER.sequence);
  assert.deepEqual(work.drafts(NAME), []);
});

test("who was revoked reads on what was theirs to read: names and forms of then are in the mailbox, whatever the relay shows", async () => {
  const relay = new LyingRelay([{ entries: [encodedRevocation()], head: head(AFTER.sequence, AFTER.headHash) }]);
  relay.wraps = relay.blobs = async () => assert.fail("names and forms are for members");
  const store = storeWith();
  const { mailbox } = await openedOn(store, relay, new Map(), OFFICERS.at(-1));

  await mailbox.followLedger(OPERATION);

  assert.throws(() => mailbox.membership(OPERATION), NotAMember);
  assert.deepEqual(mailbox.operation(OPERATION).contents, contents());
  const again = await openedOn(store, new LyingRelay(), new Map(), OFFICERS.at(-1)); // the next sign-in, and all after it
  assert.deepEqual(again.mailbox.shown(NAME)?.ledger, AFTER);
  assert.deepEqual(again.mailbox.shown(NAME)?.contents, contents());
});

test("nothing is signed while the relay keeps the ledger back: the draft stays (S3)", async () => {
  const { mailbox, sitting } = await openedOn(storeWith(), new LyingRelay());
  await sitting.home(() => undefined);

  await assert.rejects(sitting.send({ ...DRAFT, operation: NAME, channel: hex(CHANNEL), form: hex(FORM) }), RelayWithholds);

  assert.deepEqual(await kept(mailbox), []);
});

test("a line that breaks before the channels are here is waited for, and what was altered is not (D4)", async () => {
  const answers = [new Unavailable("the line broke"), null, new MailboxAltered("another tree")];
  const { sitting } = await openedOn(storeWith(), new LyingRelay(), new Map(), PERSON, async () => {
    const answer = answers.shift();
    if (answer != null) {
      throw answer;
    }
  });

  await sitting.enterChannels();
  assert.equal(answers.length, 1);
  await assert.rejects(sitting.enterChannels(), MailboxAltered);
});

test("a kept operation that is older than the mailbox's seal is refused with the mailbox (D4)", async () => {
  const keys = [1, 2].map((number) => new Uint8Array(32).fill(number));
  const sealing = new MailboxSealing(keys, ACCOUNT, countingEntropy("kept operation"));
  const host = new FakeMailboxHost();
  const open = async (): Promise<RoamingStore> => {
    const loaded = loadMailbox(await fetchMailbox(host, host.held, sealing), sealing);
    return new RoamingStore(host, sealing, host.held.holder, loaded, () => 0);
  };
  const store = await open();
  await store.apply(new Map([[KEY, utf8("Monday")]]), store.version);
  await store.save();
  const monday = new Map(host.stored);
  await store.apply(new Map([[KEY, utf8("Tuesday")]]), store.version);
  await store.save();

  monday.forEach((row, name) => host.stored.set(name, row));

  await assert.rejects(open(), MailboxAltered);
});

function memberIn(views: OperationViews): { readonly revokedAt: number | null } | undefined {
  const view = views.of(NAME);
  return view.verified ? view.overview.members.find(({ account }) => account === REVOKED) : undefined;
}

function head(sequence: number, hash: Bytes): Bytes {
  const content = concat(OPERATION, uint(sequence, 8), hash, uint(NOW, 8));
  return concat(opaque(content), opaque(signWithLabel(RELAY_KEY, labels.LEDGER_HEAD, content)));
}

function encodedRevocation(): Bytes {
  return concat(opaque(REVOCATION.content), opaque(REVOCATION.signature));
}

function verified(): Operation {
  const encoded = head(LEDGER.sequence, LEDGER.headHash);
  const statement = verifyLedgerHead(encoded, RELAY_KEY.publicKey);
  return { ledger: LEDGER, head: { encoded, statement }, frozen: null, contents: contents(), troubles: [] };
}

function keptWith(encoded: Bytes): Bytes {
  return valueOf({ ...VERIFIED, head: { ...VERIFIED.head, encoded } });
}

function valueOf(operation: Operation): Bytes {
  const [value] = keptWrites(operation).values();
  return value!;
}

/** An operation that verifies, of another unit. */
function otherOperation(): Bytes {
  const other = vectors<{ entries: { encoded: string }[]; operation: string }>("ledger/operation.json");
  const ledger = replay(other.entries.map(({ encoded }) => decodeSignedEntry(fromHex(encoded))));
  return valueOf({ ...VERIFIED, ledger });
}

/** As an opening that verified the operation left it. */
function storeWith(operation = VERIFIED): MemoryStore {
  const store = new MemoryStore();
  const { pin } = operation.ledger;
  store.values.set(pinKey(pin), encodePin(pin));
  store.values.set(KEY, valueOf(operation));
  return store;
}

/** The same operation, whose newest entry this account saw as another one. */
function otherEnd(): Operation {
  const hash = new Uint8Array(32).fill(8);
  const hashes = [...LEDGER.hashes.slice(0, -1), hash];
  const encoded = head(LEDGER.sequence, hash);
  const ledger = Ledger.resume(OPERATION, { ...LEDGER.state, hashes });
  return { ...VERIFIED, ledger, head: { encoded, statement: verifyLedgerHead(encoded, RELAY_KEY.publicKey) } };
}

function letterPin(): ReadonlyMap<string, Pin> {
  return new Map([[NAME, { operation: OPERATION, sequence: 0, hash: OPERATION }]]);
}

interface Opened {
  readonly mailbox: Mailbox;
  readonly work: OfficersWork;
  readonly views: OperationViews;
  readonly sitting: Sitting;
}

async function openedOn(
  store: StateStore,
  relay: RelayClient,
  pins: ReadonlyMap<string, Pin> = new Map(),
  person = PERSON,
  loadChannels: () => Promise<void> = () => Promise.resolve(),
): Promise<Opened> {
  const account = fromHex(person!.account);
  const identity = new SigningKey(fromHex(person!.identity_seed));
  const device = { ...OWN, account, identityKey: identity.publicKey };
  const vault = { identityKey: identity, exchangeKey: new Uint8Array(32).fill(2), devices: [], pins, mailboxKeys: [] };
  const mailbox = new Mailbox(store, device, vault, {
    relay,
    publisher: { publish: () => Promise.reject(new UsageError("nothing leaves in this test")) },
    sleep: () => Promise.resolve(),
    entropy: countingEntropy("kept operations"),
    now: () => NOW,
    judgeReport: () => undefined,
  });
  await load(mailbox, () => assert.fail("no channel was kept"), () => undefined);
  const work = await OfficersWork.restore(mailbox, store);
  const defect = (error: unknown): never => assert.fail(String(error));
  const audience = { tell: () => undefined, soon: () => undefined, defect };
  const readingsIn = (): never => assert.fail("nobody searches here");
  const sitting = new Sitting(mailbox, work, readingsIn, audience, loadChannels);
  return { mailbox, work, views: new OperationViews(mailbox), sitting };
}
