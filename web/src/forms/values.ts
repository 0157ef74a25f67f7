/**
 * Values of a report that is being written: replaced, never changed. What is not answered is left out, so that nothing
 * has to be cleaned before it is judged and sent.
 */

import { UsageError } from "../errors";
import * as json from "./canonical-json";
import type { JsonObject, JsonValue } from "./canonical-json";
import type { Field, Form } from "./form";

const MOST_KEPT_BYTES = 350_000; // a report takes 300,000, a body 400,000 with all that it says beside

/** The values with another answer to `name`; undefined, "", [] and {} take it out. */
export function withAnswer(values: JsonObject, name: string, answer: JsonValue | undefined): JsonObject {
  const changed = new Map(values);
  if (answer === undefined || isBlank(answer)) {
    changed.delete(name);
  } else {
    changed.set(name, answer);
  }
  return changed;
}

/** The rows of a block, as far as they are rows. */
export function rowsOf(values: JsonObject, block: string): readonly JsonObject[] {
  const rows = values.get(block);
  return Array.isArray(rows) ? (rows as readonly JsonValue[]).map((row) => (row instanceof Map ? row : new Map())) : [];
}

/** The values with other rows in a block; empty rows stay, for somebody is about to fill them in. */
export function withRows(values: JsonObject, block: string, rows: readonly JsonObject[]): JsonObject {
  const changed = new Map(values);
  if (rows.length === 0) {
    changed.delete(block);
  } else {
    changed.set(block, rows);
  }
  return changed;
}

/** The rows with two neighbours in each other's place; the same rows where there is no neighbour. */
export function swapped(rows: readonly JsonObject[], place: number, other: number): readonly JsonObject[] {
  const [one, two] = [rows[place], rows[other]];
  return one === undefined || two === undefined ? rows : rows.with(place, two).with(other, one);
}

/** Whether a draft can hold the values: what is beyond no report takes, and an envelope is bounded (protocol section 6). */
export function canBeKept(values: JsonObject): boolean {
  try {
    return json.encode(values).length <= MOST_KEPT_BYTES;
  } catch (error) {
    if (!(error instanceof UsageError)) {
      throw error;
    }
    return false; // half a letter, of a text that was cut: it has no bytes at all
  }
}

/** The part of a composite answer as text, "" if it is not there. */
export function partText(answer: JsonValue | undefined, part: string): string {
  const found = answer instanceof Map ? (answer as JsonObject).get(part) : undefined;
  return typeof found === "string" ? found : "";
}

/** The composite answer with another part. */
export function withPart(answer: JsonValue | undefined, part: string, value: JsonValue): JsonObject {
  return withAnswer(answer instanceof Map ? (answer as JsonObject) : new Map(), part, value);
}

/** The values without answers that name an attachment: it does not go with the report any more. */
export function withoutFile(values: JsonObject, form: Form, attachment: string): JsonObject {
  const without = (row: JsonObject, fields: readonly Field[]): JsonObject =>
    fields
      .filter((field) => field.kind.type === "attachment" && row.get(field.name) === attachment)
      .reduce((changed, field) => withAnswer(changed, field.name, undefined), row);
  return form.blocks
    .filter((block) => values.has(block.name))
    .reduce(
      (changed, block) => withRows(changed, block.name, rowsOf(changed, block.name).map((row) => without(row, block.fields))),
      without(values, form.fields),
    );
}

function isBlank(answer: JsonValue): boolean {
  return (
    answer === null ||
    answer === "" ||
    (Array.isArray(answer) && answer.length === 0) ||
    (answer instanceof Map && answer.size === 0)
  );
}
