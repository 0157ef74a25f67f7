/**
 * What this device may still ask for, and asking for it (H1, H2). As `cencomm/client/history/asking.py`.
 *
 *     gaps of attendance --log read backwards, H1--> the part that is open --key, outline kept--> request in the channel
 *
 * Nothing is awaited in a turn but the write: a log of thousands of entries is read while the channel goes on.
 */

import { equal, hex, type Bytes } from "../bytes";
import { attemptDelivery, keepControl } from "../channel/posting";
import { channelKey, Standing, type ChannelSession, type LogPlace } from "../channel/session";
import { ControlKind } from "../forms/control";
import { restartAfter } from "../ledger/channel";
import { historyOpensAt } from "../ledger/history";
import { encodeHistoryRequest } from "../ledger/history-request";
import { LogKind } from "../ledger/kinds";
import { REQUEST_ID_BYTES } from "../ledger/sizes";
import { generateKeyPair } from "../primitives/x25519";
import { ChannelRoutes } from "../relay/channel-routes";
import { fetchedWrites, gaps, loadAttendance, type Span } from "./attendance";
import type { HistoryHost } from "./host";
import { anchoredAt, readBackwards, type LoggedEntry } from "./outline";
import { askedWrites, beginWrites, bodyOf, loadAsked, type Asked } from "./request";

const ASK_AGAIN_SECONDS = 24 * 3600;
const NEVER = 0;

/** Entries that are not here; the log hash of entry `knownAt`, at its end or behind, is known. */
export interface Gap extends LogPlace {
  readonly span: Span;
  readonly knownAt: number;
  readonly knownHash: Bytes;
}

/**
 * Requests for everything in the channel that is open to us and not here, those of earlier openings among them.
 *
 * Each is given to be put into the log; none for a channel that this device is not in.
 *
 * @throws HistoryRefused the charter gives no history, or we are not entitled to the channel.
 * @throws LogContradicted the relay shows another past than the one that the members followed.
 * @throws Unavailable the relay, for now; what was begun goes on at the next call.
 * @throws DOMException `signal` was aborted.
 */
export async function ask(
  host: HistoryHost,
  operation: Bytes,
  channel: Bytes,
  signal: AbortSignal,
): Promise<readonly Asked[]> {
  const inTurn = <T>(work: () => Promise<T>): Promise<T> =>
    host.turns.run(() => {
      signal.throwIfAborted(); // it may have waited for its turn
      return work();
    });
  const opensAt = historyOpensAt(host.operation(operation).ledger, host.device.account, channel);
  for (const gap of await gapsOf(host, operation, channel)) {
    const outline = await openPart(host, gap, opensAt);
    await inTurn(() => begin(host, gap, outline));
  }
  const open = (await loadAsked(host.store)).filter((one) => isIn(one, operation, channel));
  return Promise.all(open.map((asked) => inTurn(() => send(host, asked))));
}

/** A request for the part of a gap that is open; what is not, or holds no message, need not be looked at again. */
async function begin(host: HistoryHost, gap: Gap, outline: readonly LoggedEntry[]): Promise<void> {
  const { first, last } = gap.span;
  const said = outline.find((entry) => entry.kind === LogKind.application && entry.sequence >= first);
  const history = { operation: gap.operation, fetched: [] };
  if (said === undefined) {
    await host.write(fetchedWrites(gap, gap.span), { history });
    return;
  }
  const span = { first: said.sequence, last };
  const closed = first < span.first ? fetchedWrites(gap, { first, last: span.first - 1 }) : [];
  await host.write(new Map([...beginWrites(begun(host, gap, span), outline), ...closed]), { history });
}

/** A request for that part of it, with a key of its own. Nothing is kept yet. */
export function begun({ entropy }: HistoryHost, { operation, channel, generation }: Gap, span: Span): Asked {
  const counts = { taken: 0, following: span.first, messages: 0, wrong: 0, missing: 0 };
  const request = entropy(REQUEST_ID_BYTES);
  const { privateKey } = generateKeyPair(entropy);
  const log = { operation, channel, generation };
  return { ...log, request, span, privateKey, askedAt: NEVER, ...counts, lacking: false, passedOver: [] };
}

