/**
 * A log as anybody entitled to the channel can read it: order, hashes, anchors, no content.
 *
 * Read backwards from a hash that we verified ourselves, page for page: where the chain over a page ends in the hash
 * that is known, the page is the genuine one, and the hash before it is known too. So neither the relay nor a server of
 * history is believed in anything, and no more is read than what is asked for (docs/protocol.md section 6.3).
 */

import { concat, equal, type Bytes } from "../bytes";
import { EntriesWithheld, LogContradicted } from "../channel/errors";
import type { Place } from "../channel/events";
import { kindOf } from "../channel/receiving";
import type { LogPlace } from "../channel/session";
import { decode, fixed, opaque, uint, vector, type Reader } from "../codec";
import { MalformedError, ProtocolError } from "../errors";
import { ANCHOR_BYTES, decodeAnchor } from "../ledger/anchor";
import { LogKind, readKind } from "../ledger/kinds";
import { logHash } from "../ledger/log";
import { HASH_BYTES } from "../ledger/sizes";
import { framingOfApplication, framingOfCommit, type Framing } from "../mls/framing";
import type { ChannelRelay, LogEntry } from "../relay/channel-routes";

export const SEGMENT_ENTRIES = 500; // read at once: a page of the relay's
const NO_ANCHOR = new Uint8Array(0);

/** One entry from its framing alone. `anchor` is its authenticated data, empty for what is no message of ours. */
export interface LoggedEntry {
  readonly sequence: number;
  readonly kind: LogKind;
  readonly epoch: bigint;
  readonly logHash: Bytes;
  readonly anchor: Bytes;
}

/** The ledger head that an entry names; null when there is no anchor in it. */
export function anchoredAt({ anchor }: LoggedEntry): number | null {
  try {
    return Number(decodeAnchor(anchor).ledgerSequence); // judged against a ledger that we hold before anything rests on it
  } catch (error) {
    if (error instanceof MalformedError) {
      return null;
    }
    throw error;
  }
}

/** Where an entry of that log stands. */
export function placeIn({ operation, channel, generation }: LogPlace, entry: LoggedEntry): Place {
  const { sequence, logHash: digest, epoch } = entry;
  return { operation, channel, generation, sequence, logHash: digest, epoch };
}

/**
 * Entry `last`, whose log hash is known to be `lastHash`, and all before it: newest segment first.
 *
 * @throws LogContradicted the relay shows entries that do not lead to the hash.
 * @throws EntriesWithheld it shows fewer than there are.
 * @throws Unavailable, RelayRefuses it does not answer, or not to us.
 */
export async function* readBackwards(
  relay: Pick<ChannelRelay, "log">,
  log: LogPlace,
  last: number,
  lastHash: Bytes,
): AsyncGenerator<readonly LoggedEntry[]> {
  let [end, endHash] = [last, lastHash];
  while (end > 0) {
    const after = Math.max(0, end - SEGMENT_ENTRIES);
    const { previous, entries } = await readSegment(relay, log, after, end);
    if (!equal(entries.at(-1)?.logHash ?? previous, endHash)) {
      throw new LogContradicted(`the relay shows another log before entry ${end} than its members followed`);
    }
    yield entries;
    [end, endHash] = [after, previous];
  }
}

interface Segment {
  readonly previous: Bytes; // the hash before it, by the relay's word
  readonly entries: readonly LoggedEntry[];
}

/** The entries behind `after` up to `end`, each with its hash if what is before them is what the relay says. */
async function readSegment(
  relay: Pick<ChannelRelay, "log">,
  log: LogPlace,
  after: number,
  end: number,
): Promise<Segment> {
  const entries: LoggedEntry[] = [];
  let previous: Bytes | null = null;
  for (let at = after; at < end; at = after + entries.length) {
    const page = await relay.log(log, { after: at, limit: end - at });
    previous ??= page.previous;
    if (page.entries.length === 0) {
      throw new EntriesWithheld(`the relay's log ends at ${at}, it went on to ${end}`);
    }
    for (const entry of page.entries.slice(0, end - at)) {
      if (entry.sequence !== after + entries.length + 1) {
        throw new LogContradicted("the relay shows a log with gaps: tell the unit");
      }
      entries.push(outlined(log, entry, entries.at(-1)?.logHash ?? previous));
    }
  }
  return { previous: previous ?? new Uint8Array(HASH_BYTES), entries };
}

function outlined(log: LogPlace, entry: LogEntry, before: Bytes): LoggedEntry {
  const { sequence, message } = entry;
  const kind = kindOf(entry);
  const framing = framingOf(kind, message);
  const anchor = framing?.authenticatedData ?? NO_ANCHOR;
  return {
    sequence,
    kind,
    epoch: framing?.epoch ?? 0n,
    logHash: logHash(log, before, sequence, kind, message),
    anchor: anchor.length === ANCHOR_BYTES ? anchor : NO_ANCHOR,
  };
}

/** null: it is no message of our profile (C2). The log may hold that; nobody took it in. */
function framingOf(kind: LogKind, message: Bytes): Framing | null {
  try {
    return kind === LogKind.commit ? framingOfCommit(message) : framingOfApplication(message);
  } catch (error) {
    if (error instanceof ProtocolError) {
      return null;
    }
    throw error;
  }
}

export function encodeOutline(entries: readonly LoggedEntry[]): Bytes {
  return vector(
    entries.map((entry) =>
      concat(
        uint(entry.sequence, 8),
        uint(entry.kind, 1),
        uint(entry.epoch, 8),
        fixed(entry.logHash, HASH_BYTES),
        opaque(entry.anchor),
      ),
    ),
  );
}

/** @throws MalformedError anything that `encodeOutline` does not write. */
export function decodeOutline(data: Bytes): readonly LoggedEntry[] {
  return decode(data, (reader) => reader.vector(readLogged));
}

function readLogged(reader: Reader): LoggedEntry {
  return {
    sequence: Number(reader.uint64()),
    kind: readKind(reader, LogKind, "LogKind"),
    epoch: reader.uint64(),
    logHash: reader.fixed(HASH_BYTES),
    anchor: reader.opaque(ANCHOR_BYTES),
  };
}
