import assert from "node:assert/strict";
import test from "node:test";

import { channel, id, member, message, NOW, object, overview, type Said } from "../../gallery/invented";
import { shown, together, type Entry } from "../../src/mailbox/boxes";
import { EntryBook } from "../../src/mailbox/entry-book";
import { EVERYTHING, passes } from "../../src/mailbox/filters";
import { readingOrder } from "../../src/mailbox/order";
import { Stories } from "../../src/mailbox/stories";
import { NOTHING_BEFORE, type MessageView, type OperationForms } from "../../src/mailbox/views";

const OPERATION = "00".repeat(32);
const US = member("rotterdam", 2, "NL", { isUs: true });
const [QUITO, HAMBURG] = [member("quito", 2, "EC"), member("hamburg", 2, "DE")];
const MEMBERS = [member("carla", 1, null), US, QUITO, HAMBURG];
const VIEW = overview(OPERATION, "Grey Heron", MEMBERS, [
  channel("main", 1, "All", MEMBERS),
  channel("side", 3, "Two of us", [US, QUITO]),
]);
const FORMS: OperationForms = new Map(
  ["alert", "response", "note"].map((name) => [name, object({ name, fields: [] })] as const).concat([
    ["seizure", object({ name: "seizure", fields: [{ name: "alert_ref", type: "message" }] })],
  ]),
);

function mailbox(...said: Said[]): readonly MessageView[] {
  return said.map((one, place) => message(OPERATION, place + 1, one));
}

function entries(...said: Said[]): readonly Entry[] {
  const messages = mailbox(...said);
  return new EntryBook().entriesOf(
    { operation: OPERATION, forms: FORMS, current: [], messages, aside: [], drafts: [], outgoing: [], channels: [], history: NOTHING_BEFORE },
    VIEW,
    US.account,
  );
}

function begins(messages: readonly MessageView[]): readonly (string | undefined)[] {
  const stories = Stories.of(messages, FORMS);
  return messages.map((one) => stories.beginning(one));
}

test("alert, responses, seizure and notes are one story", () => {
  const messages = mailbox(
    { author: QUITO.account, form: "alert", id: id("a") },
    { author: HAMBURG.account, form: "alert", id: id("other") },
    { author: US.account, form: "response", id: id("r"), replyTo: id("a") },
    { author: QUITO.account, form: "note", replyTo: id("r") },
    { author: US.account, form: "seizure", values: { alert_ref: id("a") } },
  );

  const [alert, other] = messages;

  assert.deepEqual(begins(messages), [alert?.key, other?.key, alert?.key, alert?.key, alert?.key]);
});

test("what stands in another channel, or is not here, begins a story of its own", () => {
  const messages = mailbox(
    { author: QUITO.account, form: "alert", id: id("a") },
    { author: QUITO.account, form: "note", replyTo: id("a"), channel: id("side") },
    { author: QUITO.account, form: "note", replyTo: id("lost") },
  );

  assert.deepEqual(begins(messages), messages.map((one) => one.key));
});

test("of two messages with one id the first is answered, and a circle ends", () => {
  const messages = mailbox(
    { author: QUITO.account, form: "alert", id: id("a"), replyTo: id("b") },
    { author: HAMBURG.account, form: "note", id: id("b"), replyTo: id("a") },
    { author: HAMBURG.account, form: "alert", id: id("a") },
    { author: US.account, form: "note", id: id("c"), replyTo: id("a") },
    { author: US.account, form: "note", id: id("self"), replyTo: id("self") },
  );
  const [first, , third, , self] = messages;

  assert.deepEqual(begins(messages), [first?.key, first?.key, third?.key, first?.key, self?.key]);
});

