/**
 * What the officer did with each message, as two bits beside its number in the journal.
 *
 * A row holds the marks of 256 numbers: ten thousand messages that were read are forty small rows at the next opening,
 * not ten thousand.
 */

import type { Bytes } from "../bytes";
import { MalformedError } from "../errors";
import type { Marks } from "./views";

export const MARKS_PREFIX = "marks/";
const NUMBERS = 256; // in a row
const BITS = { read: 1, flagged: 2 } as const;

/** By row: two bits for each number. Immutable. */
export class MarkBook {
  private constructor(private readonly rows: ReadonlyMap<string, Bytes>) {}

  /** @throws MalformedError rows that `set` does not make. */
  static of(rows: readonly (readonly [string, Bytes])[]): MarkBook {
    if (rows.some(([, row]) => row.length !== NUMBERS)) {
      throw new MalformedError(`a row of marks has ${NUMBERS} bytes`);
    }
    return new MarkBook(new Map(rows));
  }

  of(number: number): Marks {
    const bits = this.rows.get(rowOf(number))?.[number % NUMBERS] ?? 0;
    return { read: (bits & BITS.read) !== 0, flagged: (bits & BITS.flagged) !== 0 };
  }

  /** The book with these marks, and the row to write. */
  set(number: number, marks: Marks): { readonly book: MarkBook; readonly key: string; readonly row: Bytes } {
    const key = rowOf(number);
    const row = this.rows.get(key)?.slice() ?? new Uint8Array(NUMBERS);
    row[number % NUMBERS] = (marks.read ? BITS.read : 0) | (marks.flagged ? BITS.flagged : 0);
    return { book: new MarkBook(new Map(this.rows).set(key, row)), key, row };
  }
}

function rowOf(number: number): string {
  return MARKS_PREFIX + String(Math.floor(number / NUMBERS)).padStart(9, "0");
}
