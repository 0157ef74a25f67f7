/**
 * Whether values answer a form: all that is wrong at once, or a Report, which is the proof that nothing is.
 *
 * A value that is not there is left out: null, empty texts, lists and rows are refused, so that one report has one
 * encoding. Nothing is ever corrected here. The order of checks is that of `cencomm/forms/validation.py`.
 */

import { UsageError } from "../errors";
import * as json from "./canonical-json";
import type { JsonObject, JsonValue } from "./canonical-json";
import { fieldsOf, HEADER, holds, type Condition } from "./condition";
import type { Variant } from "./envelope";
import { quoted, type Fault } from "./fault";
import type { Block, Field, Form } from "./form";
import { dateOf } from "./kinds/calendar";
import { Spot, type Answer } from "./kinds/kind";
import { InvalidReport, type Answers, type Assessment, type Circumstances, type Report } from "./report";
import { NAME } from "./table";

const MAX_REPORT_BYTES = 300_000; // canonical JSON; a seizure of a hundred kinds of goods has 60 kB
const LATEST_WRITING = 7_258_118_399; // seconds: the end of 2199, as for dates
const DAY = 86_400; // seconds

/** The report that `values` make. @throws InvalidReport with every fault. */
export function validate(form: Form, values: JsonValue, circumstances: Circumstances): Report {
  const { faults, header, blocks } = assess(form, values, circumstances);
  if (faults.length > 0) {
    throw new InvalidReport(faults);
  }
  return { form, variant: circumstances.variant, header, blocks };
}

/** Every fault of the values, and the answers that have none. */
export function assess(form: Form, values: JsonValue, { variant, lists, writtenAt }: Circumstances): Assessment {
  const refused = (code: Fault["code"]): Assessment => ({
    form,
    faults: [{ path: "", code, facts: {} }],
    header: new Map(),
    blocks: new Map(),
  });
  if (!form.variants.includes(variant)) {
    return refused("unknown_variant");
  }
  if (!(values instanceof Map)) {
    return refused("wrong_type");
  }
  if (!(writtenAt >= 0 && writtenAt <= LATEST_WRITING)) {
    return refused("instant_format"); // an envelope can name any second; calendars end
  }
  const given = values as JsonObject;
  const faults: Fault[] = [];
  const today = isoDate(writtenAt);
  const dated = form.datedBy === null ? null : dateOf(given.get(form.datedBy));
  const spot = new Spot("", faults, lists, new Map(), dated ?? today, isoDate(writtenAt + DAY));
  refuseUnknown(given, new Set([...form.fields, ...form.blocks].map((part) => part.name)), spot);
  const { answers, faulty } = answersOf(form.fields, given, given, new Set(), variant, spot);
  const blocks = new Map<string, readonly Answers[]>();
  for (const block of form.blocks) {
    const rows = rowsOf(block, given, faulty, variant, spot);
    if (rows !== null) {
      blocks.set(block.name, rows);
    }
  }
  if (faults.length === 0) {
    checkSize(given, spot);
  }
  return { form, faults, header: answers, blocks };
}

