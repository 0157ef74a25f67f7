/**
 * What follows from an alert: the response to it, the seizure that it led to. Everything is a beginning that its writer
 * sees and can change.
 */

import type { JsonObject, JsonValue } from "./canonical-json";
import { carried } from "./carrying";
import type { CodeLists } from "./code-list";
import type { Variant } from "./envelope";
import type { Form } from "./form";
import { rowsOf, withAnswer, withRows } from "./values";

/** A message that was read, as far as an answer to it needs it. */
export interface Occasion {
  readonly message: string; // its id, hexadecimal
  readonly form: Form;
  readonly values: JsonObject;
}

/** Where a form keeps which message it follows from. */
const REFERENCES: readonly string[] = ["alert_ref", "related_message"];

const GOODS = "commodity";

/** The beginning of a report that follows from a message: what both forms ask, the reference, the suspected goods. */
export function following(occasion: Occasion, form: Form, variant: Variant, lists: CodeLists): JsonObject {
  const values = carried(occasion.values, occasion.form, form, variant);
  const reference = form.fields.find((field) => REFERENCES.includes(field.name) && field.kind.type === "message");
  const linked =
    reference === undefined || (variant === "simplified" && !reference.simplified)
      ? values
      : withAnswer(values, reference.name, occasion.message);
  return withSuspectedGoods(linked, occasion, form, variant, lists);
}

/** An alert names goods as far as they are known; a seizure has a row for each, by category and kind. */
function withSuspectedGoods(
  values: JsonObject,
  { values: known }: Occasion,
  form: Form,
  variant: Variant,
  lists: CodeLists,
): JsonObject {
  const block = form.blocks.find((one) => {
    const kinds = one.fields.map((field) => field.kind);
    return kinds.some((kind) => kind.type === "code" && kind.list === GOODS && kind.level === 1);
  });
  const list = lists.get(GOODS);
  const suspected = known.get("suspected_commodity");
  if (block === undefined || list === undefined || !Array.isArray(suspected)) {
    return values;
  }
  const fields = block.fields.filter((field) => variant === "long" || field.simplified);
  const rows = (suspected as readonly JsonValue[])
    .filter((code): code is string => typeof code === "string" && list.has(code))
    .map((code) =>
      fields.reduce((row, { name, kind }) => {
        if (kind.type !== "code" || kind.list !== GOODS) {
          return row;
        }
        const ancestors = list.ancestors(code);
        return withAnswer(row, name, kind.level === 1 ? (ancestors.at(-1) ?? code) : ancestors.length > 0 ? code : "");
      }, new Map() as JsonObject),
    )
    .slice(0, block.maxRows);
  return rows.length === 0 || rowsOf(values, block.name).some((row) => row.size > 0)
    ? values
    : withRows(values, block.name, rows);
}
