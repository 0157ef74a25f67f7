import assert from "node:assert/strict";
import test from "node:test";

import { concat, fromHex, hex } from "../../src/bytes";
import { cut } from "../../src/roaming/chunking";
import { MailboxAltered } from "../../src/roaming/errors";
import { MailboxSealing, type RowKind } from "../../src/roaming/sealing";
import { countingEntropy, shake } from "../fakes/counting-entropy";
import { vectors } from "../vectors";

interface RowCase {
  kind: RowKind;
  key: string;
  content: string;
  name: string;
  box: string;
}

interface Rows {
  account: string;
  keys: string[];
  mark: string;
  chunk: { content: string; id: string };
  rows: RowCase[];
  under_the_key_before: RowCase;
}

interface Cut {
  made_of: { pattern: string; times: number } | { seed: number; length: number };
  pieces: number[];
}

const FIXTURE = vectors<Rows>("mailbox/rows.json");

function sealing(keys = FIXTURE.keys, account = FIXTURE.account): MailboxSealing {
  return new MailboxSealing(keys.map((key) => fromHex(key)), fromHex(account), countingEntropy("rows"));
}

test("values are cut where Python cuts them", () => {
  for (const { made_of: made, pieces } of vectors<Cut[]>("mailbox/cuts.json")) {
    const content =
      "pattern" in made
        ? concat(...Array.from({ length: made.times }, () => fromHex(made.pattern)))
        : shake(Uint8Array.of(made.seed), made.length);

    const found = cut(content);

    assert.deepEqual(found.map((piece) => piece.length), pieces, JSON.stringify(made));
    assert.equal(hex(concat(...found)), hex(content));
  }
});

test("a row is sealed byte for byte as Python does, and opens", () => {
  const here = sealing();
  for (const { kind, key, content, name, box } of FIXTURE.rows) {
    const row = { kind, key: fromHex(key), content: fromHex(content) };

    const sealed = here.sealRow(row);

    assert.equal(hex(sealed.name), name);
    assert.equal(hex(sealed.box), box);
    assert.deepEqual(sealing().openRow(fromHex(name), fromHex(box)), row);
  }
  assert.equal(hex(here.newestKeyMark()), FIXTURE.mark);
  assert.equal(hex(here.chunkId(fromHex(FIXTURE.chunk.content))), FIXTURE.chunk.id);
});

test("a row under the key of a former password opens as long as the vault names the key (D2)", () => {
  const { name, box } = FIXTURE.under_the_key_before;

  assert.equal(hex(sealing().openRow(fromHex(name), fromHex(box)).key), FIXTURE.under_the_key_before.key);

  const [names, , newest] = FIXTURE.keys;
  assert.throws(() => sealing([names!, newest!]).openRow(fromHex(name), fromHex(box)), MailboxAltered);
});

test("a row opens under its own name, key and account alone (D4)", () => {
  const [row, other] = FIXTURE.rows;
  const [box, name] = [fromHex(row!.box), fromHex(row!.name)];

  for (const [opener, under] of [
    [sealing(), fromHex(other!.name)],
    [sealing([FIXTURE.keys[0]!, "00".repeat(32)]), name],
    [sealing(FIXTURE.keys, "00".repeat(16)), name],
  ] as const) {
    assert.throws(() => opener.openRow(under, box), MailboxAltered);
  }
});

test("any bytes open or are a mailbox that was altered (D4)", () => {
  const good = fromHex(FIXTURE.rows[0]!.box);
  const name = fromHex(FIXTURE.rows[0]!.name);
  for (let place = 0; place < good.length; place += 1) {
    const changed = good.slice();
    changed[place]! ^= 1 << (place % 8);
    assert.throws(() => sealing().openRow(name, changed), MailboxAltered);
    assert.throws(() => sealing().openRow(name, good.slice(0, place)), MailboxAltered);
  }
});

test("a seal is of exactly these rows at this version (D4)", () => {
  const rows = [1, 2, 3].map((n) => ({ name: new Uint8Array(32).fill(n), nonce: new Uint8Array(24).fill(n), cold: n === 3 }));
  const [first, second, third] = rows as [(typeof rows)[0], (typeof rows)[0], (typeof rows)[0]];
  const here = sealing();
  const seal = here.sealState(here.tally(rows), 7);

  here.judgeState(seal, rows, 7);
  here.judgeState(seal, [third, first, second], 7);
  for (const [shown, version] of [
    [rows, 8],
    [[first, second], 7],
    [[first, first, second, third], 7],
    [[first, second, { ...third, cold: false }], 7],
    [[first, { ...second, nonce: first.nonce }, third], 7],
  ] as const) {
    assert.throws(() => here.judgeState(seal, shown, version), MailboxAltered);
  }
});

test("what goes is taken off the tally", () => {
  const here = sealing();
  const rows = [1, 2].map((n) => ({ name: new Uint8Array(32).fill(n), nonce: new Uint8Array(24), cold: false }));

  const left = here.change(here.tally(rows), [], [rows[0]!]);

  assert.deepEqual(left, here.tally([rows[1]!]));
});
