import assert from "node:assert/strict";
import test from "node:test";

import { following } from "../../src/forms/answering";
import { askedValues } from "../../src/forms/asked";
import type { JsonObject } from "../../src/forms/canonical-json";
import { blankValues, repeated } from "../../src/forms/carrying";
import { fold, search } from "../../src/forms/code-search";
import { beyond, type Reader } from "../../src/forms/readership";
import {
  isConfirmed,
  typedDate,
  typedDecimal,
  typedIdentifier,
  typedInteger,
  typedTime,
} from "../../src/forms/typing";
import { reportedFrom } from "../../src/forms/reporting";
import { assess } from "../../src/forms/validation";
import { form, given, LISTS, tongue } from "./shipped";

const NOW = 1_795_305_600; // 2026-11-22
const ALERT = given({
  title: "Reefer with bananas from Guayaquil",
  requested_action: "hold",
  subject_kind: "container",
  direction: "import",
  suspected_commodity: ["DRG-COC", "TOB"],
  route: [{ role: "origin", place: { code: "ECGYE", country: "EC" } }],
  conveyances: [{ mode: "1", container_no: "TEMU9305412", vessel_name: "Cap San Aurelio" }],
  images: [{ file: "0f".repeat(16), kind: "xray" }],
}) as JsonObject;

test("what is typed is spelled as forms have it, and nothing is guessed", () => {
  assert.equal(typedDecimal("12,5"), "12.5");
  assert.equal(typedDecimal("١٢٫٥"), "12.5");
  assert.equal(typedDecimal("1 200"), "1200");
  assert.equal(typedDecimal("1,200"), "1,200"); // a thousand or one and a fifth: asked back
  assert.equal(typedInteger("۳۷۰"), 370);
  assert.equal(typedInteger("12.5"), "12.5");
  assert.equal(typedTime("6:10"), "06:10");
  assert.equal(typedTime("6h10"), "06:10");
  assert.equal(typedDate("5.3.2026"), "2026-03-05");
  assert.equal(typedDate("3/2026"), "2026-03");
  assert.equal(typedDate("2026-03-05"), "2026-03-05");
  assert.equal(typedIdentifier(" temu 930541-2 ", "container"), "TEMU9305412");
  assert.equal(typedIdentifier("64-17-5", "cas"), "64-17-5");
  assert.equal(typedIdentifier("0031 (10) 123-4567", "phone"), "+31101234567");
  assert.equal(typedIdentifier("Desk@Example.org", "email"), "Desk@Example.org");
});

test("a new seizure is reported by its author's country, also where another country's report is carried over", () => {
  const seizure = form("seizure");
  const theirs = given({ reporting_country: "EC", agency: "customs" }) as JsonObject;

  assert.equal(reportedFrom(new Map(), seizure, "simplified", "NL").get("reporting_country"), "NL");
  assert.equal(reportedFrom(theirs, seizure, "long", "NL").get("reporting_country"), "NL");
  assert.equal(reportedFrom(theirs, seizure, "long", null).get("reporting_country"), "EC"); // nothing known, nothing said
  assert.equal(reportedFrom(new Map(), form("alert"), "long", "NL").size, 0); // it asks for no such thing
});

test("a check digit is confirmed in place when the number is whole, and only then", () => {
  assert.equal(isConfirmed("TEMU9305412", "container"), true);
  assert.equal(isConfirmed("TEMU9305413", "container"), false);
  assert.equal(isConfirmed("TEMU930541", "container"), false);
  assert.equal(isConfirmed("244123456", "mmsi"), false); // has none
});

test("a code is found by any part of its label, without accents, in any script", () => {
  const goods = LISTS.get("commodity")!;
  const countries = LISTS.get("country")!;
  const find = (list: typeof goods, language: string, text: string): readonly string[] =>
    search(list.entries, (code) => tongue(language).code(list.name, code), text, 5).map((entry) => entry.code);

  assert.equal(find(goods, "fr", "heroine")[0], "DRG-OPI-HEROIN");
  assert.ok(find(goods, "en", "resin").includes("DRG-CAN-RESIN"));
  assert.equal(find(countries, "fr", "emirats")[0], "AE");
  assert.equal(find(countries, "ar", "كينيا")[0], "KE");
  assert.equal(find(countries, "ar", "الامارات")[0], "AE"); // typed without its hamza
  assert.equal(find(countries, "en", "nl")[0], "NL");
  assert.equal(fold("Straße  ÉTÉ"), "strasse ete");
});