/**
 * The request is on its way into the log: that it is, is kept in the same write.
 *
 * One that is open for long is put there once more: what was answered to it may have expired, and a server that was
 * restored, or had too much to do, does not know it any more.
 */
async function send(host: HistoryHost, asked: Asked): Promise<Asked> {
  const now = host.now();
  if (asked.askedAt !== NEVER && now - asked.askedAt < ASK_AGAIN_SECONDS) {
    return asked;
  }
  const sent = { ...asked, askedAt: now };
  const body = encodeHistoryRequest(bodyOf(asked));
  const posting = await keepControl(host, asked, ControlKind.historyRequest, body, askedWrites(sent));
  await attemptDelivery(host, posting); // what waits goes out with everything else that waits
  return sent;
}

/** Through all generations. An ended one counts up to where the unit's restart cut it (C11). */
async function gapsOf(host: HistoryHost, operation: Bytes, channel: Bytes): Promise<readonly Gap[]> {
  const session = host.sessions.get(channelKey(operation, channel));
  if (session === undefined || session.standing !== Standing.live) {
    return [];
  }
  const pending = (await loadAsked(host.store)).filter((one) => isIn(one, operation, channel) && !one.lacking);
  const found: Gap[] = [];
  for (let generation = 1; generation <= session.generation; generation += 1) {
    const log = { operation, channel, generation };
    const attendance = await loadAttendance(host.store, log);
    const underway = pending.filter((one) => one.generation === generation).map(({ span }) => span);
    const seen = { ...attendance, fetched: [...attendance.fetched, ...underway] };
    const end = endOf(host, session, generation);
    const position = generation === session.generation ? session.sequence : (attendance.left.at(-1) ?? 0);
    for (const span of gaps(seen, end.sequence, position)) {
      const cameIn = attendance.entered.find((one) => one.sequence === span.last + 1) ?? end;
      found.push({ ...log, span, knownAt: cameIn.sequence, knownHash: cameIn.logHash });
    }
  }
  return found;
}

/** Where a log ends for us, with its hash there: our own place, or the cut of an ended generation, which is in the ledger. */
export function endOf(host: HistoryHost, session: ChannelSession, generation: number): Pick<ChannelSession, "sequence" | "logHash"> {
  const declared = host.operation(session.operation).ledger.channels.get(hex(session.channel));
  const restart = declared === undefined ? null : restartAfter(declared, generation);
  return generation === session.generation || restart === null
    ? session
    : { sequence: Number(restart.cutSequence), logHash: restart.cutHash };
}

/** The verified outline of as much of the gap as is open to us (H1), from a Commit on, up to its end. */
export async function openPart(host: HistoryHost, gap: Gap, opensAt: number): Promise<readonly LoggedEntry[]> {
  const { first, last } = gap.span;
  const segments: (readonly LoggedEntry[])[] = [];
  for await (const segment of readBackwards(new ChannelRoutes(host.relay), gap, gap.knownAt, gap.knownHash)) {
    segments.unshift(segment);
    // The epoch of its first entry is in it, or one from before the opening: nothing earlier is wanted.
    if (segment.some((one) => isCommit(one) && (one.sequence <= first || !isOpen(one, opensAt)))) {
      break;
    }
  }
  const entries = segments.flat().filter((entry) => entry.sequence <= last);
  const commits = entries.filter((one) => isCommit(one) && isOpen(one, opensAt));
  const begins = commits.findLast((one) => one.sequence <= first) ?? commits[0];
  return begins === undefined ? [] : entries.filter((entry) => entry.sequence >= begins.sequence);
}

function isCommit({ kind }: LoggedEntry): boolean {
  return kind === LogKind.commit;
}

function isOpen(commit: LoggedEntry, opensAt: number): boolean {
  const at = anchoredAt(commit);
  return at !== null && at >= opensAt;
}

function isIn(log: LogPlace, operation: Bytes, channel: Bytes): boolean {
  return equal(log.operation, operation) && equal(log.channel, channel);
}
