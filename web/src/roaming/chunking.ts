/**
 * Long values in pieces that survive a change elsewhere in the value: a tree in which one path changed costs that path.
 *
 * Pieces end where the content says so, as in `cencomm/client/roaming/chunking.py`: after 0x5a and a byte below 0x40.
 */

import type { Bytes } from "../bytes";

export const LEAST_BYTES = 512;
export const MOST_BYTES = 4096;
const MARK = 0x5a;
const BELOW = 0x40; // so a mark is met once in 1,024 random bytes: pieces of 1.5 KiB on average

/** Pieces of `content`, in order, each of LEAST_BYTES (the last perhaps less) to MOST_BYTES. */
export function cut(content: Bytes): readonly Bytes[] {
  const pieces: Bytes[] = [];
  let start = 0;
  for (const end of [...marks(content), content.length]) {
    while (end - start > MOST_BYTES) {
      pieces.push(content.slice(start, start + MOST_BYTES));
      start += MOST_BYTES;
    }
    if (end - start >= LEAST_BYTES || (end === content.length && end > start)) {
      pieces.push(content.slice(start, end));
      start = end;
    }
  }
  return pieces;
}

/** Where a mark ends. Two never overlap, since a byte below 0x40 begins none. */
function* marks(content: Bytes): Generator<number> {
  for (let at = content.indexOf(MARK); at >= 0; at = content.indexOf(MARK, at + 1)) {
    const next = content[at + 1];
    if (next !== undefined && next < BELOW) {
      yield at + 2;
    }
  }
}
