import assert from "node:assert/strict";
import test from "node:test";

import type { JsonObject } from "../../src/forms/canonical-json";
import { mayLeave, namesSomebody, releasedValues } from "../../src/forms/release";
import { assess, validate } from "../../src/forms/validation";
import { vectors } from "../vectors";
import { form, given, LISTS } from "./shipped";

interface Vector {
  written_at: number;
  values: Record<string, unknown>;
  released: unknown;
  withheld: string[];
}

const VECTOR = vectors<Vector>("forms/released.json");
const CIRCUMSTANCES = { variant: "long", lists: LISTS, writtenAt: VECTOR.written_at } as const;

test("what would go to CEN is what Python would send there, and what is withheld is named alike", () => {
  const seizure = validate(form("seizure"), given(VECTOR.values), CIRCUMSTANCES);

  const { values, withheld } = releasedValues(seizure, form("release"));

  assert.deepEqual(values, given(VECTOR.released));
  assert.deepEqual([...withheld].sort(), [...VECTOR.withheld].sort());
  assert.deepEqual(assess(form("release"), values, CIRCUMSTANCES).faults, []);
});

test("an operation that releases less shows less", () => {
  const seizure = validate(form("seizure"), given(VECTOR.values), CIRCUMSTANCES);
  const narrowed = { ...form("release"), blocks: [] };

  const { values, withheld } = releasedValues(seizure, narrowed);

  assert.equal(values.has("items"), false);
  assert.ok(withheld.includes("items"));
});

test("a report names somebody as soon as one answer is personal", () => {
  const names = (values: object): boolean =>
    namesSomebody(assess(form("seizure"), given(values) as JsonObject, CIRCUMSTANCES));

  assert.equal(names({ case_ref: "A-1", persons: [{ role: "courier", nationality: "KE" }] }), false);
  assert.equal(names({ case_ref: "A-1", persons: [{ role: "courier", surname: "Example" }] }), true);
});

test("what stays among its readers does not go to CEN", () => {
  assert.deepEqual((["RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR"] as const).filter(mayLeave), ["AMBER", "GREEN", "CLEAR"]);
});
