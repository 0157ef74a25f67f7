/**
 * What every type of field does, so that a new type is one new file.
 *
 * Kind: how a field was declared              Answer: one value that was checked
 *   options()  as the form writes it            json    as it travels
 *   parse()    JSON -> Answer, or faults        show()  for people, in the reader's language
 */

import type { JsonObject, JsonValue } from "../canonical-json";
import type { CodeLists } from "../code-list";
import type { Fault, FaultCode } from "../fault";
import type { Tongue } from "../tongue";

const MAX_FAULTS = 100; // nobody corrects more at once, and a hostile report shall not fill the memory with them

/** What a form writes beside the shared keys of a field: limits, a list. Defaults are left out. */
export type Options = readonly (readonly [string, JsonValue])[];

export interface Answer {
  readonly json: JsonValue;
  show(tongue: Tongue): string;
}

export interface KindOf<Type extends string> {
  readonly type: Type;
  /** Whether people write here in a language of their own, which is shown as it is. */
  readonly ownWords: boolean;
  options(): Options;
  /** The answer, or null after faults. */
  parse(value: JsonValue, spot: Spot): Answer | null;
}

/** Where in a report a value stands, and what it is judged by. */
export class Spot {
  constructor(
    readonly path: string,
    readonly faults: Fault[],
    readonly lists: CodeLists,
    readonly row: JsonObject,
    readonly onDate: string, // ISO date that the report is about: codes are valid or not on it
    readonly tomorrow: string, // ISO date, the day after the one in UTC on which the report was written
  ) {}

  /** The spot of `name`, which stands in `row`, beneath this one. */
  at(name: string, row: JsonObject): Spot {
    const path = this.path === "" ? name : `${this.path}.${name}`;
    return new Spot(path, this.faults, this.lists, row, this.onDate, this.tomorrow);
  }

  /** Records a fault of this value, or of one of its parts; null, for callers that return the answer. */
  fault(code: FaultCode, part = "", facts: Readonly<Record<string, string | number>> = {}): null {
    if (this.faults.length < MAX_FAULTS) {
      const path = [this.path, part].filter((step) => step !== "").join(".");
      const told = Object.entries(facts).map(([name, fact]) => [name, String(fact)] as const);
      this.faults.push({ path, code, facts: Object.fromEntries(told) });
    }
    return null;
  }
}
