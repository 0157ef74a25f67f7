/**
 * Carrying out the ledger in a channel: whoever is there first commits what is left to do (rules C4, C7, L8).
 *
 *     difference -> claim key packages -> stage -> write -> publish -> read back from the log
 */

import { equal, fromHex, hex, type Bytes } from "../bytes";
import { Unavailable } from "../errors";
import type { Entropy } from "../primitives/entropy";
import { RelayRefuses } from "../relay/relay-client";
import type { FurtherDevice } from "../relay/sending-routes";
import { claim } from "./claiming";
import { publishCommit } from "./committing";
import { difference, stage, stageWhatFits, type Enacting } from "./enacting";
import { withoutLeaf } from "./further-devices";
import { alone, waitsForUs } from "./founding";
import { ownerOf, usablePackages } from "./newcomers";
import { Patience } from "./patience";
import { unusableLeaves, type Unusable } from "./readmission";
import type { SendingHost } from "./sending-host";
import { channelKey, Standing, type ChannelSession } from "./session";
import { isBusy, refusedWith, requireThawed } from "./unsendable";

const MAX_TRIES = 8;
const REFUSALS_BEFORE_NO_ADDS = 2; // the Commit as it was staged, maybe long ago, then one with packages just claimed (C8)
const MAX_WAITS = 4; // for our turn, in one go: a relay that says "later" for ever does not hold the mailbox for ever
const LEAST_WAIT_SECONDS = 0.1; // whatever the relay says: its word is no reason to hurry
const LONGEST_WAIT_SECONDS = 10; // for our turn to commit (C7); the longest pause of a large channel, and another's turn
const LOSSES_BEFORE_TURN = 2; // 409 in a row, before an account may reserve the next turn
const LEAST_PAUSE_SECONDS = 2;
const PAUSE_STEPS = 1 << 16;
const PAUSE_SPAN_SECONDS = 18;

/**
 * For how many seconds a member who has nothing to say waits before it enacts: a random 2 to 20 (C7).
 *
 * So not all of them commit at once what one has to; most find nothing left to do.
 */
export function enactingPause(entropy: Entropy): number {
  const drawn = entropy(2).reduce((value, byte) => value * 256 + byte, 0);
  return LEAST_PAUSE_SECONDS + (PAUSE_SPAN_SECONDS * drawn) / PAUSE_STEPS;
}

/**
 * Why somebody enacts: before `sending`, or as a look round, with the `devices` of members that the relay lists, and with
 * `patience` for those of them that were claimed for in vain.
 */
export interface Occasion {
  readonly sending?: boolean;
  readonly devices?: readonly FurtherDevice[];
  readonly patience?: Patience;
}

/**
 * Bring the channel's group to what the ledger says, as far as key packages are there, and let in again who asks.
 *
 * Before `sending`, an empty Commit is made too where one is due (D5), and nobody is let in again. Of the `devices` those
 * without a leaf here are added.
 *
 * @returns whether a Commit of ours was needed and accepted.
 * @throws RelayRefuses it is not our turn for longer than LONGEST_WAIT_SECONDS, or a rule forbids what is left to do.
 * @throws Unavailable other Commits were first, again and again.
 */
export async function enact(
  host: SendingHost,
  operation: Bytes,
  channel: Bytes,
  occasion: Occasion = {},
): Promise<boolean> {
  for (let waits = 0; ; waits += 1) {
    try {
      return await carryOut(host, operation, channel, occasion);
    } catch (error) {
      if (!isBusy(error) || error.retryAfter === null || error.retryAfter > LONGEST_WAIT_SECONDS || waits === MAX_WAITS) {
        throw error;
      }
      await host.sleep(Math.max(error.retryAfter, LEAST_WAIT_SECONDS));
    }
  }
}

/**
 * Whoever lost a race computes what is left and commits only that; after two, asks for the next turn (C7).
 *
 * A Commit that a rule forbids holds nothing up: it is made anew, then without Adds, which wait for another day. The
 * refusal is thrown when that one was refused too, or nothing but Adds is left to do and no message waits for it.
 */
