import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { NIGHT } from "../../gallery/messages";
import { message } from "../../gallery/invented";
import { newDevice } from "../../src/account/own-device";
import type { RemoteVault } from "../../src/account/remote-vault";
import { hex, type Bytes } from "../../src/bytes";
import type { ChannelEvent, MessageDelivered, Place } from "../../src/channel/events";
import { MalformedError, UsageError } from "../../src/errors";
import { encodeAcknowledgement } from "../../src/forms/acknowledgement";
import { ControlKind } from "../../src/forms/control";
import type { JsonObject } from "../../src/forms/canonical-json";
import { decodeEnvelope, MAX_ADDRESSEES, type Addressee, type Envelope } from "../../src/forms/envelope";
import { encodeEnvelope } from "../../src/forms/envelope-writing";
import { briefOf } from "../../src/mailbox/brief";
import { decodeBriefs, encodeBrief, encodeBriefs, NEWEST_BRIEFS_KEY } from "../../src/mailbox/brief-pages";
import { DraftFiles } from "../../src/mailbox/draft-files";
import { envelopeOf } from "../../src/mailbox/drafts";
import { decodeHeadlines, encodeHeadlines, headlinesKey, PAGE_NUMBERS } from "../../src/mailbox/headline-pages";
import { COUNT_KEY, journalKey } from "../../src/mailbox/journal";
import { Mailbox } from "../../src/mailbox/mailbox";
import { load } from "../../src/mailbox/opening";
import type { ReadProgress } from "../../src/mailbox/journal-opening";
import { asideView } from "../../src/mailbox/view-of";
import { headline, Readings } from "../../src/mailbox/readings";
import type { OperationForms } from "../../src/mailbox/views";
import { sha256 } from "../../src/primitives/hashes";
import { SigningKey } from "../../src/primitives/signatures";
import { RelayClient } from "../../src/relay/relay-client";
import { countingEntropy } from "../fakes/counting-entropy";
import { MemoryStore } from "../fakes/memory-store";
import { given, LISTS, tongue } from "../forms/shipped";
import { ROOT } from "../vectors";
import { DRAFT } from "./draft";

const IDENTITY = new SigningKey(bytes(32, 1));
const ACCOUNT = bytes(16, 9);
const OWN = newDevice(ACCOUNT, IDENTITY, 1_795_305_600, (length) => bytes(length, 7));
const OPERATION = bytes(32, 1);
const NAME = hex(OPERATION);

const COUNTS = [12, PAGE_NUMBERS - 1, PAGE_NUMBERS, PAGE_NUMBERS + 7, 2 * PAGE_NUMBERS + 80] as const;
const filled = await fillAll();

/** Counts which rows are asked for. */
class WatchedStore extends MemoryStore {
  readonly asked: string[] = [];

  override get(key: string): Promise<Bytes | null> {
    this.asked.push(key);
    return super.get(key);
  }

  override getAttested(wanted: ReadonlyMap<string, Bytes>): Promise<ReadonlyMap<string, Bytes>> {
    this.asked.push(...wanted.keys());
    return super.getAttested(wanted);
  }
}

test("a mailbox is opened by its headlines, and tells the same as when everything came", async () => {
  const { store, then } = filledMailbox(2 * PAGE_NUMBERS + 80);

  const again = await opened(store);

  assert.deepEqual(told(again), then);
  assert.deepEqual(store.asked.filter((key) => key.startsWith("message/")), []);
  const messages = again.holdings.messages(NAME);
  assert.equal(again.contents.whole(messages[5]!), null);
  await again.contents.fetch([messages[5]!, messages.at(-1)!]);
  const { place, ...written } = delivered(messages[5]!.place.sequence);
  assert.deepEqual(again.contents.whole(messages[5]!), { ...written, place, number: messages[5]!.number, fromHistory: false });
  assert.deepEqual(store.asked.filter((key) => key.startsWith("message/")), [messages[5]!, messages.at(-1)!].map((one) => journalKey(one.number)));
});

