/** A pasted list of containers, from a manifest, a sheet or an e-mail: a row for each number, and what became of the rest. */

import type { JsonObject, JsonValue } from "./canonical-json";
import type { Block, Field } from "./form";
import { SCHEMES } from "./check-digits";
import { AS_SEEN } from "./kinds/identifier";
import { westernDigits } from "./typing";
import { partText, withAnswer } from "./values";

const MAX_PASTED = 1_000_000; // characters; a list of five thousand with their seals has a tenth of it
// Owner and category, six digits and the check digit, apart by what people put between them, never by a line's end.
const CONTAINER = /(?<![A-Z0-9])[A-Z]{3}[UJZ](?:[ \t\u00a0.\-_/]{0,3}[0-9]){7}(?![0-9])/g;

/** `rows`: those that were there and the new ones. The counts are of different numbers; `wrong` are among the new. */
export interface Pasted {
  readonly rows: readonly JsonObject[];
  readonly taken: number;
  readonly wrong: number; // their check digit is
  readonly known: number; // they stand in a row already, or twice in the list
  readonly left: number; // there is no room for them
}

/** The field of a block that takes a container's number, if it has one. */
export function containerField(block: Block): Field | undefined {
  return block.fields.find(({ kind }) => kind.type === "identifier" && kind.scheme === "container");
}

/** The rows with a pasted list. A last row without a number gets the first; new ones say what the last says in codes. */
export function withContainers(block: Block, rows: readonly JsonObject[], pasted: string): Pasted {
  const field = containerField(block);
  if (field === undefined) {
    return { rows, taken: 0, wrong: 0, known: 0, left: 0 };
  }
  const there = new Set(rows.map((row) => numberOf(row.get(field.name))));
  const all = numbersIn(pasted);
  const fresh = [...new Set(all)].filter((number) => !there.has(number));
  const last = rows.at(-1);
  const open = last !== undefined && !last.has(field.name);
  const kept = open ? rows.slice(0, -1) : rows;
  const taken = fresh.slice(0, Math.max(0, block.maxRows - kept.length));
  const shared = sharedAnswers(block, last);
  const added = taken.map((number, place) => withAnswer(open && place === 0 ? last : shared, field.name, number));
  return {
    rows: taken.length === 0 ? rows : [...kept, ...added],
    taken: taken.length,
    wrong: taken.filter((number) => SCHEMES.container.check?.(number) !== number).length,
    known: all.length - fresh.length,
    left: fresh.length - taken.length,
  };
}

/** Numbers that stand in more than one row: slips, or two containers under one number, a known way of smuggling. */
export function repeatedContainers(block: Block, rows: readonly JsonObject[]): readonly string[] {
  const field = containerField(block);
  const numbers = field === undefined ? [] : rows.map((row) => numberOf(row.get(field.name)));
  return [...new Set(numbers.filter((number, place) => number !== "" && numbers.indexOf(number) < place))];
}

function numbersIn(pasted: string): readonly string[] {
  const found = westernDigits(pasted.slice(0, MAX_PASTED)).toUpperCase().match(CONTAINER) ?? [];
  return found.map((number) => number.replace(/[^A-Z0-9]/g, ""));
}

function numberOf(answer: JsonValue | undefined): string {
  return typeof answer === "string" ? answer : partText(answer, AS_SEEN);
}

/** What containers of one consignment have in common: codes, not numbers. */
function sharedAnswers(block: Block, row: JsonObject | undefined): JsonObject {
  const codes = block.fields.filter((field) => field.kind.type === "code").map((field) => field.name);
  return new Map([...(row ?? new Map<string, JsonValue>())].filter(([name]) => codes.includes(name)));
}
