/**
 * What the cold rows add up to, by the first bits of their names, in a row of its own (docs/protocol.md section 7.1).
 *
 * With it the seal is judged without the names of all cold rows, which for ten thousand messages are two megabytes; and
 * that a cold row is there, or is not, is seen from the names of its bucket.
 */

import type { Bytes } from "../bytes";
import { concat } from "../bytes";
import { decode, type Reader } from "../codec";
import { MalformedError } from "../errors";
import { MailboxAltered } from "./errors";
import { encodeTally, NO_ROWS, readTally, type MailboxSealing, type SealedRow, type Tally } from "./sealing";

export const COLD_TALLIES_KEY = "cold-tallies";
export const BUCKETS = 64; // of 10,000 messages each lists 300 names: 33 kB, a second at 400 kbit/s
const NAMES_IN_FIRST_BYTE = 256 / BUCKETS;
const NAME_BYTES = 32;

/** By bucket. */
export type ColdTallies = readonly Tally[];

export const NO_COLD_ROWS: ColdTallies = Array.from({ length: BUCKETS }, () => NO_ROWS);

export function bucketOf(name: Bytes): number {
  return Math.floor((name[0] ?? 0) / NAMES_IN_FIRST_BYTE);
}

/** The names of a bucket: those behind `after` (null: from the first on), up to `until`. */
export function namesOf(bucket: number): { readonly after: Bytes | null; readonly until: Bytes; readonly longest: null } {
  return { after: bucket === 0 ? null : last(bucket - 1), until: last(bucket), longest: null };
}

/** The tallies after cold rows came and went; the same where none did. */
export function changeCold(
  sealing: MailboxSealing,
  tallies: ColdTallies,
  added: readonly SealedRow[],
  gone: readonly SealedRow[],
): ColdTallies {
  const [come, go] = [added.filter((row) => row.cold), gone.filter((row) => row.cold)];
  if (come.length === 0 && go.length === 0) {
    return tallies;
  }
  const of = (rows: readonly SealedRow[], bucket: number): SealedRow[] => rows.filter((row) => bucketOf(row.name) === bucket);
  return tallies.map((tally, bucket) => sealing.change(tally, of(come, bucket), of(go, bucket)));
}

export function encodeColdTallies(tallies: ColdTallies): Bytes {
  return concat(...tallies.map(encodeTally));
}

/** @throws MailboxAltered anything that `encodeColdTallies` does not write. */
export function decodeColdTallies(data: Bytes): ColdTallies {
  try {
    return decode(data, (reader: Reader) => Array.from({ length: BUCKETS }, () => readTally(reader)));
  } catch (error) {
    if (error instanceof MalformedError) {
      throw new MailboxAltered("what the mailbox says of its cold rows is not as this program writes it");
    }
    throw error;
  }
}

function last(bucket: number): Bytes {
  const name = new Uint8Array(NAME_BYTES).fill(0xff);
  name[0] = (bucket + 1) * NAMES_IN_FIRST_BYTE - 1;
  return name;
}
