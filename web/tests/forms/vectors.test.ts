import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { utf8 } from "../../src/bytes";
import type { Variant } from "../../src/forms/envelope";
import { FAULT_CODES } from "../../src/forms/fault";
import { FormError } from "../../src/forms/form";
import { decodeForm, encodeForm } from "../../src/forms/form-json";
import { read } from "../../src/forms/reading";
import { assess, validate } from "../../src/forms/validation";
import { ROOT, vectors } from "../vectors";
import { given, LISTS, SMALL, tongue } from "./shipped";

interface Validation {
  written_at: number;
  cases: { values: unknown; variant?: Variant; faults: { path: string; code: string }[] }[];
}

interface Readings {
  written_at: number;
  written_in: string;
  values: unknown;
  cases: { language: string; title: string; direction: string; passages: Passage[] }[];
}

interface Passage {
  heading: string;
  number: number | null;
  lines: Record<string, unknown>[];
}

test("a form is exactly its canonical bytes, as Python wrote it", () => {
  const bytes = new Uint8Array(readFileSync(`${ROOT}/tests/vectors/forms/small.json`));

  assert.deepEqual(encodeForm(decodeForm(bytes)), bytes);
});

for (const { why, form } of vectors<{ why: string; form: string }[]>("forms/refused.json")) {
  test(`no form: ${why}`, () => {
    assert.throws(() => decodeForm(utf8(form)), FormError);
  });
}

test("any bytes are a form, or refused with one error", () => {
  const bytes = new Uint8Array(readFileSync(`${ROOT}/tests/vectors/forms/small.json`));
  for (let place = 0; place < bytes.length; place += 7) {
    const changed = bytes.slice();
    changed[place]! ^= 1 << place % 8;
    try {
      decodeForm(changed);
    } catch (error) {
      assert.ok(error instanceof FormError, `byte ${place}: ${error}`);
    }
  }
});

test("the shared cases are accepted as they are or refused by the rule they break, as in Python", () => {
  const { cases, written_at: writtenAt } = vectors<Validation>("forms/validation.json");
  const broken = new Set<string>();

  for (const { values, variant = "long", faults } of cases) {
    const found = assess(SMALL, given(values), { variant, lists: LISTS, writtenAt }).faults;

    assert.deepEqual(found.map(({ path, code }) => ({ path, code })), faults, JSON.stringify(values));
    faults.forEach((fault) => broken.add(fault.code));
  }
  const elsewhere = ["unknown_variant", "report_too_large", "list_unknown"];
  assert.deepEqual([...broken, ...elsewhere].sort(), [...FAULT_CODES].sort());
});

test("a report reads as in Python, in every language of the vectors", () => {
  const vector = vectors<Readings>("forms/reading.json");
  const circumstances = { variant: "long", lists: LISTS, writtenAt: vector.written_at } as const;
  const report = validate(SMALL, given(vector.values), circumstances);

  for (const { language, title, direction, passages } of vector.cases) {
    const reading = read(report, tongue(language), vector.written_in);

    assert.deepEqual([reading.title, reading.direction], [title, direction]);
    assert.deepEqual(
      reading.passages.map(({ heading, number, lines }) => ({ heading, number, lines: lines.map(asInPython) })),
      passages.map((passage) => ({ ...passage, lines: passage.lines.map(plain) })),
    );
  }
});

function asInPython({ ownWords, mono: _, ...line }: ReturnType<typeof read>["passages"][0]["lines"][0]): unknown {
  return plain({ ...line, own_words: ownWords });
}

/** Spaces of another width, and the mark before a minus between Arabic words, change with the CLDR and not the sense. */
function plain(line: Record<string, unknown>): unknown {
  return { ...line, text: String(line.text).replace(/[\u00a0\u202f]/g, " ").replace(/\u200e(?=-)/g, "") };
}