function isoDate(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

function refuseUnknown(values: JsonObject, known: ReadonlySet<string>, spot: Spot): void {
  for (const name of values.keys()) {
    if (!known.has(name)) {
      // A name that is none of ours is not repeated in a path, which programs take apart.
      spot.fault("unknown_field", NAME.test(name) ? name : "", { name: quoted(name) });
    }
  }
}

interface RowAnswers {
  readonly answers: Answers;
  readonly faulty: ReadonlySet<string>;
}

/** A condition on a field that has a fault itself is not judged: it would be a second complaint about one slip. */
function answersOf(
  fields: readonly Field[],
  row: JsonObject,
  header: JsonObject,
  unsure: ReadonlySet<string>,
  variant: Variant,
  spot: Spot,
): RowAnswers {
  const answers = new Map<string, Answer>();
  const faulty = new Set<string>();
  for (const field of fields) {
    const value = row.get(field.name);
    if (value === undefined) {
      continue;
    }
    const answer = parse(field, value, variant, spot.at(field.name, row));
    if (answer === null) {
      faulty.add(field.name);
    } else {
      answers.set(field.name, answer);
    }
  }
  const doubtful = new Set([...unsure, ...faulty]);
  for (const field of fields) {
    judge(field, row, header, doubtful, variant, spot.at(field.name, row));
  }
  return { answers, faulty };
}

function parse(field: Field, value: JsonValue, variant: Variant, spot: Spot): Answer | null {
  if (variant === "simplified" && !field.simplified) {
    return spot.fault("not_in_variant");
  }
  if (isEmpty(value)) {
    return spot.fault("empty");
  }
  const before = spot.faults.length;
  const answer = field.kind.parse(value, spot);
  return spot.faults.length === before ? answer : null;
}

function isEmpty(value: JsonValue): boolean {
  return (
    value === null ||
    value === "" ||
    (Array.isArray(value) && value.length === 0) ||
    (value instanceof Map && value.size === 0)
  );
}

/** Whether the part may be there, and whether it has to be. */
function judge(
  part: Field | Block,
  row: JsonObject,
  header: JsonObject,
  doubtful: ReadonlySet<string>,
  variant: Variant,
  spot: Spot,
): void {
  if (variant === "simplified" && !part.simplified) {
    return;
  }
  if (part.applies !== null) {
    if (isDoubtful(part.applies, doubtful)) {
      return;
    }
    if (!holds(part.applies, row, header)) {
      if (row.has(part.name)) {
        spot.fault("not_applicable");
      }
      return;
    }
  }
  if (!row.has(part.name) && isRequired(part.required, row, header, doubtful)) {
    spot.fault("required");
  }
}

/** Whether an answer has to be given; what hangs on a doubtful answer has not. */
export function isRequired(
  required: boolean | Condition,
  row: JsonObject,
  header: JsonObject,
  doubtful: ReadonlySet<string> = new Set(),
): boolean {
  if (typeof required === "boolean") {
    return required;
  }
  return !isDoubtful(required, doubtful) && holds(required, row, header);
}

function isDoubtful(condition: Condition, doubtful: ReadonlySet<string>): boolean {
  return fieldsOf(condition).some((name) => doubtful.has(name));
}

/** The checked rows of a block, null if it is not answered or has faults of its own. */
function rowsOf(
  block: Block,
  header: JsonObject,
  unsure: ReadonlySet<string>,
  variant: Variant,
  spot: Spot,
): readonly Answers[] | null {
  const there = spot.at(block.name, header);
  judge(block, header, header, unsure, variant, there);
  const rows = header.get(block.name);
  if (rows === undefined) {
    return null;
  }
  if (variant === "simplified" && !block.simplified) {
    return there.fault("not_in_variant");
  }
  if (rows === null || (Array.isArray(rows) && rows.length === 0)) {
    return there.fault("empty");
  }
  if (!Array.isArray(rows)) {
    return there.fault("wrong_type");
  }
  if (rows.length > block.maxRows) {
    return there.fault("too_many_rows", "", { most: block.maxRows });
  }
  if (rows.length < block.minRows) {
    there.fault("too_few_rows", "", { least: block.minRows });
  }
  const fromRow = new Set(Array.from(unsure, (name) => HEADER + name));
  return (rows as readonly JsonValue[]).map((row, place) =>
    rowOf(block, row, header, fromRow, variant, spot.at(`${block.name}[${place}]`, new Map())),
  );
}

function rowOf(
  block: Block,
  row: JsonValue,
  header: JsonObject,
  unsure: ReadonlySet<string>,
  variant: Variant,
  spot: Spot,
): Answers {
  if (!(row instanceof Map)) {
    spot.fault("wrong_type");
    return new Map();
  }
  const given = row as JsonObject;
  if (given.size === 0) {
    spot.fault("empty");
  }
  refuseUnknown(given, new Set(block.fields.map((field) => field.name)), spot);
  return answersOf(block.fields, given, header, unsure, variant, spot).answers;
}

function checkSize(values: JsonObject, spot: Spot): void {
  try {
    const size = json.encode(values).length;
    if (size > MAX_REPORT_BYTES) {
      spot.fault("report_too_large", "", { most: MAX_REPORT_BYTES / 1000, size: Math.floor(size / 1000) });
    }
  } catch (error) {
    if (!(error instanceof UsageError)) {
      throw error;
    }
    spot.fault("wrong_type"); // unreachable for values that were decoded from bytes; a caller's own may hold anything
  }
}
