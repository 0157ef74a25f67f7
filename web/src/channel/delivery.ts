/**
 * One signed message on its way until the log shows it, once, whatever fails on the way (rules S2, S3, S5, C4).
 *
 *     [ encrypt -> write -> publish -> read the log: is it there? ] -> Sent
 *       ^_____ not there: the epoch moved on, again under the same send id _|
 */

import { equal, hex, type Bytes } from "../bytes";
import { ProtocolError, Unavailable } from "../errors";
import { decodeEnvelope, type Envelope } from "../forms/envelope";
import { PayloadTooLarge } from "../forms/payload";
import { isControl } from "../forms/signed";
import type { Receipt } from "../ledger/statements";
import type { Operation } from "../operation/operation";
import { enact } from "./enactment";
import { waitsForUs } from "./founding";
import { judgeUpToDate, MayBeOutOfDate } from "./freshness";
import { sendIdIn, type OutboxRow, type Posting } from "./outbox";
import { judgeReaders, TooManyReaders } from "./readership";
import { judgeReceipt, publishAttempt, settled, type Sent } from "./receipts";
import { encrypt, unentitledLeaves } from "./sending";
import type { SendingHost } from "./sending-host";
import { channelKey, Standing, type ChannelSession } from "./session";
import {
  ChannelNotUsable,
  ChannelRestarting,
  FrozenOperation,
  MustCommitFirst,
  MustEnactFirst,
  NoLongerAllowed,
  NotAMember,
  NotYetAdded,
  ReceiptContradicted,
  refusedWith,
  requireThawed,
} from "./unsendable";

const FIRST_GENERATION = 1;
const MAX_TRIES = 8; // each has seen somebody else's Commit begin an epoch in between
const MAX_LOST_STATES = 2; // that said the same message, one after the other: more is the relay's invention

/** Refusals that no later try changes: the message goes back to its author (S3). */
export function isFinal(error: unknown): error is Error {
  return (
    refusedWith(error, "not_entitled", "not_found", "refused", "too_large") ||
    error instanceof NotAMember ||
    error instanceof NoLongerAllowed ||
    error instanceof TooManyReaders ||
    error instanceof PayloadTooLarge
  );
}

/** The message waits for the coordination unit, to act or to be heard, or for a member who adds this device. */
export function isWaiting(error: unknown): boolean {
  return (
    error instanceof FrozenOperation ||
    error instanceof ChannelNotUsable ||
    error instanceof ChannelRestarting ||
    error instanceof NotYetAdded ||
    error instanceof MayBeOutOfDate
  );
}

/**
 * The posting is in the log, and not kept any more.
 *
 * @throws CencommError it is not known to be there, and stays kept; see `isFinal` and `isWaiting`.
 */
export async function deliver(host: SendingHost, posting: Posting): Promise<Sent> {
  const { operation, channel } = posting;
  let unread = 0;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const sent = await settled(host, posting);
    if (sent !== null) {
      return sent;
    }
    await makeGroupIfOurs(host, posting);
    const session = usableSession(host, posting);
    let receipt: Receipt;
    try {
      receipt = await publishAttempt(host, session, await attempt(host, session, posting, unread));
    } catch (error) {
      await clearTheWay(host, posting, session, error);
      continue;
    }
    await host.followLog(operation, channel);
    judgeReceipt(host, receipt);
    if (receipt.sequence <= BigInt(session.epochBeganAt)) {
      // An earlier attempt, of before this epoch, and not seen: it was accepted where we were not there to read it, by a
      // state that is lost (C10). Whether it is ours only the relay says: it is said again, and counts once (S4).
      unread = Number(receipt.sequence);
    }
  }
  throw new Unavailable(`after ${MAX_TRIES} tries the channel still moves on: the message is kept, try again`);
}

/** Who first has something to say in a channel that was declared for them makes its group (L8), with all others. */
async function makeGroupIfOurs(host: SendingHost, { operation, channel }: Posting): Promise<void> {
  if (!host.sessions.has(channelKey(operation, channel)) && (await waitsForUs(host, operation, channel))) {
    await enact(host, operation, channel);
  }
}

/** What has to be done before the next try. @throws what `stopped` it, where another try would fare no better. */
async function clearTheWay(
  host: SendingHost,
  posting: Posting,
  session: ChannelSession,
  stopped: unknown,
): Promise<void> {
  const { operation, channel } = posting;
  if (stopped instanceof MustEnactFirst || stopped instanceof MustCommitFirst) {
    await enactFor(host, posting);
    return;
  }
  if (!refusedWith(stopped, "stale_epoch", "ledger_moved", "refused")) {
    throw stopped;
  }
  await host.followLedger(operation);
  if (stopped.code === "refused" && session.generation === currentGeneration(host, posting)) {
    throw stopped; // else it was refused for the group, which is over (C11)
  }
  await host.followLog(operation, channel);
}