test("what arrives after an opening stands behind what was there", async () => {
  const { store } = filledMailbox(PAGE_NUMBERS - 1);
  for (let number = PAGE_NUMBERS; number < PAGE_NUMBERS + 3; number += 1) {
    const again = await opened(store);
    await again.write(new Map(), { event: delivered(number) });
  }

  const numbers = (await opened(store)).holdings.messages(NAME).map((one) => one.place.sequence);
  assert.deepEqual(numbers.slice(-4), [PAGE_NUMBERS - 1, PAGE_NUMBERS, PAGE_NUMBERS + 1, PAGE_NUMBERS + 2]);
});

test("a mailbox of the earlier form is read whole once, and opens by its headlines from then on (browser 1, ADR 0029)", async () => {
  const { store, then } = filledMailbox(PAGE_NUMBERS + 7);
  for (const key of [...store.values.keys()].filter((one) => !one.startsWith("message"))) {
    store.values.delete(key);
  }
  const steps: string[] = [];

  const first = await opened(store, (read, all) => void steps.push(`${read} of ${all}`));
  store.asked.length = 0;
  const again = await opened(store);

  assert.deepEqual(steps, [`${PAGE_NUMBERS + 7} of ${PAGE_NUMBERS + 7}`]);
  for (const one of [first, again]) {
    assert.deepEqual(told(one), then);
  }
  assert.deepEqual(store.asked.filter((key) => key.startsWith("message/")), []);
});

test("messages that an opening before did not come to list are listed by the next", async () => {
  const { store, then } = filledMailbox(PAGE_NUMBERS + 7);
  store.values.delete(headlinesKey(1));
  store.values.delete(NEWEST_BRIEFS_KEY);

  assert.deepEqual(told(await opened(store)), then);
});

test("headlines that are missing, swapped, too many or without their first words are refused (D4)", async () => {
  const spoil: readonly ((store: MemoryStore) => void)[] = [
    ({ values }) => values.delete(headlinesKey(0)),
    ({ values }) => values.set(headlinesKey(0), values.get(headlinesKey(1))!),
    ({ values }) => values.set(COUNT_KEY, bytes(8, 0)),
    ({ values }) => values.delete(NEWEST_BRIEFS_KEY),
  ];
  for (const change of spoil) {
    const { store } = filledMailbox(PAGE_NUMBERS + 7);
    change(store);

    await assert.rejects(opened(store), MalformedError);
  }
});

test("first words and contents are those that were written, or refused (D4)", async () => {
  const { store } = filledMailbox(2 * PAGE_NUMBERS + 80);
  const again = await opened(store);
  const [first, second] = again.holdings.messages(NAME);
  const words = "brief/000000000";
  const before = store.values.get(words)!;

  store.values.set(words, store.values.get("brief/000000001")!);
  await assert.rejects(again.contents.fetchBriefsOf([first!]), UsageError); // the memory's word for what is altered
  store.values.set(words, before);
  store.values.set(journalKey(first!.number), store.values.get(journalKey(second!.number))!);
  await assert.rejects(again.contents.fetch([first!]), UsageError);

  await again.contents.fetch([second!]);
});

test("any bytes are a page of headlines, or of first words, or malformed", () => {
  const draw = countingEntropy("pages");
  const page = encodeHeadlines({ items: [], briefs: null });
  assert.deepEqual(decodeHeadlines(page, 3).items, []);
  for (let length = 0; length < 400; length += 1) {
    for (const decode of [() => decodeHeadlines(draw(length), 0), () => decodeBriefs(draw(length), 0)]) {
      try {
        decode();
      } catch (error) {
        assert.ok(error instanceof MalformedError);
      }
    }
  }
});

test("a page that was changed anywhere is another page, or malformed", async () => {
  const { store } = filledMailbox(12);
  const good = store.values.get(headlinesKey(0))!;
  const read = decodeHeadlines(good, 0);
  assert.deepEqual(encodeHeadlines(read), good);
  for (let place = 0; place < good.length; place += 1) {
    const changed = good.slice();
    changed[place]! ^= 1 << (place % 8);
    try {
      assert.notDeepEqual(decodeHeadlines(changed, 0), read);
    } catch (error) {
      assert.ok(error instanceof MalformedError, String(error));
    }
    assert.throws(() => decodeHeadlines(good.slice(0, place), 0), MalformedError);
  }
  const briefs = decodeBriefs(store.values.get(NEWEST_BRIEFS_KEY)!, 0);
  assert.throws(() => decodeBriefs(encodeBriefs(briefs.map(encodeBrief).reverse()), 0), MalformedError);
});

