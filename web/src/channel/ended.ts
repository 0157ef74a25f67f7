/**
 * Leaving the group that a restart ended (rule C11).
 *
 *     read to the cut -> set aside what is behind it -> ended, with what we said behind it to be said again -> a Welcome
 *
 * What was readable stays as it was delivered. What cannot be read any more is set aside with the reason "restarted", so
 * that nobody waits for it; its authors send it again. What the relay does not show up to the cut nobody sends again: one
 * entry in the quarantine says which places that are.
 */

import { hex } from "../bytes";
import { restartAfter } from "../ledger/channel";
import type { Restart } from "../ledger/bodies";
import { HASH_BYTES } from "../ledger/sizes";
import type { LogEntry } from "../relay/channel-routes";
import { RelayRefuses } from "../relay/relay-client";
import { EntriesWithheld, LogContradicted, LogGap, LogRolledBack } from "./errors";
import type { Quarantined } from "./events";
import type { Host } from "./host";
import { judgeWithEvidence, nextPage } from "./log-pages";
import { placeOf } from "./receiving";
import { wasStalledBy } from "./rejecting";
import { sentAgain } from "./sent";
import { channelKey, Standing, type ChannelSession } from "./session";
import { take } from "./taking";

/** What ended the session's group, by the ledger that we hold. */
export function restartOf(host: Host, session: ChannelSession): Restart | null {
  const channel = host.operation(session.operation).ledger.channels.get(hex(session.channel));
  return channel === undefined ? null : restartAfter(channel, session.generation);
}

/** The session as it is, or ended for good; may be repeated after any fault. @throws Unavailable the relay, for now. */
export async function leaveIfOver(host: Host, session: ChannelSession): Promise<ChannelSession> {
  const restart = restartOf(host, session);
  if (restart === null || session.standing === Standing.ended) {
    return session;
  }
  const cut = Number(restart.cutSequence);
  const { session: reached, missed } = await readAll(host, session, cut);
  const ended = { ...reached, standing: Standing.ended, staged: null, outbox: new Map() };
  const again = await sentAgain(host, reached, cut);
  await host.write(again, missed === null ? { session: ended } : { session: ended, event: missed });
  return ended;
}

interface Reached {
  readonly session: ChannelSession;
  readonly missed: Quarantined | null;
}

async function readAll(host: Host, session: ChannelSession, cut: number): Promise<Reached> {
  try {
    return { session: await passOverRest(host, await readTo(host, session, cut)), missed: null };
  } catch (error) {
    if (!isUnreadable(error)) {
      throw error;
    }
  }
  const reached = host.sessions.get(channelKey(session.operation, session.channel)) ?? session;
  const isStalled = await wasStalledBy(host, reached, reached.sequence + 1);
  return { session: reached, missed: missedFrom(reached, reached.sequence + (isStalled ? 2 : 1), cut) };
}

/** The relay does not show the ended log to us as it was: it may have lost it, which may be why the unit restarts. */
function isUnreadable(error: unknown): boolean {
  const refusals: ReadonlySet<string> = new Set(["not_found", "log_diverged"]);
  return (
    error instanceof LogContradicted ||
    error instanceof LogGap ||
    error instanceof LogRolledBack ||
    error instanceof EntriesWithheld ||
    (error instanceof RelayRefuses && refusals.has(error.code))
  );
}

/**
 * What counts and was not shown to us: up to the cut nobody sends anything again.
 *
 * `first` is behind the Commit that stalled us: that one is set aside already, with the rule that it broke.
 */
function missedFrom(session: ChannelSession, first: number, cut: number): Quarantined | null {
  if (first > cut) {
    return null;
  }
  const { operation, channel, generation } = session;
  const logHash = new Uint8Array(HASH_BYTES); // nobody showed it
  return {
    kind: "quarantined",
    place: { operation, channel, generation, sequence: first, logHash, epoch: session.group.epoch },
    reason: "restarted",
    detail: `the relay does not show log entries ${first} to ${cut}, which count: ask the members what they say`,
    message: new Uint8Array(0),
    account: null,
  };
}

/** Everything up to the cut counts: it is taken in as ever, if this device still can. */
async function readTo(host: Host, session: ChannelSession, cut: number): Promise<ChannelSession> {
  let now = session;
  while (now.standing === Standing.live && now.sequence < cut) {
    const page = await nextPage(host, now);
    await judgeWithEvidence(host, now, page);
    if (page.entries.length === 0) {
      throw new LogRolledBack(`the relay's log ends at ${now.sequence}, before the cut at ${cut}`);
    }
    for (const entry of page.entries.slice(0, cut - now.sequence)) {
      now = await take(host, now, entry, null);
      if (now.standing !== Standing.live) {
        break;
      }
    }
  }
  return now;
}

async function passOverRest(host: Host, session: ChannelSession): Promise<ChannelSession> {
  let now = session;
  for (;;) {
    const page = await nextPage(host, now);
    await judgeWithEvidence(host, now, page);
    if (page.entries.length === 0) {
      return now;
    }
    for (const entry of page.entries) {
      now = await passOver(host, now, entry);
    }
  }
}

async function passOver(host: Host, session: ChannelSession, entry: LogEntry): Promise<ChannelSession> {
  const { at } = placeOf(session, entry);
  const { sequence, logHash } = at;
  const after = { ...session, sequence, logHash, staged: null, outbox: new Map() };
  const aside: Quarantined = {
    kind: "quarantined",
    place: { ...at, epoch: entry.epoch },
    reason: "restarted",
    detail: "the channel was restarted before this could be read: its author sends it again",
    message: entry.message,
    account: null,
  };
  const isKnown = await wasStalledBy(host, session, entry.sequence); // set aside already, with the rule that it broke
  await host.write(new Map(), isKnown ? { session: after } : { session: after, event: aside });
  return after;
}
