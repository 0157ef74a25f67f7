import assert from "node:assert/strict";
import test from "node:test";

import { channel, id, member, message, object, overview, type Said } from "../../gallery/invented";
import { EntryBook } from "../../src/mailbox/entry-book";
import { changed, NOTHING_BEFORE, type MessageView, type OperationForms, type OperationMailbox } from "../../src/mailbox/views";
import { countingEntropy } from "../fakes/counting-entropy";

const OPERATION = "00".repeat(32);
const [US, QUITO] = [member("rotterdam", 2, "NL", { isUs: true }), member("quito", 2, "EC")];
const VIEW = overview(OPERATION, "Grey Heron", [US, QUITO], [
  channel("main", 1, "All", [US, QUITO]),
  channel("side", 3, "Two of us", [US, QUITO]),
]);
const FORMS: OperationForms = new Map([
  ...["alert", "response", "note"].map((name) => [name, object({ name, fields: [] })] as const),
  ["seizure", object({ name: "seizure", fields: [{ name: "alert_ref", type: "message" }] })],
]);
const EMPTY: OperationMailbox = {
  operation: OPERATION,
  forms: FORMS,
  current: [],
  messages: [],
  aside: [],
  drafts: [],
  outgoing: [],
  channels: [], history: NOTHING_BEFORE,
};

/** A message at random: of few ids, channels and hours, so that everything that may meet does. */
function drawn(draw: (length: number) => Uint8Array, sequence: number): MessageView {
  const [form = 0, name = 0, parent = 0, side = 0, hour = 0, to = 0, who = 0] = draw(7);
  const said: Said = {
    author: (who % 2 === 0 ? QUITO : US).account,
    own: who % 2 === 1,
    form: ["alert", "response", "note", "seizure"][form % 4]!,
    id: id(`m${name % 40}`),
    replyTo: parent % 3 === 0 ? null : id(`m${parent % 40}`),
    values: form % 4 === 3 && parent % 2 === 0 ? { alert_ref: id(`m${name % 7}`) } : {},
    channel: id(side % 4 === 0 ? "side" : "main"),
    minutesAgo: hour % 8 === 0 ? 200 : 100 - sequence,
    body: { to: to % 2 === 0 ? [{ country: "NL" }, { country: "EC" }] : [], answerBy: to % 3 === 0 ? 10 : null },
  };
  return message(OPERATION, sequence, said);
}

test("whatever comes one after the other is told as if it had come at once", () => {
  const draw = countingEntropy("arrivals");
  for (let story = 0; story < 20; story += 1) {
    const book = new EntryBook();
    let mailbox = EMPTY;
    for (let sequence = 1; sequence <= 60; sequence += 1) {
      const again = mailbox.messages[draw(1)[0]! % Math.max(mailbox.messages.length, 1)];
      const messages = [drawn(draw, sequence), ...(again === undefined ? [] : [{ ...again, acknowledgedBy: [US.account] }])];
      mailbox = changed(mailbox, { ...mailbox, messages });

      const told = book.entriesOf(mailbox, VIEW, US.account);

      assert.deepEqual(told, new EntryBook().entriesOf(mailbox, VIEW, US.account));
    }
  }
});

test("a message in front of others, other forms and other people have everything told anew", () => {
  const book = new EntryBook();
  const [one, two] = [3, 5].map((sequence) => message(OPERATION, sequence, { author: QUITO.account, form: "note" }));
  const between = message(OPERATION, 4, { author: US.account, form: "alert" });
  book.entriesOf({ ...EMPTY, messages: [one!, two!] }, VIEW, US.account);

  const ordered = book.entriesOf({ ...EMPTY, messages: [one!, two!, between] }, VIEW, US.account);
  assert.deepEqual(ordered.map(({ view }) => view.sequence), [3, 4, 5]);
  const unnamed = book.entriesOf({ ...EMPTY, messages: [one!, two!, between], forms: new Map() }, null, US.account);
  assert.deepEqual(unnamed.map(({ form }) => form), ["", "", ""]);
  assert.equal(book.entriesOf({ ...EMPTY, messages: [two!] }, null, US.account).length, 1);
});

test("an arrival among 10,000 messages costs what it changes", () => {
  const draw = countingEntropy("many");
  const messages = Array.from({ length: 10_000 }, (_, place) => {
    const one = drawn(draw, place + 1);
    return { ...one, message: id(`${place}`), channel: id("main"), body: { ...one.body, writtenAt: place } };
  });
  const book = new EntryBook();
  let mailbox = { ...EMPTY, messages: messages.slice(0, -20) as readonly MessageView[] };
  book.entriesOf(mailbox, VIEW, US.account);
  const started = process.cpuUsage();

  for (const arrival of messages.slice(-20)) {
    mailbox = changed(mailbox, { ...mailbox, messages: [arrival] });
    book.entriesOf(mailbox, VIEW, US.account);
  }

  const { user } = process.cpuUsage(started);
  assert.ok(user / 20 < 20_000, `${user / 20} microseconds for each: 20 ms are wanted, about 3 are seen`);
});