/** This device's place in the posting's channel. @throws CencommError why nothing can be sent there now. */
export function usableSession(host: SendingHost, posting: Posting): ChannelSession {
  requireThawed(host.operation(posting.operation));
  host.membership(posting.operation);
  const session = host.sessions.get(channelKey(posting.operation, posting.channel));
  const generation = currentGeneration(host, posting);
  if (session === undefined && generation === FIRST_GENERATION) {
    const { ledger } = host.operation(posting.operation);
    if (!ledger.entitledAccounts(posting.channel, ledger.sequence).has(hex(host.device.account))) {
      throw new NotAMember("the ledger does not admit you to this channel");
    }
    throw new NotYetAdded();
  }
  if (session === undefined || session.generation !== generation) {
    throw new ChannelRestarting();
  }
  if (session.standing !== Standing.live) {
    throw new ChannelNotUsable(session.standing);
  }
  return session;
}

/**
 * The Commit that has to go first: a removal (C4), or the first one since the mailbox was opened (D5).
 *
 * It may fail because of somebody else: no reason to give up the message.
 */
async function enactFor(host: SendingHost, posting: Posting): Promise<void> {
  await host.followLedger(posting.operation);
  try {
    await enact(host, posting.operation, posting.channel, { sending: true });
  } catch (error) {
    if (isFinal(error)) {
      throw new Unavailable(`a Commit has to come before the message, and was refused: ${error.message}`);
    }
    throw error;
  }
}

/**
 * The row to publish: the one that this epoch has already, else a new one.
 *
 * Each new one burns a generation, and who receives follows a thousand at once: a relay that names another old entry each
 * time would have what it logs at last open for nobody.
 *
 * @throws ReceiptContradicted it did so.
 * @throws MustEnactFirst somebody who can still read is no longer entitled. C4 holds for what was encrypted before we
 *   knew, too: it may not have left yet.
 */
async function attempt(
  host: SendingHost,
  session: ChannelSession,
  posting: Posting,
  unread: number,
): Promise<OutboxRow> {
  const sendId = sendIdIn(posting, session.generation, unread);
  const row = [...session.outbox.values()].find((one) => equal(one.sendId, sendId));
  const said = [...session.outbox.values()].filter((one) => equal(one.signed.signature, posting.signed.signature));
  if (row === undefined && unread > 0 && said.length > MAX_LOST_STATES) {
    throw new ReceiptContradicted("the relay names one old entry after another for one message: tell the unit");
  }
  if (row === undefined || session.mustCommit) {
    return encryptFor(host, session, posting, sendId); // what an opening before may have sent waits as well (D5)
  }
  if (unentitledLeaves(session, host.operation(posting.operation).ledger, host.certificates).length > 0) {
    throw new MustEnactFirst();
  }
  return row;
}

/**
 * Generation burned and row written in one transaction: only now may the bytes leave (S5).
 *
 * Another epoch may have other readers, and a form may be gone since: both are judged anew (S3).
 */
async function encryptFor(
  host: SendingHost,
  session: ChannelSession,
  posting: Posting,
  sendId: Bytes,
): Promise<OutboxRow> {
  const operation = host.operation(posting.operation);
  if (!isControl(posting.signed)) {
    const envelope = decodeEnvelope(posting.signed.content);
    judgeReport(host, operation, envelope);
    judgeReaders(operation, posting.channel, envelope.body, host.device.account);
    await judgeUpToDate(host, posting.operation, posting.channel, envelope.body);
  }
  const { ledger } = operation;
  const encrypted = await encrypt(session, posting.signed, ledger, sendId, host.certificates, host.entropy);
  await host.write(new Map(), { session: encrypted.session });
  return encrypted.row;
}

/** @throws NoLongerAllowed the unit changed or withdrew the form since it was signed. */
function judgeReport(host: SendingHost, operation: Operation, envelope: Envelope): void {
  try {
    host.judgeReport(operation, envelope);
  } catch (error) {
    if (error instanceof ProtocolError) {
      throw new NoLongerAllowed(error.message);
    }
    throw error; // the definition is not here, for now
  }
}

/** The channel's current one, by the ledger that we hold. */
function currentGeneration(host: SendingHost, posting: Posting): number {
  const channel = host.operation(posting.operation).ledger.channels.get(hex(posting.channel));
  if (channel === undefined) {
    throw new NotAMember("there is no such channel in the operation");
  }
  return channel.current.number;
}