test("a log keeps its order whatever hours its authors claim; between channels the hour decides", () => {
  const side = id("side");
  const messages = mailbox(
    { author: QUITO.account, form: "note", minutesAgo: 30 },
    { author: HAMBURG.account, form: "note", minutesAgo: -1_000_000 }, // claims to be from the future
    { author: QUITO.account, form: "note", minutesAgo: 20, channel: side },
    { author: QUITO.account, form: "note", minutesAgo: 5 },
  );

  const order = readingOrder([...messages].reverse()).map((one) => one.sequence);

  assert.deepEqual(order, [1, 3, 2, 4]);
});

test("each message lies in its boxes", () => {
  const all = entries(
    { author: QUITO.account, form: "alert", id: id("ask"), body: { to: [{ country: "NL" }], answerBy: NOW + 1800 } },
    { author: US.account, own: true, form: "alert", id: id("mine"), body: { to: [{ country: "DE" }], answerBy: NOW - 60 } },
    { author: QUITO.account, form: "note", flagged: true },
    { author: QUITO.account, form: "alert", id: id("done"), body: { to: [{ country: "NL" }], answerBy: NOW } },
    { author: US.account, own: true, form: "response", replyTo: id("done") },
    { author: QUITO.account, form: "alert", body: { to: [{ country: "NL" }], answerBy: NOW - 600 } },
  );
  const lying = (box: Parameters<typeof shown>[1]): number[] => shown(all, box).map((entry) => entry.view.sequence);

  assert.deepEqual(lying("inbox"), [6, 4, 3, 1]);
  assert.deepEqual(lying("forUs"), [6, 1]); // the most pressing first
  assert.deepEqual(lying("waiting"), [2]);
  assert.deepEqual(lying("sent"), [5, 2]);
  assert.deepEqual(lying("flagged"), [3]);
});

test("a filter narrows by form, channel, country, urgency and what is unread", () => {
  const all = entries(
    { author: QUITO.account, form: "alert", read: false, body: { priority: "flash" } },
    { author: HAMBURG.account, form: "note", channel: id("side") },
    { author: US.account, own: true, form: "note", read: false, minutesAgo: -1 },
  );
  const countryOf = (account: string): string | null =>
    MEMBERS.find((one) => one.account === account)?.profile?.country ?? null;
  const left = (filter: Partial<typeof EVERYTHING>): number[] =>
    all.filter((entry) => passes(entry, { ...EVERYTHING, ...filter }, countryOf)).map((entry) => entry.view.sequence);

  assert.deepEqual(left({}), [1, 2, 3]);
  assert.deepEqual(left({ form: "note" }), [2, 3]);
  assert.deepEqual(left({ channel: id("side") }), [2]);
  assert.deepEqual(left({ country: "EC" }), [1]);
  assert.deepEqual(left({ urgent: true }), [1]);
  assert.deepEqual(left({ unread: true }), [1]); // one's own is never unread
});

test("an operation that does not verify still shows its messages, and asks nothing of anybody", () => {
  const messages = mailbox({ author: QUITO.account, form: "alert", body: { to: [{ country: "NL" }] } });
  const box = { operation: OPERATION, forms: new Map(), current: [], messages, aside: [], drafts: [], outgoing: [], channels: [], history: NOTHING_BEFORE };

  const [entry] = new EntryBook().entriesOf(box, null, US.account);

  assert.equal(entry?.form, "");
  assert.equal(entry?.forUs, false);
});

test("several operations stand in one list, and 10,000 messages are sorted while nobody waits", () => {
  const said = Array.from({ length: 10_000 }, (_, place): Said => ({
    author: QUITO.account,
    form: place % 3 === 0 ? "alert" : "response",
    id: id(`m${place}`),
    replyTo: place % 3 === 0 ? null : id(`m${place - (place % 3)}`),
    minutesAgo: 10_000 - place,
    body: place % 3 === 0 ? { to: [{ country: "NL" }], answerBy: NOW + place } : {},
  }));
  const started = process.cpuUsage();

  const all = together([entries(...said)]);
  const pressing = shown(all, "forUs");

  assert.equal(pressing.length, 3334); // nobody but their author answered
  assert.ok(process.cpuUsage(started).user < 2_000_000); // microseconds of work; about 100,000
});
