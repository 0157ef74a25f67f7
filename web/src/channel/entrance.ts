/** Entering a channel: the Welcome that waits at the relay, the Commit in the log that it belongs to (rule C9). */

import { loadStock, usedWrites } from "../account/key-package-stock";
import { equal, hex, type Bytes } from "../bytes";
import { CencommError, ProtocolError } from "../errors";
import { LedgerBehind } from "../ledger/refusal";
import { NotForUs } from "../mls/errors";
import { ChannelRoutes, type WaitingWelcome } from "../relay/channel-routes";
import { RelayRefuses } from "../relay/relay-client";
import { EntriesWithheld } from "./errors";
import { enteredWrites } from "./freshness";
import type { Host } from "./host";
import { join, type Invitation, type Joined } from "./joining";
import { rejectWelcome, sendRejections, wasRejected } from "./rejecting";
import { channelKey, Standing, type ChannelSession, type LogPlace } from "./session";
import { logHashKey } from "./session-rows";

const FIRST_GENERATION = 1;

/**
 * Our session in the channel, if the ledger entitles us and somebody added this device (again); else null: wait.
 *
 * @throws ProtocolError the Welcome does not lead to the operation's group. The members are told; one of them adds us
 *     again.
 */
export async function enter(host: Host, operation: Bytes, channel: Bytes): Promise<ChannelSession | null> {
  const { ledger } = host.operation(operation);
  const declared = ledger.channels.get(hex(channel));
  const isOpen = ledger.entitledAccounts(channel, ledger.sequence).has(hex(host.device.account));
  if (declared === undefined || !isOpen || !equal(host.membership(operation).identityKey, host.device.identityKey)) {
    return null;
  }
  const generation = declared.current.number;
  if (generation > FIRST_GENERATION && !host.sessions.has(channelKey(operation, channel))) {
    const ended = await enterEnded(host, { operation, channel, generation: generation - 1 });
    if (ended !== null) {
      return ended;
    }
  }
  return enterGeneration(host, { operation, channel, generation });
}

/**
 * The group that a restart ended while we were away: what was said in it up to the cut is ours to read (ADR 0008).
 *
 * Whatever is wrong with it, nobody needs to be told: the channel goes on in another.
 */
async function enterEnded(host: Host, log: LogPlace): Promise<ChannelSession | null> {
  try {
    return await enterGeneration(host, log);
  } catch (error) {
    if (error instanceof ProtocolError || (error instanceof RelayRefuses && error.code === "not_found")) {
      return null;
    }
    throw error;
  }
}

async function enterGeneration(host: Host, log: LogPlace): Promise<ChannelSession | null> {
  const left = formerPlace(host, log);
  const waiting = await new ChannelRoutes(host.relay).welcomes(log);
  const mine = waiting.filter((one) => equal(one.device, host.device.device) && isNews(one, left));
  for (const one of mine.toReversed()) {
    if (!(await wasRejected(host, one))) {
      return accept(host, log, one, left);
    }
  }
  return null;
}

/** Our former place in this generation's group. */
function formerPlace(host: Host, log: LogPlace): ChannelSession | null {
  const left = host.sessions.get(channelKey(log.operation, log.channel));
  return left !== undefined && left.generation === log.generation ? left : null;
}

/** Whether it came after what we know; a Commit may remove us and add us again at once. */
function isNews(waiting: WaitingWelcome, left: ChannelSession | null): boolean {
  if (left === null) {
    return true;
  }
  const isSameCommit = waiting.sequence === left.sequence && left.standing === Standing.removed;
  return waiting.sequence > left.sequence || isSameCommit;
}

async function accept(
  host: Host,
  log: LogPlace,
  waiting: WaitingWelcome,
  left: ChannelSession | null,
): Promise<ChannelSession | null> {
  const routes = new ChannelRoutes(host.relay);
  const page = await routes.log(log, { after: waiting.sequence - 1, limit: 1 });
  let joined: Joined;
  try {
    joined = await judged(host, log, { waiting, page }, left);
  } catch (error) {
    if (!(error instanceof ProtocolError)) {
      throw error;
    }
    await host.write(rejectWelcome(host, log, waiting, page, error));
    await sendRejections(host);
    if (error instanceof NotForUs) {
      return null; // nobody's fault: our key package is gone, as after a backup was put back
    }
    throw error;
  }
  await adopt(host, joined);
  await forget(routes, log, waiting);
  return joined.session;
}

async function judged(
  host: Host,
  log: LogPlace,
  invitation: Invitation,
  left: ChannelSession | null,
): Promise<Joined> {
  const stock = await loadStock(host.store);
  const keys = { credential: host.device.certificate, signingKey: host.device.signingKey };
  const judge = (): Promise<Joined> => {
    const { ledger } = host.operation(log.operation);
    const place = {
      ledger,
      channel: log.channel,
      generation: log.generation,
      pinned: host.membership(log.operation).admittedAt,
      lastEpoch: left === null ? null : left.group.epoch,
      certificates: host.certificates,
    };
    return join(log.operation, place, invitation, stock, keys, (leaves) => host.pace(log, leaves));
  };
  try {
    return await judge();
  } catch (error) {
    if (!(error instanceof LedgerBehind)) {
      throw error;
    }
  }
  await host.followLedger(log.operation);
  try {
    return await judge();
  } catch (error) {
    if (error instanceof LedgerBehind) {
      throw new EntriesWithheld("the Welcome stands on ledger entries that the relay does not show");
    }
    throw error;
  }
}

/** The group, and in the same write the end of the init key that opened its Welcome. */
async function adopt(host: Host, { session, keyPackage }: Joined): Promise<void> {
  const key = channelKey(session.operation, session.channel);
  const writes = new Map<string, Bytes | null>();
  for (const old of host.logHashes.get(key)?.keys() ?? []) {
    writes.set(logHashKey(session, old), null);
  }
  writes.set(logHashKey(session, session.sequence), session.logHash);
  usedWrites(keyPackage, host.now()).forEach((value, name) => writes.set(name, value));
  enteredWrites(session, host.now()).forEach((value, name) => writes.set(name, value));
  await host.write(writes, { session });
  host.logHashes.set(key, new Map([[session.sequence, session.logHash]]));
}

/** It bounds what the relay keeps, and nothing depends on it. */
async function forget(routes: ChannelRoutes, log: LogPlace, waiting: WaitingWelcome): Promise<void> {
  try {
    await routes.forgetWelcome(log, waiting);
  } catch (error) {
    if (!(error instanceof CencommError)) {
      throw error;
    }
  }
}