test("a seizure begins with what its alert said, and names it", () => {
  const seizure = form("seizure");
  const occasion = { message: "ab".repeat(16), form: form("alert"), values: ALERT };

  const values = following(occasion, seizure, "long", LISTS);

  assert.equal(values.get("alert_ref"), "ab".repeat(16));
  assert.equal(values.get("direction"), "import");
  assert.deepEqual(values.get("conveyances"), ALERT.get("conveyances"));
  assert.deepEqual(values.get("items"), given([{ category: "DRG", subtype: "DRG-COC" }, { category: "TOB" }]));
  assert.equal(values.has("images"), false); // files stay with their message
  const paths = assess(seizure, values, { variant: "long", lists: LISTS, writtenAt: NOW }).faults.map(({ code }) => code);
  assert.deepEqual([...new Set(paths)], ["required"]);
});

test("the last report gives the next no person, no number and no words of its case", () => {
  const seizure = form("seizure");
  const last = given({
    case_ref: "A-1",
    seizure_date: "2026-11-21",
    reporting_country: "KE",
    location_type: "airport",
    remarks: "travelled with somebody of that name",
    items: [{ category: "CIT", quantity: { amount: "2", unit: "KGM" }, vin: "1M8GDM9AXKP042788" }],
    persons: [{ role: "passenger", surname: "Example" }],
  }) as JsonObject;

  const next = repeated(last, seizure, "long");

  assert.equal(next.get("reporting_country"), "KE");
  assert.equal(next.get("location_type"), "airport");
  for (const name of ["case_ref", "seizure_date", "persons", "remarks"]) {
    assert.equal(next.has(name), false, name);
  }
});

test("a new report has a row for each block that is asked for", () => {
  assert.deepEqual(blankValues(form("seizure"), "simplified"), given({ items: [{}] }));
  assert.deepEqual(blankValues(form("alert"), "simplified"), new Map());
  assert.deepEqual(blankValues(form("alert"), "long"), given({ route: [{}] }));
});

test("answers to what is not asked just now are not sent, also where one hangs on another", () => {
  const values = given({
    case_ref: "A-1",
    customs_office: "Gate 4",
    items: [{ category: "CIT", brand: "x", quantity2: { unweighed: true } }],
  }) as JsonObject;

  assert.deepEqual(askedValues(form("seizure"), values, "simplified"), given({ case_ref: "A-1", items: [{ category: "CIT" }] }));
  assert.deepEqual(
    askedValues(form("seizure"), values, "long"),
    given({ case_ref: "A-1", customs_office: "Gate 4", items: [{ category: "CIT" }] }),
  );
});

test("what hangs on an answer that went away goes with it", () => {
  const values = given({ control_status: "planned", outcome: "conform", negative_reason: "nothing_found" });

  const asked = askedValues(form("response"), values as JsonObject, "long");

  assert.deepEqual(asked, given({ control_status: "planned" }));
});

test("TLP:RED is kept from people beyond those named; stores and the writer are no such people", () => {
  const reader = (account: string, country: string | null, role: string, isUs = false): Reader => ({
    account,
    name: account,
    country,
    role,
    isUs,
  });
  const readers = [
    reader("us", "KE", "officer", true),
    reader("paris", "FR", "officer"),
    reader("archive", null, "archive"),
    reader("unit", null, "coordinator"),
  ];

  assert.deepEqual(beyond(readers, [{ country: "FR" }], "RED").map((one) => one.account), ["unit"]);
  assert.deepEqual(beyond(readers, [{ country: "FR" }, { role: "coordinator" }], "RED"), []);
  assert.deepEqual(beyond(readers, [], "AMBER"), []);
});
