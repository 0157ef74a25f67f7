import assert from "node:assert/strict";
import test from "node:test";

import { MalformedError } from "../../src/errors";
import { MARKS_PREFIX, MarkBook } from "../../src/mailbox/marks";

const NOTHING = { read: false, flagged: false };

test("marks of one message leave those of its neighbours alone", () => {
  const first = MarkBook.of([]).set(255, { read: true, flagged: false }).book;
  const both = first.set(256, { read: true, flagged: true }).book;

  assert.deepEqual(both.of(255), { read: true, flagged: false });
  assert.deepEqual(both.of(256), { read: true, flagged: true });
  assert.deepEqual(both.of(254), NOTHING);
  assert.deepEqual(first.of(256), NOTHING); // immutable
});

test("ten thousand messages that were read are forty rows at the next opening", () => {
  let book = MarkBook.of([]);
  const rows = new Map<string, Uint8Array>();
  for (let number = 1; number <= 10_000; number += 1) {
    const after = book.set(number, { read: true, flagged: number % 7 === 0 });
    book = after.book;
    rows.set(after.key, after.row);
  }

  const restored = MarkBook.of([...rows]);

  assert.equal(rows.size, 40);
  assert.deepEqual(restored.of(9_996), { read: true, flagged: true });
  assert.deepEqual(restored.of(10_001), NOTHING);
});

test("a row of another length is refused", () => {
  assert.throws(() => MarkBook.of([[`${MARKS_PREFIX}000000000`, new Uint8Array(3)]]), MalformedError);
});
