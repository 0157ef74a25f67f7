/**
 * What this device sent and the log shows, kept in case a restart cuts it off (rule C11, ADR 0012).
 *
 * What was sent behind the cut counts no more, and only its author can say it again: the same signed bytes under the
 * same message id. Kept until a later Commit is confirmed: it was followed here, and time passed in which a member that
 * cannot follow it could say so. Following it oneself confirms nothing: a hostile Commit may hold good secrets for some.
 */

import { concat, hex, type Bytes } from "../bytes";
import { decode, fixed, uint } from "../codec";
import { encodeSigned, readSigned, type Signed } from "../forms/signed";
import { SEND_ID_BYTES } from "../ledger/sizes";
import type { Writes } from "../store/state-store";
import type { ChannelEvent, Place } from "./events";
import type { Host } from "./host";
import { encodePosting, postingKey } from "./outbox";
import type { ChannelSession, LogPlace } from "./session";

const PREFIX = "sent/";
const KEEP_SECONDS = 7 * 24 * 3600; // coordinators who were away for a weekend and a day find a bad Commit of Friday
const MAX_KEPT = 2_000; // of a channel, once a later Commit was followed; about a month of the busiest post
const MESSAGE_ID_BYTES = 16;

interface Kept {
  readonly key: string;
  readonly generation: number;
  readonly sequence: number;
  readonly at: number; // seconds, by our clock
  readonly message: Bytes;
  readonly signed: Signed;
}

/** What keeps the message of `event`, if it is ours. `now` in seconds. */
export function keptWrites(event: ChannelEvent, now: number): Writes {
  if ((event.kind !== "message" && event.kind !== "control") || !event.own) {
    return new Map();
  }
  const message = event.kind === "message" ? event.envelope.message : event.control.message;
  const value = concat(uint(now, 8), fixed(message, MESSAGE_ID_BYTES), encodeSigned(event.signed));
  return new Map([[keptKey(event.place), value]]);
}

/** What is sent in an ended generation becomes: behind the cut a posting, up to it nothing that has to be kept. */
export async function sentAgain(host: Host, log: LogPlace, cut: number): Promise<Writes> {
  const writes = new Map<string, Bytes | null>();
  for (const kept of await load(host, log)) {
    if (kept.generation !== log.generation) {
      continue;
    }
    writes.set(kept.key, null);
    if (kept.sequence > cut) {
      const { operation, channel } = log;
      const { message, signed } = kept;
      const posting = { operation, channel, sendId: host.entropy(SEND_ID_BYTES), message, signed };
      writes.set(postingKey(posting), encodePosting(posting));
    }
  }
  return writes;
}

/** Forget what no restart needs any more: said before the Commit that began this epoch, and long ago or too much. */
export async function bury(host: Host, session: ChannelSession): Promise<void> {
  const confirmed = (await load(host, session)).filter(
    (kept) => kept.generation < session.generation || kept.sequence < session.epochBeganAt,
  );
  const before = host.now() - KEEP_SECONDS;
  const gone = confirmed.filter((kept, place) => kept.at < before || place < confirmed.length - MAX_KEPT);
  if (gone.length > 0) {
    await host.write(new Map(gone.map((kept) => [kept.key, null])));
  }
}

/** In log order. */
async function load(host: Host, log: LogPlace): Promise<readonly Kept[]> {
  return (await host.store.scan(prefixOf(log))).map(([key, value]) => readKept(key, value));
}

function readKept(key: string, value: Bytes): Kept {
  const [generation, sequence] = key.split("/").slice(-2).map(Number) as [number, number];
  const told = decode(value, (reader) => ({
    at: Number(reader.uint64()),
    message: reader.fixed(MESSAGE_ID_BYTES),
    signed: readSigned(reader),
  }));
  return { key, generation, sequence, ...told };
}

function prefixOf(log: Pick<LogPlace, "operation" | "channel">): string {
  return `${PREFIX}${hex(log.operation)}/${hex(log.channel)}/`;
}

function keptKey(place: Place): string {
  const [generation, sequence] = [String(place.generation).padStart(8, "0"), String(place.sequence).padStart(16, "0")];
  return `${prefixOf(place)}${generation}/${sequence}`;
}
