/**
 * Which part of each log this device followed itself: the rest is what history may be asked for.
 *
 * Written with every change of a session, in the same apply. As `cencomm/client/history/attendance.py`, without what
 * only servers of history need to know. A mailbox from before this was written asks for what it followed too, and
 * recognizes each message (S4).
 */

import { hex, type Bytes } from "../bytes";
import { Standing, type ChannelSession, type LogPlace } from "../channel/session";
import { decode, fixed, uint } from "../codec";
import { MalformedError } from "../errors";
import { HASH_BYTES } from "../ledger/sizes";
import type { StateStore, Writes } from "../store/state-store";

const ENTERED_PREFIX = "history-entered/";
const LEFT_PREFIX = "history-left/";
const FETCHED_PREFIX = "history-fetched/";

/** Log entries `first` to `last`. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** The Commit by which we came in, and our log hash there: what stands before it was never ours to read. */
export interface Entry {
  readonly sequence: number;
  readonly logHash: Bytes;
}

/** One log as this device followed it, in the order of the log. */
export interface Attendance {
  readonly entered: readonly Entry[];
  readonly left: readonly number[];
  readonly fetched: readonly Span[]; // here by history, or known to be missing
}

/** What is here of entries 1 to `end` neither by following nor by fetching; `position` is how far we are now. */
export function gaps({ entered, left, fetched }: Attendance, end: number, position: number): readonly Span[] {
  const followed = entered.map(({ sequence }) => ({
    first: sequence,
    last: left.find((one) => one >= sequence) ?? position,
  }));
  const here = [...followed, ...fetched].sort((a, b) => a.first - b.first);
  const found: Span[] = [];
  let following = 1;
  for (const span of here) {
    if (span.first > following) {
      found.push({ first: following, last: Math.min(span.first - 1, end) });
    }
    following = Math.max(following, span.last + 1);
  }
  found.push({ first: following, last: end });
  return found.filter((gap) => gap.first <= gap.last);
}

/** What a session's change means for it: we came in, or were left behind. */
export function attendanceWrites(before: ChannelSession | null, after: ChannelSession): Writes {
  const writes = new Map<string, Bytes | null>();
  const isSameLog = before !== null && before.generation === after.generation;
  const wasLive = before?.standing === Standing.live;
  const isLive = after.standing === Standing.live;
  if (before !== null && wasLive && !(isSameLog && isLive)) {
    const last = isSameLog ? after : before;
    writes.set(rowAt(LEFT_PREFIX, last, last.sequence), new Uint8Array(0));
  }
  const cameIn = before === null || !isSameLog || !wasLive || before.epochBeganAt === 0;
  if (isLive && cameIn && after.epochBeganAt > 0) {
    writes.set(rowAt(ENTERED_PREFIX, after, after.epochBeganAt), fixed(after.logHash, HASH_BYTES));
  }
  return writes;
}

/** Entries of `span` are here by history, or are known to be missing. */
export function fetchedWrites(log: LogPlace, span: Span): Writes {
  return new Map([[rowAt(FETCHED_PREFIX, log, span.first), uint(span.last, 8)]]);
}

/** @throws MalformedError the store was written by something else. */
export async function loadAttendance(store: Pick<StateStore, "scan">, log: LogPlace): Promise<Attendance> {
  const rows = async (prefix: string): Promise<readonly (readonly [number, Bytes])[]> => {
    const at = placeOf(prefix, log);
    return (await store.scan(at)).map(([key, value]) => [numberIn(key.slice(at.length)), value]);
  };
  return {
    entered: (await rows(ENTERED_PREFIX)).map(([sequence, logHash]) => ({ sequence, logHash: fixedHash(logHash) })),
    left: (await rows(LEFT_PREFIX)).map(([sequence]) => sequence),
    fetched: (await rows(FETCHED_PREFIX)).map(([first, value]) => ({ first, last: numberOf(value) })),
  };
}

function fixedHash(value: Bytes): Bytes {
  return decode(value, (reader) => reader.fixed(HASH_BYTES));
}

function numberOf(value: Bytes): number {
  return Number(decode(value, (reader) => reader.uint64()));
}

function numberIn(text: string): number {
  if (!/^\d+$/.test(text)) {
    throw new MalformedError("not a place in a log");
  }
  return Number(text);
}

function rowAt(prefix: string, log: LogPlace, sequence: number): string {
  return placeOf(prefix, log) + String(sequence).padStart(16, "0");
}

function placeOf(prefix: string, { operation, channel, generation }: LogPlace): string {
  return `${prefix}${hex(operation)}/${hex(channel)}/${String(generation).padStart(8, "0")}/`;
}
