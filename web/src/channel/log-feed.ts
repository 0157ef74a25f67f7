/** Channels, kept in step with the relay's log: each entry in order, each with its event, each in one write. */

import { equal, type Bytes } from "../bytes";
import { sha256 } from "../primitives/hashes";
import type { LogEntry, LogPage } from "../relay/channel-routes";
import { leaveIfOver, restartOf } from "./ended";
import { enter } from "./entrance";
import type { AttestedLogHead, Host } from "./host";
import { judgeWithEvidence, nextPage } from "./log-pages";
import { bury } from "./sent";
import { channelKey, Standing, type ChannelSession } from "./session";
import { askToBeLetIn } from "./shut-out";
import { askAgain } from "./stranded";
import { take } from "./taking";

/**
 * Take in everything that the relay's log holds beyond our position; enter the channel first if we can.
 *
 * The caller holds the mailbox's lock. What stops it (a line, a rule) leaves what was taken in before it taken in.
 */
export async function followLog(host: Host, operation: Bytes, channel: Bytes): Promise<void> {
  let session = host.sessions.get(channelKey(operation, channel)) ?? null;
  const beganAt = session?.epochBeganAt ?? 0;
  for (;;) {
    if (session !== null) {
      session = await leaveIfOver(host, session);
    }
    if (session === null || session.standing !== Standing.live) {
      const stopped = session;
      session = await enter(host, operation, channel);
      if (session === null && stopped?.standing === Standing.stranded) {
        await askAgain(host, stopped);
      }
    }
    if (session === null) {
      return;
    }
    if (restartOf(host, session) !== null) {
      continue; // entered, and over already: read to its cut
    }
    const page = await nextPage(host, session);
    const head = await judgeWithEvidence(host, session, page);
    if (isAnothersGroup(session, page)) {
      await host.forgetSession(session); // another's first Commit made the group: theirs is the one (L8)
      session = null;
      continue;
    }
    session = await takePage(host, session, page, head);
    if (session.standing === Standing.live && head.statement.sequence === BigInt(session.sequence)) {
      break;
    }
  }
  if (session.epochBeganAt !== beganAt) {
    await bury(host, session);
  }
}

/**
 * As `followLog`, for a channel that the ledger opens to us. If we cannot enter it, and our leaf stands in it all the
 * same, the members are told (C9, C10).
 *
 * @returns whether we wait to be let in again.
 */
export async function syncChannel(host: Host, operation: Bytes, channel: Bytes): Promise<boolean> {
  await followLog(host, operation, channel);
  switch (host.sessions.get(channelKey(operation, channel))?.standing) {
    case Standing.live:
    case Standing.stalled:
      return false;
    case Standing.stranded:
      return true; // `followLog` said it
    default:
      return askToBeLetIn(host, operation, channel);
  }
}

/**
 * A push is a wake-up: what it carries is signed by nobody, so the entry itself is read from the log.
 *
 * Taken as it comes, one pushed junk Commit would stall the device for good, and a pushed message lead it onto a log
 * that the relay never signed (L4).
 */
export async function noticePush(host: Host, operation: Bytes, channel: Bytes, sequence: number): Promise<void> {
  const session = host.sessions.get(channelKey(operation, channel));
  if (session === undefined || session.standing !== Standing.live || sequence > session.sequence) {
    await followLog(host, operation, channel);
  }
}

/** Whether we made a group that nobody else is in, and the log shows that another's was first. */
function isAnothersGroup(session: ChannelSession, page: LogPage): boolean {
  const [first] = page.entries;
  return session.sequence === 0 && first !== undefined && !isOurs(session, first);
}

function isOurs(session: ChannelSession, entry: LogEntry): boolean {
  return session.staged !== null && equal(sha256(session.staged.message), sha256(entry.message));
}

/** Where the page led: to its end, or to the entry with which the session is over. */
async function takePage(
  host: Host,
  session: ChannelSession,
  page: LogPage,
  head: AttestedLogHead,
): Promise<ChannelSession> {
  const last = page.entries.at(-1);
  let now = session;
  for (const entry of page.entries) {
    now = await take(host, now, entry, entry === last ? head : null);
    if (now.standing !== Standing.live) {
      break;
    }
  }
  return now;
}
