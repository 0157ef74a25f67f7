/** Pages of a channel's log as the relay shows them: on our chain, and borne out by its signed head (rules S1, L4). */

import { equal, type Bytes } from "../bytes";
import { logHash } from "../ledger/log";
import { logsContradict, verifyLogHead } from "../ledger/statements";
import { ChannelRoutes, type LogPage } from "../relay/channel-routes";
import { RelayRefuses } from "../relay/relay-client";
import { EntriesWithheld, LogContradicted, LogGap, LogRolledBack } from "./errors";
import type { AttestedLogHead, Host } from "./host";
import { kindOf } from "./receiving";
import { channelKey, type ChannelSession } from "./session";
import { evidenceKey } from "./session-rows";

/** What follows on the session's place. @throws LogContradicted the relay's log is not the one that we followed. */
export async function nextPage(host: Host, session: ChannelSession): Promise<LogPage> {
  try {
    return await new ChannelRoutes(host.relay).log(session, { after: session.sequence, hash: session.logHash });
  } catch (error) {
    if (!(error instanceof RelayRefuses) || error.code !== "log_diverged") {
      throw error;
    }
  }
  // Its word alone convicts nobody: have it sign how long its log is.
  const page = await new ChannelRoutes(host.relay).log(session, { after: 0, limit: 1 });
  judgeLogHead(host, session, page);
  await keepEvidence(host, session, page);
  throw new LogContradicted("the relay's log is not the one that this device followed: tell the unit");
}

/** As `judgePage`; what contradicts itself is kept first. */
export async function judgeWithEvidence(host: Host, session: ChannelSession, page: LogPage): Promise<AttestedLogHead> {
  try {
    return judgePage(host, session, page);
  } catch (error) {
    if (error instanceof LogContradicted) {
      await keepEvidence(host, session, page);
    }
    throw error;
  }
}

/**
 * The relay's signed head, to which the page leads from our position, as far as it goes.
 *
 * Judged before any of its entries is taken, so that a lie brings nothing in.
 *
 * @throws LogContradicted it signs what is not on the chain that we followed and that it shows.
 * @throws LogGap the page does not begin where we are.
 * @throws LogRolledBack it shows less than before.
 * @throws EntriesWithheld it signs more than it shows.
 */
function judgePage(host: Host, session: ChannelSession, page: LogPage): AttestedLogHead {
  const head = judgeLogHead(host, session, page);
  const chain = new Map([[session.sequence, session.logHash]]);
  let [last, digest] = [session.sequence, session.logHash];
  for (const entry of page.entries) {
    if (entry.sequence !== last + 1) {
      throw new LogGap(last + 1, entry.sequence);
    }
    digest = logHash(session, digest, entry.sequence, kindOf(entry), entry.message);
    last = entry.sequence;
    chain.set(last, digest);
  }
  const stated = head.statement;
  if (stated.sequence < BigInt(last)) {
    throw new LogContradicted("the relay shows entries that it does not sign: keep this, tell the unit");
  }
  const held = chain.get(Number(stated.sequence)) ?? stated.hash;
  if (!equal(page.previous, session.logHash) || !equal(held, stated.hash)) {
    throw new LogContradicted("the relay signs another log than the one that it shows: keep this, tell the unit");
  }
  if (stated.sequence > BigInt(last) && page.entries.length === 0) {
    throw new EntriesWithheld("the relay signs a longer log than it shows");
  }
  return head;
}

/**
 * The head that came with a page is the relay's word on this log, and takes nothing back.
 *
 * @throws LogContradicted it is of another log, or contradicts what the relay signed before.
 * @throws LogRolledBack it is shorter than what this device holds.
 */
function judgeLogHead(host: Host, session: ChannelSession, page: LogPage): AttestedLogHead {
  const { relayKey } = host.operation(session.operation).ledger.charter;
  const statement = verifyLogHead(page.head, relayKey);
  const isOfThisLog =
    equal(statement.operation, session.operation) &&
    equal(statement.channel, session.channel) &&
    statement.generation === session.generation;
  if (!isOfThisLog) {
    throw new LogContradicted("the relay answers with the head of another log");
  }
  const before = headOf(host, session);
  if (before !== undefined && logsContradict(before.statement, statement)) {
    throw new LogContradicted("the relay signed two histories of this channel: keep this, tell the unit");
  }
  if (statement.sequence < BigInt(session.sequence)) {
    throw new LogRolledBack(`the relay's log ends at ${statement.sequence}, this device holds ${session.sequence}`);
  }
  return { encoded: page.head, statement };
}

/** Both statements of the relay, kept before anybody is told (L4). */
async function keepEvidence(host: Host, session: ChannelSession, page: LogPage): Promise<void> {
  const before = headOf(host, session);
  const kept: readonly Bytes[] = before === undefined ? [page.head] : [before.encoded, page.head];
  await host.write(new Map(kept.map((head, number) => [evidenceKey(session, number), head])));
}

function headOf(host: Host, session: ChannelSession): AttestedLogHead | undefined {
  return host.logHeads.get(channelKey(session.operation, session.channel));
}
