/**
 * Whether what one sees of a channel may be out of date (rule H3).
 *
 * A relay that withholds everything looks like one in whose operation nothing happens. So archive and coordinators
 * speak at least at the charter's interval, and whoever has not heard one of them for a while says so, and sends no
 * TLP:RED. What counts is when they say that they wrote it, at most when it came: a relay that hands out yesterday's
 * log in small pieces today makes nothing fresh.
 */

import { hex, type Bytes } from "../bytes";
import { decode, uint } from "../codec";
import { CencommError } from "../errors";
import type { Body } from "../forms/envelope";
import { Role } from "../ledger/kinds";
import type { Ledger } from "../ledger/ledger";
import type { StateStore, Writes } from "../store/state-store";
import type { ChannelEvent } from "./events";
import type { ChannelHost } from "./host";
import { channelKey, type ChannelSession, type LogPlace } from "./session";
import { judgeFreshness, type Freshness, type SignsOfLife } from "./views";

const PREFIX = "heard/";
const ENTERED = "entered";
const SPEAKERS: ReadonlySet<Role> = new Set([Role.coordinator, Role.archive]);

/** TLP:RED is for named persons: who they are now, and who reads, is known only to who is up to date. */
export class MayBeOutOfDate extends CencommError {
  constructor() {
    super(
      "nothing was heard from the archive or a coordinator for too long: what you see may be out of date, and " +
        "TLP:RED is not sent until they are heard again",
    );
  }
}

/** Of a channel that this device is in, now. Where nobody else could be heard, nothing is out of date. */
export async function freshness(
  host: ChannelHost<ChannelSession>,
  operation: Bytes,
  channel: Bytes,
): Promise<Freshness> {
  const signs = await signsOfLife(host, operation, channel);
  return signs === null ? { heardAt: null, isFresh: true } : judgeFreshness({ ...signs, now: host.now() });
}

/** Of archive and coordinators beside oneself; null: there is none, or this device is not in the channel. */
export async function signsOfLife(
  host: Pick<ChannelHost<ChannelSession>, "device" | "operation" | "sessions" | "store">,
  operation: Bytes,
  channel: Bytes,
): Promise<SignsOfLife | null> {
  const { ledger } = host.operation(operation);
  const session = host.sessions.get(channelKey(operation, channel));
  const others = speakers(ledger, channel).filter((account) => account !== hex(host.device.account));
  if (session === undefined || others.length === 0) {
    return null;
  }
  const prefix = prefixOf(operation, channel);
  const heard = await Promise.all(others.map((account) => secondsAt(host.store, prefix + account)));
  const known = heard.filter((at) => at !== null);
  return {
    interval: ledger.charter.policy.heartbeatSeconds,
    heardAt: known.length === 0 ? null : Math.max(...known),
    enteredAt: (await secondsAt(host.store, prefix + ENTERED)) ?? 0,
  };
}

/**
 * The message may be sent by somebody who sees what we see.
 *
 * @throws MayBeOutOfDate TLP:RED, and nobody was heard who would know better.
 */
export async function judgeUpToDate(
  host: ChannelHost<ChannelSession>,
  operation: Bytes,
  channel: Bytes,
  body: Body,
): Promise<void> {
  if (body.tlp === "RED" && !(await freshness(host, operation, channel)).isFresh) {
    throw new MayBeOutOfDate();
  }
}

/** What remembers when this device came into the channel, in the write that stores the session. */
export function enteredWrites(session: LogPlace, now: number): Writes {
  return new Map([[prefixOf(session.operation, session.channel) + ENTERED, uint(now, 8)]]);
}

/**
 * When its author was heard, in the write that takes the event in.
 *
 * What a restart has authors send again (C11) was written before what we heard of them already: it makes nobody older.
 * Nor does a time that we noted while our own clock ran ahead stay ahead of it.
 */
export async function heardWrites(
  store: Pick<StateStore, "get">,
  event: ChannelEvent,
  now: number,
): Promise<Writes> {
  if (event.kind !== "message" && event.kind !== "control") {
    return new Map();
  }
  const writtenAt = event.kind === "message" ? event.envelope.body.writtenAt : event.control.writtenAt;
  const key = prefixOf(event.place.operation, event.place.channel) + hex(event.account);
  const before = (await secondsAt(store, key)) ?? 0;
  return new Map([[key, uint(Math.min(Math.max(before, Number(writtenAt)), now), 8)]]);
}

/** When that account last said something in the channel, in seconds, by its own clock. */
export function lastHeard(
  store: Pick<StateStore, "get">,
  { operation, channel }: Pick<LogPlace, "operation" | "channel">,
  account: Bytes,
): Promise<number | null> {
  return secondsAt(store, prefixOf(operation, channel) + hex(account));
}

/** Archive and coordinators who belong to the channel now, as account ids. */
export function speakers(ledger: Ledger, channel: Bytes): readonly string[] {
  return [...ledger.entitledAccounts(channel, ledger.sequence)].filter((account) => {
    const member = ledger.members.get(account);
    return member !== undefined && SPEAKERS.has(member.role);
  });
}

async function secondsAt(store: Pick<StateStore, "get">, key: string): Promise<number | null> {
  const value = await store.get(key);
  return value === null ? null : Number(decode(value, (reader) => reader.uint64()));
}

function prefixOf(operation: Bytes, channel: Bytes): string {
  return `${PREFIX}${hex(operation)}/${hex(channel)}/`;
}