test("a page names its first words when it is whole, and not before (D4)", () => {
  const { store } = filledMailbox(PAGE_NUMBERS);
  const { items, briefs } = decodeHeadlines(store.values.get(headlinesKey(0))!, 0);
  assert.ok(briefs !== null);

  for (const page of [{ items, briefs: null }, { items: items.slice(1), briefs }]) {
    assert.throws(() => decodeHeadlines(encodeHeadlines(page), 0), MalformedError);
  }
});

test("no message whose envelope can be read makes a mailbox that does not open (an insider's changed program)", async () => {
  const letters = (letter: string): string => letter.repeat(141);
  const many = (letter: string): JsonObject => new Map(Array.from({ length: 40 }, (_, place) => [`f${place}`, letters(letter)] as const));
  const items = [new Map(["quantity", "subtype", "category", "description"].map((field) => [field, letters("\u0001")] as const))];
  const said: readonly JsonObject[] = [
    many("\u{1F6A2}"),
    many("\u0001"),
    new Map([["n".repeat(100_000), 1]]),
    new Map([["n".repeat(200_000), "0c".repeat(16)]]),
    new Map([["title", letters("\u0001")]]),
    new Map([["items", items]]),
  ];
  const role = (place: number): Addressee => ({ role: String(place).padStart(32, "\u0001") });
  const to = Array.from({ length: MAX_ADDRESSEES }, (_, place) => role(place));
  const store = new MemoryStore();
  const mailbox = await opened(store);
  for (const [place, values] of said.entries()) {
    const written = envelope(place + 1);
    const hostile = { ...written, body: { ...written.body, values, to } };
    const signed = { content: encodeEnvelope(hostile), signature: bytes(64, 6) };
    await mailbox.write(new Map(), { event: { ...delivered(place + 1), signed, envelope: decodeEnvelope(signed.content) } });
  }

  assert.deepEqual(told(await opened(store)), told(mailbox));
  assert.ok(store.values.get(headlinesKey(0))!.length < 200_000); // its addressees, once
});

test("ten thousand messages are less than half a megabyte of headlines", async () => {
  const { store } = filledMailbox(PAGE_NUMBERS);
  const size = store.values.get(headlinesKey(0))!.length;

  assert.ok(size * (10_000 / PAGE_NUMBERS) < 500_000, `${size} bytes a page`);
});

for (const said of NIGHT.filter((one) => one.form !== "unknown")) {
  test(`the first words make the headline of the whole: ${JSON.stringify(said.values).slice(0, 40)}`, () => {
    const { readings, forms } = reader();
    const whole = message("00", 1, said);
    const brief = { ...whole, body: { ...whole.body, values: briefOf(whole.body.values) } };
    const lineOf = (one: typeof whole): string => headline(readings.of(one, forms)!.reading, readings.tongue);

    assert.equal(lineOf(brief), lineOf(whole));
    assert.ok(lineOf(whole) !== "");
  });
}

function reader(): { readonly readings: Readings; readonly forms: OperationForms } {
  const names = new Set(NIGHT.map((one) => one.form).filter((name) => name !== "unknown"));
  const definition = (name: string) => given(JSON.parse(readFileSync(`${ROOT}/web/build/forms/${name}.json`, "utf-8")));
  const forms = new Map([...names].map((name) => [name, definition(name) as JsonObject]));
  return { readings: new Readings(tongue("en"), LISTS), forms };
}

/** Everything that is known of what was taken in, but for what it says. */
function told({ holdings }: Mailbox): object {
  const messages = [...holdings.messages(NAME)]; // as they are now
  const acknowledged = messages.map((one) => holdings.acknowledgedBy(one));
  return { messages, acknowledged, aside: holdings.aside(NAME).map(asideView), of: messages.map((one) => holdings.numbered(one.number)) };
}

