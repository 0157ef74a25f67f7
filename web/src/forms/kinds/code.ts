/** Codes of a list, one or several. What travels is the code; the label is looked up in the reader's language. */

import type { JsonValue } from "../canonical-json";
import { quoted } from "../fault";
import type { Table } from "../table";
import type { Answer, KindOf, Options, Spot } from "./kind";

const NEVER_RESTRICTED = "commodity"; // every operation finds goods that it did not look for
const DEFAULT_MOST = 20;
const MOST_CODES = 100;
const MAX_LEVEL = 5;

/**
 * One code. `level`: 1 takes only the widest codes of the list; `under`: a field of the same row, whose code is wider;
 * `only`: the codes on offer, all if empty; `first`: those that the entry screen shows first.
 */
export class CodeKind implements KindOf<"code"> {
  readonly type = "code";
  readonly ownWords = false;

  constructor(
    readonly list: string,
    readonly level: number | null,
    readonly under: string | null,
    readonly only: readonly string[],
    readonly first: readonly string[],
  ) {}

  options(): Options {
    return [
      ["list", this.list],
      ...(this.level === null ? [] : [["level", this.level] as const]),
      ...(this.under === null ? [] : [["under", this.under] as const]),
      ...offer(this.only, this.first),
    ];
  }

  parse(value: JsonValue, spot: Spot): Answer | null {
    const code = parseCode(value, spot, this.list, { only: this.only });
    const list = spot.lists.get(this.list);
    if (code === null || list === undefined) {
      return null;
    }
    const ancestors = list.ancestors(code);
    if (this.level !== null && ancestors.length + 1 !== this.level) {
      return spot.fault("code_wrong_level");
    }
    if (this.under !== null) {
      const wider = spot.row.get(this.under) ?? null;
      // A wider code that the list does not have is a fault of its own field, and one is enough.
      if (wider === null || (typeof wider === "string" && list.has(wider) && !ancestors.includes(wider))) {
        return spot.fault("code_not_under", "", { wider: this.under });
      }
    }
    return { json: code, show: (tongue) => tongue.code(this.list, code) };
  }
}

export function codeKind(record: Table): CodeKind {
  const kind = new CodeKind(
    record.name("list"),
    record.optionalInteger("level", 1, MAX_LEVEL),
    record.optionalName("under"),
    record.texts("only"),
    record.texts("first"),
  );
  refuseRestriction(record, kind.list, kind.only);
  return kind;
}

/** Different codes, at least one: a field without any is left out. */
export class CodesKind implements KindOf<"codes"> {
  readonly type = "codes";
  readonly ownWords = false;

  constructor(
    readonly list: string,
    readonly most: number,
    readonly only: readonly string[],
    readonly first: readonly string[],
  ) {}

  options(): Options {
    return [
      ["list", this.list],
      ...(this.most === DEFAULT_MOST ? [] : [["most", this.most] as const]),
      ...offer(this.only, this.first),
    ];
  }

  parse(value: JsonValue, spot: Spot): Answer | null {
    if (!Array.isArray(value)) {
      return spot.fault("wrong_type");
    }
    const items = value as readonly JsonValue[];
    if (items.length > this.most) {
      return spot.fault("too_many", "", { most: this.most });
    }
    const codes = items
      .map((item) => parseCode(item, spot, this.list, { only: this.only }))
      .filter((code) => code !== null);
    if (new Set(codes).size !== codes.length) {
      return spot.fault("repeated");
    }
    return codes.length < items.length
      ? null
      : { json: codes, show: (tongue) => tongue.several(codes.map((code) => tongue.code(this.list, code))) };
  }
}

export function codesKind(record: Table): CodesKind {
  const most = record.optionalInteger("most", 1, MOST_CODES);
  const kind = new CodesKind(record.name("list"), most ?? DEFAULT_MOST, record.texts("only"), record.texts("first"));
  refuseRestriction(record, kind.list, kind.only);
  return kind;
}

interface Offer {
  readonly part?: string;
  readonly only?: readonly string[];
}

/** The code, which the list has and which was valid on the day that the report is about; null after a fault. */
export function parseCode(value: JsonValue, spot: Spot, name: string, { part = "", only = [] }: Offer): string | null {
  const list = spot.lists.get(name);
  if (list === undefined) {
    return spot.fault("list_unknown", part, { list: name }); // a form of another place may name any list
  }
  if (typeof value !== "string") {
    return spot.fault("wrong_type", part);
  }
  if (!list.has(value)) {
    return spot.fault("code_unknown", part, { value: quoted(value) });
  }
  if (only.length > 0 && !only.includes(value)) {
    return spot.fault("code_not_offered", part, { value: quoted(value) });
  }
  return list.valid(value, spot.onDate) ? value : spot.fault("code_not_valid_then", part, { value: quoted(value) });
}

export function offer(only: readonly string[], first: readonly string[]): Options {
  return [
    ...(only.length === 0 ? [] : [["only", only] as const]),
    ...(first.length === 0 ? [] : [["first", first] as const]),
  ];
}

function refuseRestriction(record: Table, list: string, only: readonly string[]): void {
  if (only.length > 0 && list === NEVER_RESTRICTED) {
    record.complain(`the ${NEVER_RESTRICTED} list is never restricted, only sorted: use first instead of only`);
  }
}
