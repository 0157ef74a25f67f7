/**
 * Taking in the next entry of a channel's log: order and hash chain, Commits under the ledger's rules, messages.
 *
 *     entry --chain (S1)--> commit ------> staged by us? adopt (S3)
 *                                          else process, judge the resulting tree (C2-C6), adopt or stall
 *                           application -> own row? settle (S3)
 *                                          else decrypt, anchor (C1), commitment (S7), signature and author (S8)
 *
 * A message that cannot be taken is set aside with a reason and the log goes on. What is missing on *our* side (ledger
 * entries that an anchor names) is thrown as LedgerBehind and nothing moves: fetch, then call again.
 */

import { MalformedError, UsageError } from "../errors";
import { LogKind } from "../ledger/kinds";
import { logHash } from "../ledger/log";
import type { LogEntry } from "../relay/channel-routes";
import { receiveCommit } from "./commits";
import { LogGap } from "./errors";
import type { ChannelEvent, Place } from "./events";
import { receiveApplication } from "./messages";
import { Standing, type ChannelSession } from "./session";
import type { Witness } from "./witness";

/** A session after an entry, and what the entry brought. */
export interface Received {
  readonly session: ChannelSession;
  readonly event: ChannelEvent;
}

/**
 * The session after exactly this entry, and what it brought.
 *
 * @throws LogGap not the entry that follows; read the log from `session.sequence`.
 * @throws LedgerBehind fetch the ledger, then call again; nothing was changed.
 */
export async function receive(session: ChannelSession, entry: LogEntry, witness: Witness): Promise<Received> {
  if (session.standing !== Standing.live) {
    throw new UsageError("this device processes nothing more in the channel");
  }
  const place = placeOf(session, entry);
  return place.kind === LogKind.commit
    ? receiveCommit(session, entry.message, witness, place.at)
    : receiveApplication(session, entry.message, witness, place.at);
}

/**
 * Where an entry stands that follows on the session's own place.
 *
 * @throws LogGap it does not follow.
 * @throws MalformedError it is of no kind that this protocol knows.
 */
export function placeOf(session: ChannelSession, entry: LogEntry): { readonly kind: LogKind; readonly at: Place } {
  const { operation, channel, generation, sequence } = session;
  if (entry.sequence !== sequence + 1) {
    throw new LogGap(sequence + 1, entry.sequence);
  }
  const kind = kindOf(entry);
  const logHashHere = logHash(session, session.logHash, entry.sequence, kind, entry.message);
  const { epoch } = session.group;
  return { kind, at: { operation, channel, generation, sequence: entry.sequence, logHash: logHashHere, epoch } };
}

/** @throws MalformedError a kind that version 1 does not know. */
export function kindOf(entry: LogEntry): LogKind {
  if (entry.kind !== LogKind.commit && entry.kind !== LogKind.application) {
    throw new MalformedError(`log entry ${entry.sequence} is of no kind that this program knows`);
  }
  return entry.kind;
}