async function opened(store: MemoryStore, progress: ReadProgress = () => undefined): Promise<Mailbox> {
  const pins = new Map();
  const vault: RemoteVault = { identityKey: IDENTITY, exchangeKey: bytes(32, 2), devices: [], pins, mailboxKeys: [] };
  const mailbox = new Mailbox(store, { ...OWN, account: ACCOUNT, identityKey: IDENTITY.publicKey }, vault, {
    relay: new RelayClient("http://relay.example"),
    publisher: { publish: () => assert.fail("nothing is sent here") },
    entropy: (length) => new Uint8Array(length),
    now: () => 1_795_305_600,
    sleep: () => Promise.resolve(),
    judgeReport: () => undefined,
  });
  await load(mailbox, () => assert.fail("there is no channel here"), progress);
  return mailbox;
}

function envelope(number: number): Envelope {
  const draft = { ...DRAFT, draft: number.toString(16).padStart(32, "0"), replyTo: number % 4 === 0 ? DRAFT.replyTo : null };
  const values = new Map([...DRAFT.body.values, ...(number % 5 === 0 ? [["alert", "0c".repeat(16)] as const] : [])]);
  const written = { ...draft, body: { ...DRAFT.body, values, writtenAt: DRAFT.body.writtenAt + number } };
  return envelopeOf(written, sha256(OWN.certificate), { sequence: 3, hash: bytes(32, 0) }, new DraftFiles());
}

function placeAt(sequence: number): Place {
  const [channel, logHash] = [bytes(16, 2), bytes(32, 3)];
  return { operation: OPERATION, channel, generation: sequence > 300 ? 2 : 1, sequence, logHash, epoch: 4n };
}

function bytes(length: number, byte: number): Bytes {
  return new Uint8Array(length).fill(byte);
}

/** A mailbox into which so many entries were taken: what it keeps, and what it told then. */
function filledMailbox(count: (typeof COUNTS)[number]): { readonly store: WatchedStore; readonly then: object } {
  const store = new WatchedStore();
  const { values, then } = filled.get(count)!;
  values.forEach((value, key) => store.values.set(key, value));
  return { store, then };
}

/** One after the other in one mailbox: filling is what takes long here. */
async function fillAll(): Promise<Map<number, { readonly values: ReadonlyMap<string, Bytes>; readonly then: object }>> {
  const store = new MemoryStore();
  const mailbox = await opened(store);
  const found = new Map<number, { readonly values: ReadonlyMap<string, Bytes>; readonly then: object }>();
  for (let number = 1; number <= Math.max(...COUNTS); number += 1) {
    await mailbox.write(new Map(), { event: eventAt(number) });
    if (COUNTS.some((count) => count === number)) {
      found.set(number, { values: new Map(store.values), then: told(mailbox) });
    }
  }
  return found;
}

function eventAt(number: number): ChannelEvent {
  if (number % 11 === 0) {
    const detail = "no key";
    return { kind: "quarantined", place: placeAt(number), reason: "undecryptable", detail, message: bytes(3, 1), account: null };
  }
  return number % 7 === 0 ? acknowledged(number) : delivered(number);
}

function acknowledged(number: number): ChannelEvent {
  const { message: named } = envelope(number - 1);
  return {
    ...delivered(number),
    kind: "control",
    control: {
      kind: ControlKind.acknowledgement,
      message: bytes(16, 5),
      operation: OPERATION,
      channel: bytes(16, 2),
      author: bytes(32, 0),
      ledgerSequence: 0n,
      ledgerHash: bytes(32, 0),
      writtenAt: 1n,
      body: encodeAcknowledgement({ author: IDENTITY.publicKey, message: named }),
    },
  };
}

function delivered(number: number): MessageDelivered {
  const written = envelope(number);
  return {
    kind: "message",
    place: placeAt(number),
    account: ACCOUNT,
    identityKey: IDENTITY.publicKey,
    certificate: OWN.certificate,
    salt: bytes(32, 5),
    own: number % 3 === 0,
    authorRevoked: false,
    signed: { content: encodeEnvelope(written), signature: bytes(64, 6) }, // nothing here verifies it again
    envelope: written,
  };
}
