/**
 * When a field is required, and when it applies at all: a condition on other fields of the same row or the header
 * (docs/forms.md). A condition always ends, and two languages evaluate it alike.
 */

import type { JsonObject, JsonValue } from "./canonical-json";
import { NAME, type Table } from "./table";

const MAX_DEPTH = 4;
export const MAX_TERMS = 20;
export const HEADER = "header.";

export type Constant = boolean | number | string;

/** `oneOf` is also what `equals` means, with one constant. */
export type Condition =
  | { readonly is: "oneOf"; readonly field: string; readonly constants: readonly Constant[] }
  | { readonly is: "present"; readonly field: string }
  | { readonly is: "all"; readonly conditions: readonly Condition[] }
  | { readonly is: "not"; readonly condition: Condition };

/** Whether the values as they were given, checked or not, meet the condition. */
export function holds(condition: Condition, row: JsonObject, header: JsonObject): boolean {
  switch (condition.is) {
    case "oneOf": {
      const value = valueOf(condition.field, row, header);
      const given: readonly (JsonValue | undefined)[] = Array.isArray(value) ? value : [value as JsonValue | undefined];
      return given.some((item) => condition.constants.some((constant) => item === constant));
    }
    case "present":
      return (valueOf(condition.field, row, header) ?? null) !== null;
    case "all":
      return condition.conditions.every((inner) => holds(inner, row, header));
    case "not":
      return !holds(condition.condition, row, header);
  }
}

/** The names that the condition asks about, as written. */
export function fieldsOf(condition: Condition): readonly string[] {
  switch (condition.is) {
    case "oneOf":
    case "present":
      return [condition.field];
    case "all":
      return condition.conditions.flatMap(fieldsOf);
    case "not":
      return fieldsOf(condition.condition);
  }
}

/** Each comparison of the condition: a field, and what it is compared with. */
export function comparisons(condition: Condition): readonly (readonly [string, Constant])[] {
  switch (condition.is) {
    case "oneOf":
      return condition.constants.map((constant) => [condition.field, constant] as const);
    case "present":
      return [];
    case "all":
      return condition.conditions.flatMap(comparisons);
    case "not":
      return comparisons(condition.condition);
  }
}

/** The condition that a table says; complaints go to the record. */
export function decodeCondition(record: Table, depth = MAX_DEPTH): Condition {
  const condition = read(record, depth);
  record.end();
  return condition;
}

function read(record: Table, depth: number): Condition {
  if (depth === 0) {
    record.complain("conditions nested too deeply");
  } else if (record.has("field")) {
    const field = fieldName(record, "field");
    if (record.has("equals")) {
      return { is: "oneOf", field, constants: constants(record, [record.take("equals")]) };
    }
    const several = record.take("one_of");
    return { is: "oneOf", field, constants: constants(record, Array.isArray(several) ? several : []) };
  } else if (record.has("present")) {
    return { is: "present", field: fieldName(record, "present") };
  } else if (record.has("all")) {
    const inner = record.records("all", MAX_TERMS).map((one) => decodeCondition(one, depth - 1));
    return { is: "all", conditions: inner };
  } else if (record.has("not")) {
    return { is: "not", condition: decodeCondition(record.record("not"), depth - 1) };
  } else {
    record.complain("a condition has field and equals or one_of, or present, or all, or not");
  }
  return { is: "all", conditions: [] };
}

function fieldName(record: Table, key: string): string {
  const name = record.text(key);
  if (!NAME.test(name.startsWith(HEADER) ? name.slice(HEADER.length) : name)) {
    record.complain(`${key} names a field, or header.field`);
  }
  return name;
}

function constants(record: Table, values: readonly JsonValue[]): readonly Constant[] {
  const found = values.filter(
    (value): value is Constant => typeof value === "boolean" || typeof value === "number" || typeof value === "string",
  );
  if (found.length !== values.length || found.length < 1 || found.length > MAX_TERMS) {
    record.complain(`a field is compared with 1 to ${MAX_TERMS} texts, whole numbers or true and false`);
  }
  return found;
}

export function encodeCondition(condition: Condition): JsonObject {
  switch (condition.is) {
    case "oneOf": {
      const [first] = condition.constants;
      return condition.constants.length === 1 && first !== undefined
        ? new Map<string, JsonValue>([["field", condition.field], ["equals", first]])
        : new Map<string, JsonValue>([["field", condition.field], ["one_of", condition.constants]]);
    }
    case "present":
      return new Map([["present", condition.field]]);
    case "all":
      return new Map([["all", condition.conditions.map(encodeCondition)]]);
    case "not":
      return new Map([["not", encodeCondition(condition.condition)]]);
  }
}

function valueOf(field: string, row: JsonObject, header: JsonObject): JsonValue | undefined {
  return field.startsWith(HEADER) ? header.get(field.slice(HEADER.length)) : row.get(field);
}
