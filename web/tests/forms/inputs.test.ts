import assert from "node:assert/strict";
import test from "node:test";

import type { JsonObject, JsonValue } from "../../src/forms/canonical-json";
import type { CodeEntry, CodeList } from "../../src/forms/code-list";
import type { Fault } from "../../src/forms/fault";
import type { Field } from "../../src/forms/form";
import { SCHEME_NAMES, type SchemeName } from "../../src/forms/check-digits";
import type { CodeKind, CodesKind } from "../../src/forms/kinds/code";
import { Spot } from "../../src/forms/kinds/kind";
import { typedDate, typedDecimal, typedIdentifier, typedInteger, typedText, typedTime } from "../../src/forms/typing";
import { offered } from "../../src/screens/compose/inputs/offer";
import { form, given, LISTS, tongue } from "./shipped";

const TODAY = "2026-11-22";
const IDENTIFIERS: Readonly<Record<SchemeName, string>> = {
  container: "CSQU3054383",
  imo: "9074729",
  mmsi: "636092297",
  awb: "70612345675",
  flight: "ET917",
  aircraft_registration: "5Y-KQX",
  vin: "1M8GDM9AXKP042788",
  upu_s10: "RR473124829GB",
  hs6: "010620",
  cas: "7732-18-5",
  phone: "+254700918273",
  email: "quillfeather@example.org",
};

function fields(): readonly (readonly [string, Field])[] {
  return ["alert", "response", "seizure", "note"].flatMap((name) => {
    const shipped = form(name);
    return [
      ...shipped.fields.map((field) => [`${name}.${field.name}`, field] as const),
      ...shipped.blocks.flatMap((block) =>
        block.fields.map((field) => [`${name}.${block.name}.${field.name}`, field] as const),
      ),
    ];
  });
}

/** The answer that a field's kind makes of a value; it fails where there is none. */
function accepted(field: Field, value: JsonValue, row: JsonObject = new Map()): boolean {
  const faults: Fault[] = [];
  const answer = field.kind.parse(value, new Spot(field.name, faults, LISTS, row, TODAY, "2026-11-23"));
  return answer !== null && faults.length === 0 && answer.show(tongue("en")) !== "";
}

/** Rows that a field with a wider code above it can stand in. */
function rowsFor(kind: CodeKind | CodesKind, list: CodeList): readonly JsonObject[] {
  return kind.type === "code" && kind.under !== null
    ? list.entries
        .filter(({ code }) => list.ancestors(code).length === 0)
        .map(({ code }) => given({ [kind.under ?? ""]: code }) as JsonObject)
    : [new Map()];
}

test("each code that a shipped form takes is offered by its input, and no other", () => {
  for (const [path, field] of fields()) {
    const { kind } = field;
    if (kind.type !== "code" && kind.type !== "codes") {
      continue;
    }
    const list = LISTS.get(kind.list)!;
    for (const row of rowsFor(kind, list)) {
      const takes: readonly CodeEntry[] = list.entries.filter(({ code }) => accepted(field, kind.type === "codes" ? [code] : code, row));

      assert.deepEqual(
        offered(kind, list, row, TODAY).map(({ code }) => code).sort(),
        takes.map(({ code }) => code).sort(),
        path,
      );
    }
  }
});

/** What a writer types in fields of each kind, in the spelling of forms: the input leaves it as it is. */
const TYPED: Readonly<Record<string, (field: Field) => readonly (readonly [JsonValue, JsonValue])[]>> = {
  text: () => [["Ünï – بند", typedText("Ünï – بند")]],
  long_text: () => [["two\nlines", typedText("two\r\nlines")]],
  integer: ({ kind }) => [kind.type === "integer" ? [kind.min, typedInteger(String(kind.min))] : [0, 0]],
  decimal: () => [["12.50", typedDecimal("12,50")]],
  date: () => [["2014-03-05", typedDate("5.3.2014")]],
  time: () => [["06:10", typedTime("6h10")]],
  instant: () => [["2026-11-22T05:10:00Z", "2026-11-22T05:10:00Z"]],
  boolean: () => [
    [true, true],
    [false, false],
  ],
  identifier: ({ kind }) => {
    const text = kind.type === "identifier" ? IDENTIFIERS[kind.scheme] : "";
    return [[text, kind.type === "identifier" ? typedIdentifier(text.toLowerCase(), kind.scheme) : ""]];
  },
  place: () => [[given({ code: "NBO", city: "Nairobi", country: "KE", site: "Shed 2" }), null]],
  coordinate: () => [[given({ lat: "-1.319167", lon: "36.9275" }), null]],
  money: () => [[given({ amount: "18000", currency: "USD" }), null]],
  quantity: ({ kind }) => [
    [given({ amount: "12.5", unit: "KGM", basis: "net" }), null],
    ...(kind.type === "quantity" && kind.unweighed
      ? [[given({ unweighed: true }), null] as const, [given({ unweighed: true, unit: "KGM" }), null] as const]
      : []),
  ],
  message: () => [["ab".repeat(16), "ab".repeat(16)]],
  attachment: () => [["0f".repeat(16), "0f".repeat(16)]],
};

test("every field of every shipped form has an input whose answers are accepted and can be read", () => {
  const schemes = new Set<SchemeName>();
  for (const [path, field] of fields()) {
    const { kind } = field;
    if (kind.type === "code" || kind.type === "codes") {
      continue; // above
    }
    const cases = TYPED[kind.type]?.(field) ?? [];
    assert.ok(cases.length > 0, `${path}: a kind of field without an input`);
    if (kind.type === "identifier") {
      schemes.add(kind.scheme);
    }
    for (const [value, typed] of cases) {
      assert.ok(accepted(field, value), `${path}: ${String(value)}`);
      assert.deepEqual(typed ?? value, kind.type === "identifier" && kind.scheme === "email" ? typed : value, path);
    }
  }
  assert.ok(schemes.size >= SCHEME_NAMES.length - 1);
});
