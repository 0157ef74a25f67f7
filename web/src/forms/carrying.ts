/**
 * What of one report can stand in another: of an alert in the seizure that it led to, of the last report in the next.
 * What is carried answers the other form's field by construction: same name, same kind, same limits.
 */

import * as json from "./canonical-json";
import type { JsonObject, JsonValue } from "./canonical-json";
import { equal } from "../bytes";
import type { Variant } from "./envelope";
import { isPersonal, type Field, type Form } from "./form";
import { rowsOf, withAnswer, withRows } from "./values";

/** Kinds that tell one case from the next: its numbers, times and files. */
const OF_ONE_CASE: ReadonlySet<string> = new Set(["identifier", "message", "attachment", "date", "time", "instant"]);

/** A new report's values: a row to fill in for each block that is asked for. */
export function blankValues(form: Form, variant: Variant): JsonObject {
  return form.blocks
    .filter((block) => block.required === true && (variant === "long" || block.simplified))
    .reduce((values, block) => withRows(values, block.name, emptyRows(block.minRows)), new Map() as JsonObject);
}

function emptyRows(count: number): readonly JsonObject[] {
  return Array.from({ length: count }, () => new Map<string, JsonValue>());
}

/** What a report in `source` says that `target` asks too; files stay where they are. */
export function carried(values: JsonObject, source: Form, target: Form, variant: Variant): JsonObject {
  const asks = (field: Field): boolean => variant === "long" || field.simplified;
  const header = carriedRow(values, source.fields, target.fields.filter(asks), () => true);
  return target.blocks
    .filter((block) => (variant === "long" || block.simplified) && !block.fields.some(isFile))
    .reduce((found, block) => {
      const same = source.blocks.find((one) => one.name === block.name);
      const rows =
        same === undefined
          ? []
          : rowsOf(values, block.name).map((row) =>
              carriedRow(row, same.fields, block.fields.filter(asks), () => true),
            );
      const filled = rows.filter((row) => row.size > 0).slice(0, block.maxRows);
      return filled.length === 0 ? found : withRows(found, block.name, filled);
    }, withBlanks(header, target, variant));
}

/**
 * The last report as a beginning of the next. Left out are persons and firms, what tells one case from another
 * (numbers, times, files), and what has to be said in words each time: else the last case's reference would be the
 * next one's.
 */
export function repeated(values: JsonObject, form: Form, variant: Variant): JsonObject {
  const keeps = (field: Field): boolean =>
    !isPersonal(field) &&
    !OF_ONE_CASE.has(field.kind.type) &&
    !(field.kind.ownWords && field.required === true) &&
    (variant === "long" || field.simplified);
  const header = carriedRow(values, form.fields, form.fields, keeps);
  return form.blocks
    .filter((block) => (variant === "long" || block.simplified) && !block.fields.some(isPersonal))
    .reduce((found, block) => {
      const rows = rowsOf(values, block.name)
        .map((row) => carriedRow(row, block.fields, block.fields, keeps))
        .filter((row) => row.size > 0);
      return rows.length === 0 ? found : withRows(found, block.name, rows);
    }, withBlanks(header, form, variant));
}

function isFile(field: Field): boolean {
  return field.kind.type === "attachment";
}

function withBlanks(header: JsonObject, form: Form, variant: Variant): JsonObject {
  return new Map([...blankValues(form, variant), ...header]);
}

function carriedRow(
  row: JsonObject,
  source: readonly Field[],
  target: readonly Field[],
  keeps: (field: Field) => boolean,
): JsonObject {
  return target.reduce((found, field) => {
    const same = source.find((one) => one.name === field.name);
    return same !== undefined && alike(same, field) && keeps(field)
      ? withAnswer(found, field.name, row.get(field.name))
      : found;
  }, new Map() as JsonObject);
}

function alike(one: Field, other: Field): boolean {
  return (
    one.kind.type === other.kind.type &&
    equal(json.encode(new Map(one.kind.options())), json.encode(new Map(other.kind.options())))
  );
}
