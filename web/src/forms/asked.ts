/**
 * Which questions a form asks just now: those of the variant whose conditions hold. What was answered before a question
 * went away is kept in the draft, comes back with it, and is not sent meanwhile.
 */

import type { JsonObject } from "./canonical-json";
import { holds } from "./condition";
import type { Variant } from "./envelope";
import type { Block, Field, Form } from "./form";
import { rowsOf, withRows } from "./values";

export function isAsked(part: Field | Block, row: JsonObject, header: JsonObject, variant: Variant): boolean {
  return (variant === "long" || part.simplified) && (part.applies === null || holds(part.applies, row, header));
}

/** The values without answers to what is not asked: what is judged, previewed and sent. */
export function askedValues(form: Form, values: JsonObject, variant: Variant): JsonObject {
  const left = withoutUnasked(form, values, variant);
  // A question can hang on one that has gone away with its answer.
  return size(left) === size(values) ? left : askedValues(form, left, variant);
}

function withoutUnasked(form: Form, values: JsonObject, variant: Variant): JsonObject {
  const parts = [...form.fields, ...form.blocks];
  const header = kept(parts, values, values, variant);
  return form.blocks.reduce(
    (found, block) =>
      found.has(block.name)
        ? withRows(found, block.name, rowsOf(found, block.name).map((row) => kept(block.fields, row, header, variant)))
        : found,
    header,
  );
}

function kept(parts: readonly (Field | Block)[], row: JsonObject, header: JsonObject, variant: Variant): JsonObject {
  const gone = new Set(parts.filter((part) => !isAsked(part, row, header, variant)).map((part) => part.name));
  return new Map([...row].filter(([name]) => !gone.has(name)));
}

function size(values: JsonObject): number {
  return [...values.values()].reduce<number>(
    (sum, value) =>
      sum + 1 + (Array.isArray(value) ? value.reduce((rows, row) => rows + (row instanceof Map ? row.size : 0), 0) : 0),
    0,
  );
}