async function carryOut(
  host: SendingHost,
  operation: Bytes,
  channel: Bytes,
  { sending = false, devices = [], patience = new Patience() }: Occasion,
): Promise<boolean> {
  let committed = false;
  let losses = 0;
  const refusals: RelayRefuses[] = [];
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    requireThawed(await host.followLedger(operation));
    await host.followLog(operation, channel);
    const session = host.sessions.get(channelKey(operation, channel));
    const adds = refusals.length < REFUSALS_BEFORE_NO_ADDS;
    if (session === undefined || session.standing !== Standing.live) {
      if (!(await waitsForUs(host, operation, channel))) {
        return committed;
      }
      await stageGroup(host, operation, channel, adds);
      continue;
    }
    if (session.staged !== null) {
      try {
        const won = await publishCommit(host, session, session.staged);
        committed ||= won;
        losses = won ? 0 : losses + 1;
      } catch (error) {
        if (!adds || !refusedWith(error, "refused")) {
          throw error;
        }
        refusals.push(error);
        continue;
      }
      if (losses === LOSSES_BEFORE_TURN) {
        await askForTurn(host, session);
      }
      continue;
    }
    const again = adds && !sending ? await unusableLeaves(host, session) : [];
    const lacking = adds ? withoutLeaf(session, devices, host.certificates) : [];
    const further = lacking.filter((one) => !patience.leavesAlone(session, one, host.now()));
    if (await stageDifference(host, session, { again, further, patience, adds })) {
      continue;
    }
    if (!(sending && session.mustCommit)) {
      const last = refusals.at(-1);
      if (last !== undefined && !committed && !sending) {
        throw last;
      }
      return committed;
    }
    // Nobody to add or remove: the path alone makes the epoch's keys new (D5).
    await host.write(new Map(), { session: await stage(session, { adds: [], removes: [] }, enactingOf(host, session)) });
  }
  throw new Unavailable(`after ${MAX_TRIES} tries other Commits are still ahead: try again`);
}

/** A group of the channel's current generation with everybody who can be added, our own other devices too (L8, C11). */
async function stageGroup(host: SendingHost, operation: Bytes, channel: Bytes, adds: boolean): Promise<void> {
  const session = await alone(host, operation, channel);
  const enacting = enactingOf(host, session);
  const { ledger, certificates } = enacting;
  const entitled = adds ? [...ledger.entitledAccounts(channel, ledger.sequence)].sort() : [];
  const claimed = await claim(host.routes, session, entitled.map((account) => fromHex(account)));
  const usable = usablePackages(claimed, session, ledger, [], host.now(), certificates);
  const change = { adds: usable, removes: [] };
  const staged =
    (await stageWhatFits(session, change, enacting)) ?? (await stage(session, { adds: [], removes: [] }, enacting));
  await host.write(new Map(), { session: staged });
}

/** What is to be done beside the ledger's will: whom to let in again, whose further devices to add; no Adds without `adds`. */
interface Besides {
  readonly again: readonly Unusable[];
  readonly further: readonly FurtherDevice[];
  readonly patience: Patience;
  readonly adds: boolean;
}

/** Whether there was anything to do that can be done now; then it is staged. A device goes `again` only as it comes (C6). */
async function stageDifference(
  host: SendingHost,
  session: ChannelSession,
  { again, further, patience, adds }: Besides,
): Promise<boolean> {
  const enacting = enactingOf(host, session);
  const { ledger, certificates } = enacting;
  const left = difference(session, ledger, certificates);
  const owners = [...new Set(further.map(({ account }) => hex(account)))].sort().map((account) => fromHex(account));
  const claimed = await claim(host.routes, session, adds ? [...left.absent, ...owners] : []);
  const asking = new Map<number, Bytes>();
  for (const { leaf, certificate } of again) {
    const offered = await claim(host.routes, session, [certificate.account]);
    const usable = usablePackages(offered, session, ledger, [leaf], host.now(), certificates);
    const own = usable.find((one) => equal(ownerOf(one, certificates).device, certificate.device));
    if (own !== undefined && !left.unentitled.includes(leaf)) {
      asking.set(leaf, own);
    }
  }
  // Before all others: a newcomer who took over a key of theirs is left out, and nobody goes without coming.
  const offered = [...asking.values(), ...claimed];
  const usable = usablePackages(offered, session, ledger, [...left.unentitled, ...asking.keys()], host.now(), certificates);
  const renewals = [...asking].flatMap(([leaf, keyPackage]) => (usable.includes(keyPackage) ? [{ leaf, keyPackage }] : []));
  const newcomers = usable.filter((one) => ![...asking.values()].includes(one));
  const isIdle = usable.length === 0 && left.unentitled.length === 0;
  const change = { adds: newcomers, removes: left.unentitled };
  const staged = isIdle ? null : await stageWhatFits(session, change, enacting, renewals);
  const brought = staged === null ? [] : usable.map((one) => ownerOf(one, certificates));
  further
    .filter((one) => !brought.some(({ account, device }) => equal(account, one.account) && equal(device, one.device)))
    .forEach((one) => patience.inVain(session, one, host.now()));
  if (staged === null) {
    return false;
  }
  await host.write(new Map(), { session: staged });
  return true;
}

/** Without one we go on as before: another has it, or the relay counts otherwise. */
async function askForTurn(host: SendingHost, session: ChannelSession): Promise<void> {
  try {
    await host.routes.reserveTurn(session.operation, session.channel, session.generation);
  } catch (error) {
    if (!(error instanceof RelayRefuses)) {
      throw error;
    }
  }
}

function enactingOf(host: SendingHost, session: ChannelSession): Enacting {
  const { ledger } = host.operation(session.operation);
  return { ledger, certificates: host.certificates, entropy: host.entropy, pace: () => host.breathe() };
}
