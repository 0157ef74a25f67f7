/**
 * Code lists: what may stand in a field of type code. What travels is the code; labels are looked up in the reader's
 * language (`code-labels.ts`). The lists that ship are compiled from `templates/codes/` when the client is built.
 */

/** One code. `validFrom` and `validTo` are ISO dates, the first and the last day of use in new reports. */
export interface CodeEntry {
  readonly code: string;
  readonly parent: string | null;
  readonly validFrom: string | null;
  readonly validTo: string | null;
  readonly flags: ReadonlyMap<string, readonly string[]>;
}

/** A list whose codes are unique and whose parents exist, as Python checked when it compiled it. */
export class CodeList {
  readonly #byCode: ReadonlyMap<string, CodeEntry>;

  constructor(
    readonly name: string,
    readonly entries: readonly CodeEntry[],
  ) {
    this.#byCode = new Map(entries.map((entry) => [entry.code, entry]));
  }

  has(code: string): boolean {
    return this.#byCode.has(code);
  }

  get(code: string): CodeEntry | undefined {
    return this.#byCode.get(code);
  }

  /** The wider codes, nearest first; empty for an unknown code. */
  ancestors(code: string): readonly string[] {
    const found: string[] = [];
    let parent = this.#byCode.get(code)?.parent ?? null;
    while (parent !== null && found.length < this.entries.length) {
      found.push(parent);
      parent = this.#byCode.get(parent)?.parent ?? null;
    }
    return found;
  }

  /** Whether a report about `onDate`, an ISO date, may use `code`; of a month or a year one day is enough. */
  valid(code: string, onDate: string): boolean {
    const entry = this.#byCode.get(code);
    if (entry === undefined) {
      return false;
    }
    const digits = onDate.length;
    const begun = entry.validFrom === null || entry.validFrom.slice(0, digits) <= onDate;
    return begun && (entry.validTo === null || onDate <= entry.validTo.slice(0, digits));
  }
}

/** Every list by its name. */
export type CodeLists = ReadonlyMap<string, CodeList>;
