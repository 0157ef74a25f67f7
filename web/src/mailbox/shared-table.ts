/** What the items of a page share, each written once: at most 256 of a kind, named by one byte. */

import { hex, type Bytes } from "../bytes";
import { opaque, uint, vector, type Reader } from "../codec";
import { MalformedError, UsageError } from "../errors";

const MOST = 256;
const MAX_LETTERS = 4096; // of a call with so many arguments every engine makes a string; of 160,000 none does

/** Being filled while its page is written. */
export class Table {
  readonly #places = new Map<string, number>();
  readonly #rows: Bytes[] = [];

  /** The byte that names `row`. @throws UsageError there are too many. */
  place(row: Bytes): Bytes {
    const name = nameOf(row);
    let place = this.#places.get(name);
    if (place === undefined) {
      place = this.#rows.length;
      if (place >= MOST) {
        throw new UsageError(`a page has no more than ${MOST} items to share something`);
      }
      this.#places.set(name, place);
      this.#rows.push(row);
    }
    return uint(place, 1);
  }

  encoded(): Bytes {
    return vector(this.#rows.map(opaque));
  }
}

/** Its bytes as letters, since it is asked for with every arrival, 256 times; what is longer than that in hexadecimal. */
function nameOf(row: Bytes): string {
  return row.length <= MAX_LETTERS ? String.fromCharCode(...row) : hex(row);
}

/** @throws MalformedError anything that `Table.encoded` does not write. */
export function readTable(reader: Reader): readonly Bytes[] {
  const rows = reader.vector((inner) => inner.opaque());
  if (rows.length > MOST || new Set(rows.map(hex)).size !== rows.length) {
    throw new MalformedError("a page shares something twice, or too much");
  }
  return rows;
}
