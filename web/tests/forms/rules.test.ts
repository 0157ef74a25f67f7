import assert from "node:assert/strict";
import test from "node:test";

import { utf8 } from "../../src/bytes";
import { SCHEMES } from "../../src/forms/check-digits";
import type { JsonObject } from "../../src/forms/canonical-json";
import { encodeForm, decodeForm } from "../../src/forms/form-json";
import { FormError } from "../../src/forms/form";
import { read } from "../../src/forms/reading";
import { InvalidReport } from "../../src/forms/report";
import { assess, validate } from "../../src/forms/validation";
import { form, given, LISTS, SMALL, tongue } from "./shipped";

const LONG = { variant: "long", lists: LISTS, writtenAt: 1_795_305_600 } as const;

function codes(values: unknown, name = "seizure"): readonly string[] {
  return assess(form(name), given(values), LONG).faults.map(({ path, code }) => `${path} ${code}`);
}

for (const name of ["alert", "response", "seizure", "note"]) {
  test(`the form ${name} that ships is exactly its canonical bytes`, () => {
    assert.deepEqual(decodeForm(encodeForm(form(name))), form(name));
  });
}

test("faults do not grow with a hostile report", () => {
  const values = new Map(Array.from({ length: 50_000 }, (_, number) => [`x${number}`, 1] as const));

  assert.equal(assess(SMALL, values, LONG).faults.length, 100);
});

test("a slip in the category is one fault and not three", () => {
  const items = [{ category: "cit", scientific_name: "Manis", quantity: { unweighed: true } }];

  assert.deepEqual(codes({ items }).filter((fault) => fault.startsWith("items")), ["items[0].category code_unknown"]);
});

test("a code is judged by the day of the case", () => {
  const value = { amount: "10.5", currency: "DEM" };
  const items = [{ category: "TOB", quantity: { unweighed: true }, est_value: value }];

  const fault = "items[0].est_value.currency code_not_valid_then";
  assert.ok(codes({ items, seizure_date: "2014-03" }).includes(fault));
  assert.ok(!codes({ items, seizure_date: "1999-03" }).includes(fault));
});

test("a report that no envelope could carry is refused", () => {
  const item = { category: "DRG", quantity: { unweighed: true }, description: "\u{1f4e6}".repeat(1000) };
  const values = {
    case_ref: "A-1",
    seizure_date: "2026-11-22",
    reporting_country: "KE",
    location_type: "airport",
    place: { code: "NBO" },
    items: Array.from({ length: 80 }, () => item),
  };

  assert.deepEqual(codes(values), [" report_too_large"]);
});

test("a variant that the form lacks, a time beyond the calendar and an unknown list are faults", () => {
  const text = given({ text: "a" });
  const only = (circumstances: Parameters<typeof assess>[2], values = text, which = form("note")): readonly string[] =>
    assess(which, values, circumstances).faults.map(({ code }) => code);

  assert.deepEqual(only({ ...LONG, variant: "simplified" }), ["unknown_variant"]);
  for (const writtenAt of [-1, Number.NaN, 2 ** 53]) {
    assert.deepEqual(only({ ...LONG, writtenAt }), ["instant_format"]);
  }
  assert.deepEqual(only({ ...LONG, lists: new Map() }, given({ mode: "4" }), SMALL), ["list_unknown"]);
});

test("values with faults make no report, and a preview of them shows what has none", () => {
  const values = given({ text: "ok", whole: 99 });

  assert.throws(() => validate(SMALL, values, LONG), InvalidReport);
  const reading = read(assess(SMALL, values, LONG), tongue("en"), "fr");
  assert.deepEqual(reading.passages.flatMap(({ lines }) => lines.map((line) => line.path)), ["text"]);
});

test("a name of JavaScript's own is a name like any other", () => {
  assert.equal(tongue("en").code("commodity", "constructor"), "constructor");
  assert.equal(tongue("en").code("__proto__", "toString"), "toString");
  assert.equal(tongue("en").word("toString"), "");
  assert.deepEqual(codes({ ["__proto__x"]: 1, text: "a" }, "note"), [" unknown_field"]);
});

test("every reader falls back to English where a form says nothing in their language", () => {
  const reading = read(assess(form("note"), given({ text: "سلام" }) as JsonObject, LONG), tongue("fa_AF"), "fa_AF");
  const [line] = reading.passages[0]?.lines ?? [];

  assert.deepEqual([reading.title, line?.label, line?.direction, reading.direction], ["Note", "Text", "rtl", "rtl"]);
});

test("check digits are those of the papers", () => {
  const right: Readonly<Record<string, string>> = {
    container: "CSQU3054383", // the example of ISO 6346
    imo: "9074729",
    awb: "02012345675",
    vin: "1M8GDM9AXKP042788",
    upu_s10: "RB123456785GB",
    cas: "64-17-5",
  };
  for (const [name, { check }] of Object.entries(SCHEMES)) {
    const example = right[name];
    assert.equal(check === undefined, example === undefined, name);
    if (check !== undefined && example !== undefined) {
      assert.equal(check(example), example, name);
    }
  }
  assert.equal(SCHEMES.vin.check?.("WVWZZZ1JZXW000001"), "WVWZZZ1JZXW000001"); // no law asks for it in Europe
});

test("a form with a reference to nothing, or one that no answer could meet, is none", () => {
  const text = new TextDecoder().decode(encodeForm(SMALL));
  for (const [there, instead] of [
    ['"required":{"present":"one"}', '"required":{"present":"nobody"}'],
    ['"applies":{"equals":"4","field":"header.mode"}', '"applies":{"equals":4,"field":"header.mode"}'],
    ['"under":"goods"', '"under":"mode"'],
    ['"name":"two"', '"name":"one"'],
  ] as const) {
    assert.ok(text.includes(there), there);
    assert.throws(() => decodeForm(utf8(text.replace(there, instead))), FormError, instead);
  }
});
