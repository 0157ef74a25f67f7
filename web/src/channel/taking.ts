/** One entry of a log, taken in: judged, then kept with its event and with what it changes here (rules S4, C12). */

import type { Bytes } from "../bytes";
import { LogKind } from "../ledger/kinds";
import { LedgerBehind } from "../ledger/refusal";
import type { LogEntry } from "../relay/channel-routes";
import { judgeContent } from "./content";
import { EntriesWithheld } from "./errors";
import { heardWrites } from "./freshness";
import type { AttestedLogHead, Host } from "./host";
import { readmittedWrites } from "./readmission";
import { receive, type Received } from "./receiving";
import { rejectCommit, sendRejections } from "./rejecting";
import { keptWrites } from "./sent";
import { channelKey, type ChannelSession } from "./session";
import { logHashKey, logHeadKey } from "./session-rows";

const MARKS = 64; // beginnings of epochs whose hashes are kept

/**
 * One entry: judged, written with its event and the relay's word on it, adopted.
 *
 * A fault of ours throws and moves nothing, in memory either.
 *
 * @throws EntriesWithheld a member stands on ledger entries that the relay does not show us.
 */
export async function take(
  host: Host,
  session: ChannelSession,
  entry: LogEntry,
  head: AttestedLogHead | null,
): Promise<ChannelSession> {
  const hashes = hashesOf(host, session);
  const { session: after, event: received } = await judged(host, session, entry, hashes);
  const { event, writes } = await judgeContent(host, received);
  const heard = await heardWrites(host.store, event, host.now());
  const kept = new Map<string, Bytes | null>([...keptWrites(received, host.now()), ...writes, ...heard]);
  if (event.kind === "epoch") {
    const again = readmittedWrites(session, entry.message, host.certificates, host.now());
    again.forEach((value, key) => kept.set(key, value));
  }
  const isFurther = after.sequence > session.sequence;
  const forgotten = isFurther && entry.kind === LogKind.commit ? outlived(hashes, session) : [];
  forgotten.forEach((old) => kept.set(logHashKey(after, old), null));
  if (isFurther) {
    kept.set(logHashKey(after, after.sequence), after.logHash);
  }
  if (head !== null) {
    kept.set(logHeadKey(session), head.encoded);
  }
  if (event.kind === "stalled") {
    rejectCommit(host, after, event).forEach((value, key) => kept.set(key, value));
  }
  await host.write(kept, { session: after, event });
  if (isFurther) {
    forgotten.forEach((old) => hashes.delete(old));
    hashes.set(after.sequence, after.logHash);
  }
  if (head !== null) {
    host.logHeads.set(channelKey(session.operation, session.channel), head);
  }
  if (event.kind === "stalled") {
    await sendRejections(host);
  }
  return after;
}

async function judged(
  host: Host,
  session: ChannelSession,
  entry: LogEntry,
  logHashes: ReadonlyMap<number, Bytes>,
): Promise<Received> {
  const judge = (): Promise<Received> => {
    const { ledger } = host.operation(session.operation);
    return receive(session, entry, { ledger, logHashes, certificates: host.certificates });
  };
  try {
    return await judge();
  } catch (error) {
    if (!(error instanceof LedgerBehind)) {
      throw error;
    }
  }
  await host.followLedger(session.operation);
  try {
    return await judge();
  } catch (error) {
    if (error instanceof LedgerBehind) {
      throw new EntriesWithheld(`a member stands on ledger entry ${error.needed}, not shown to us`);
    }
    throw error;
  }
}

function hashesOf(host: Host, session: ChannelSession): Map<number, Bytes> {
  const key = channelKey(session.operation, session.channel);
  const held = host.logHashes.get(key) ?? new Map([[session.sequence, session.logHash]]);
  host.logHashes.set(key, held);
  return held;
}

/**
 * Hashes of the epoch that a Commit ended: no view of a later message lies before it (C1).
 *
 * Those at which epochs began stay for a while: where the relay's log lost its tail, the newest of them that it still
 * has is the last common place (H4).
 */
function outlived(hashes: ReadonlyMap<number, Bytes>, session: ChannelSession): readonly number[] {
  const held = [...hashes.keys()];
  const beginnings = held.filter((old) => old <= session.epochBeganAt).sort((a, b) => a - b);
  return [...held.filter((old) => old > session.epochBeganAt), ...beginnings.slice(0, -MARKS)];
}
