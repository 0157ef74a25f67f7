/** What a form has to keep beyond the shape of its tables: no name twice, no reference to nothing. */

import { comparisons, fieldsOf, HEADER, MAX_TERMS, type Condition, type Constant } from "./condition";
import type { Block, Field, Form } from "./form";
import type { Kind } from "./kinds/types";

/** What single tables cannot show: names used twice, references to nothing, columns that would collide. */
export function inconsistencies(form: Form): readonly string[] {
  const sections = form.sections.map((section) => section.name);
  const parts: readonly (Field | Block)[] = [...form.fields, ...form.blocks];
  const tables: readonly (readonly [string, readonly Field[]])[] = [
    ["the header", form.fields],
    ...form.blocks.map((block) => [block.name, block.fields] as const),
  ];
  return [
    ...twice("sections", sections),
    ...twice("fields and blocks", parts.map((part) => part.name)),
    ...parts
      .filter((part) => part.section === null || !sections.includes(part.section))
      .map((part) => `${part.name}: there is no section '${part.section}'`),
    ...form.blocks.filter((block) => block.fields.length === 0).map((block) => `${block.name}: a block without fields`),
    ...form.blocks.flatMap((block) => twice(block.name, block.fields.map((field) => field.name))),
    ...tables.flatMap(([where, fields]) => [
      ...twice(`columns of ${where}`, fields.flatMap(columnsOf)),
      ...misplaced(where, fields),
    ]),
    ...conditionsOf(form).flatMap(([where, condition, named]) => unfit(where, condition, named)),
    ...(form.datedBy !== null && kindOf(form.fields, form.datedBy)?.type !== "date"
      ? [`dated_by: '${form.datedBy}' is not a date of the header`]
      : []),
    ...(parts.length === 0 ? ["a form without fields"] : []),
  ];
}

function twice(what: string, names: readonly string[]): readonly string[] {
  const repeated = names.filter((name, place) => names.indexOf(name) !== place);
  return [...new Set(repeated)].sort().map((name) => `${what}: '${name}' twice`);
}

const PARTS: Readonly<Partial<Record<Kind["type"], readonly string[]>>> = {
  place: ["code", "site", "city", "country"],
  coordinate: ["lat", "lon"],
  quantity: ["amount", "unit", "basis", "unweighed"],
  money: ["amount", "currency"],
  identifier: ["", "as_seen"],
};

/** What the answer is called in the archive, one name for each of its parts: `quantity_unit`. */
function columnsOf(field: Field): readonly string[] {
  return (PARTS[field.kind.type] ?? [""]).map((part) => (part === "" ? field.name : `${field.name}_${part}`));
}

/** `under` names a field of one code of the same list, in the same row. */
function misplaced(where: string, fields: readonly Field[]): readonly string[] {
  return fields.flatMap(({ name, kind }) => {
    if (kind.type !== "code" || kind.under === null) {
      return [];
    }
    const wider = kindOf(fields, kind.under);
    const fits = wider?.type === "code" && wider.list === kind.list && kind.under !== name;
    return fits ? [] : [`${where}: ${name} is under '${kind.under}', which is no code of the same list`];
  });
}

function kindOf(fields: readonly Field[], name: string): Kind | undefined {
  return fields.find((field) => field.name === name)?.kind;
}

type Named = readonly [where: string, condition: Condition, fields: ReadonlyMap<string, Field>];

/** Every condition with where it stands and the fields that it may ask about, blocks of the header left out. */
function conditionsOf(form: Form): readonly Named[] {
  const header = new Map(form.fields.map((field) => [field.name, field]));
  const fromRow = form.fields.map((field) => [HEADER + field.name, field] as const);
  return [
    ...[...form.fields, ...form.blocks].flatMap((part) => own(part).map((one) => [part.name, one, header] as const)),
    ...form.blocks.flatMap((block) => {
      const row = new Map([...block.fields.map((field) => [field.name, field] as const), ...fromRow]);
      return block.fields.flatMap((field) =>
        own(field).map((condition) => [`${block.name}.${field.name}`, condition, row] as const),
      );
    }),
  ];
}

function own(part: Field | Block): readonly Condition[] {
  return [
    ...(part.applies === null ? [] : [part.applies]),
    ...(typeof part.required === "boolean" ? [] : [part.required]),
  ];
}

/** A condition asks about fields that are there, and compares a field with what it can hold. */
function unfit(where: string, condition: Condition, fields: ReadonlyMap<string, Field>): readonly string[] {
  const absent = fieldsOf(condition).filter((name) => !fields.has(name));
  if (absent.length > 0) {
    return absent.map((name) => `${where}: a condition on '${name}', which is not there`);
  }
  const compared = comparisons(condition);
  return [
    ...(compared.length > MAX_TERMS ? [`${where}: a condition of more than ${MAX_TERMS} comparisons`] : []),
    ...compared
      .filter(([name, constant]) => !canBe(fields.get(name)?.kind, constant))
      .map(([name, constant]) => `${where}: ${name} is never ${constant}; whole numbers, codes, yes and no are compared`),
  ];
}

function canBe(kind: Kind | undefined, constant: Constant): boolean {
  switch (kind?.type) {
    case "boolean":
      return typeof constant === "boolean";
    case "integer":
      return typeof constant === "number";
    case "code":
    case "codes":
      return typeof constant === "string";
    default:
      return false;
  }
}
