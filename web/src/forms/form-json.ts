/** A form as bytes: one canonical JSON, which hashes the same wherever it was made. */

import { equal, type Bytes } from "../bytes";
import { MalformedError } from "../errors";
import * as json from "./canonical-json";
import type { JsonObject, JsonValue } from "./canonical-json";
import { decodeCondition, encodeCondition, type Condition } from "./condition";
import { VARIANTS, type Variant } from "./envelope";
import { FormError, type Block, type Field, type Form, type Nominal, type Section } from "./form";
import { inconsistencies } from "./form-rules";
import { booleanKind } from "./kinds/number";
import { KINDS } from "./kinds/types";
import type { Labels } from "./language";
import { Table } from "./table";

const MAX_FORM_BYTES = 1 << 18; // the seizure form, the longest we ship, has a seventh of it
const MAX_SECTIONS = 30;
const MAX_FIELDS = 150; // of the header, and of one block
const MAX_BLOCKS = 20;
const MAX_ROWS = 200;
const MAX_VERSION = 1_000_000;
const MAX_HELP = 500;

/**
 * The form that exactly `data` encodes. It can be shown, filled in and validated without harm, whoever wrote it;
 * whether the coordination unit wants it is for the ledger to say.
 *
 * @throws FormError any other bytes.
 */
export function decodeForm(data: Bytes): Form {
  const form = read(parsed(data));
  if (!equal(encodeForm(form), data)) {
    throw new FormError("a form in another spelling than its canonical one");
  }
  return form;
}

/** The canonical JSON of the form: what is stored, hashed and sent. */
export function encodeForm(form: Form): Bytes {
  return json.encode(writeForm(form));
}

function parsed(data: Bytes): JsonValue {
  try {
    return json.decode(data, MAX_FORM_BYTES);
  } catch (error) {
    throw error instanceof MalformedError ? new FormError(error.message) : error;
  }
}

function read(value: JsonValue): Form {
  const complaints: string[] = [];
  const record = new Table(value, "", complaints);
  const form: Form = {
    name: record.name("name"),
    version: record.integer("version", 1, MAX_VERSION),
    label: record.labels("label"),
    sections: record.records("sections", MAX_SECTIONS).map(readSection),
    fields: record.records("fields", MAX_FIELDS).map((inner) => readField(inner, false)),
    blocks: record.records("blocks", MAX_BLOCKS).map(readBlock),
    variants: readVariants(record),
    datedBy: record.optionalName("dated_by"),
    narrowedFor: record.optionalName("narrowed_for"),
  };
  record.end();
  // Else the form is full of harmless values that would cause more.
  const found = complaints.length > 0 ? complaints : inconsistencies(form);
  if (found.length > 0) {
    throw new FormError(found.join("\n"));
  }
  return form;
}

function readVariants(record: Table): readonly Variant[] {
  const given = record.texts("variants", VARIANTS.length);
  const names = given.length === 0 ? ["long"] : given;
  const variants = names.flatMap((name) => VARIANTS.filter((variant) => variant === name));
  if (variants.length !== names.length || !variants.includes("long")) {
    record.complain("variants are long, or long and simplified, in the order of preference");
  }
  return variants;
}

function readSection(record: Table): Section {
  const section = { name: record.name("name"), label: record.labels("label") };
  record.end();
  return section;
}

function readBlock(record: Table): Block {
  const rows = record.record("rows");
  const maxRows = rows.integer("max", 1, MAX_ROWS);
  const minRows = rows.optionalInteger("min", 1, maxRows);
  rows.end();
  const block: Block = {
    name: record.name("name"),
    section: record.name("section"),
    label: record.labels("label"),
    help: record.optionalLabels("help", MAX_HELP),
    fields: record.records("fields", MAX_FIELDS).map((inner) => readField(inner, true)),
    minRows: minRows ?? 1,
    maxRows,
    required: readRequired(record),
    applies: readCondition(record, "applies"),
    simplified: record.flag("simplified"),
  };
  record.end();
  return block;
}

function readField(record: Table, inBlock: boolean): Field {
  const type = record.name("type");
  const kind = KINDS.get(type);
  if (kind === undefined) {
    record.complain(`type is one of ${[...KINDS.keys()].join(", ")}`);
  }
  const field: Field = {
    name: record.name("name"),
    section: inBlock ? null : record.name("section"),
    label: record.labels("label"),
    help: record.optionalLabels("help", MAX_HELP),
    nominal: readNominal(record),
    required: readRequired(record),
    applies: readCondition(record, "applies"),
    simplified: record.flag("simplified"),
    kind: (kind ?? booleanKind)(record),
  };
  record.end();
  return field;
}

function readNominal(record: Table): Nominal {
  const value = record.take("nominal");
  if (value === 0 || value === 1 || value === "X") {
    return value;
  }
  record.complain('nominal is missing or not 0, 1 or "X"');
  return 1;
}

function readRequired(record: Table): boolean | Condition {
  if (!record.has("required")) {
    return false;
  }
  const value = record.take("required");
  return typeof value === "boolean"
    ? value
    : decodeCondition(new Table(value, `${record.where}.required`, record.complaints));
}

function readCondition(record: Table, key: string): Condition | null {
  return record.has(key) ? decodeCondition(record.record(key)) : null;
}

function writeForm(form: Form): JsonObject {
  const found = new Map<string, JsonValue>([
    ["label", form.label],
    ["name", form.name],
    ["sections", form.sections.map((one) => new Map<string, JsonValue>([["label", one.label], ["name", one.name]]))],
    ["version", form.version],
  ]);
  setIf(found, "fields", form.fields.map(writeField), form.fields.length > 0);
  setIf(found, "blocks", form.blocks.map(writeBlock), form.blocks.length > 0);
  setIf(found, "variants", form.variants, form.variants.join() !== "long");
  setIf(found, "dated_by", form.datedBy, form.datedBy !== null);
  setIf(found, "narrowed_for", form.narrowedFor, form.narrowedFor !== null);
  return found;
}

function writeBlock(block: Block): JsonObject {
  const rows = new Map<string, JsonValue>([["max", block.maxRows]]);
  setIf(rows, "min", block.minRows, block.minRows > 1);
  const found = writeShared(block);
  found.set("fields", block.fields.map(writeField));
  found.set("rows", rows);
  found.set("section", block.section);
  return found;
}

function writeField(field: Field): JsonObject {
  const found = writeShared(field);
  found.set("nominal", field.nominal);
  found.set("type", field.kind.type);
  setIf(found, "section", field.section, field.section !== null);
  for (const [key, value] of field.kind.options()) {
    found.set(key, value);
  }
  return found;
}

function writeShared(part: Field | Block): Map<string, JsonValue> {
  const found = new Map<string, JsonValue>([
    ["label", part.label],
    ["name", part.name],
  ]);
  setIf<Labels>(found, "help", part.help, part.help !== null);
  if (part.applies !== null) {
    found.set("applies", encodeCondition(part.applies));
  }
  if (typeof part.required !== "boolean") {
    found.set("required", encodeCondition(part.required));
  } else if (part.required) {
    found.set("required", true);
  }
  setIf(found, "simplified", true, part.simplified);
  return found;
}

/** Defaults are left out, so that a form has one encoding. */
function setIf<T extends JsonValue>(into: Map<string, JsonValue>, key: string, value: T | null, there: boolean): void {
  if (there) {
    into.set(key, value);
  }
}
