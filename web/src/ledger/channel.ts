/**
 * A channel as the ledger declares it: one MLS group at a time, and who is entitled to be in it (rules L8, C11).
 *
 * Earlier generations are kept: what was anchored while they were current is judged by them for ever (C3).
 */

import { equal, hex, isZero, type Bytes } from "../bytes";
import type { ChannelBody, Restart } from "./bodies";
import type { BlobRef } from "./content-key";
import { ChannelKind, RestartReason, Role } from "./kinds";
import type { Member } from "./membership";
import { LedgerRefused } from "./refusal";

const FIRST_GENERATION = 1;
const MIN_REJECTERS = 2; // C11: so that nobody alone stops a channel
const FOLLOWS_A_COMMIT: ReadonlySet<RestartReason> = new Set([RestartReason.doesNotProcess, RestartReason.rejected]);

/** One group of a channel, and its log. It is current from entry `beganAt` until the next one begins. */
export interface Generation {
  readonly number: number;
  readonly groupId: Bytes;
  readonly beganAt: number;
  readonly restart: Restart | null; // what began it and cut the log before it; null for the first
}

export interface Channel {
  readonly channel: Bytes;
  readonly current: Generation;
  readonly generations: readonly Generation[]; // numbered from 1 without gaps; the last is the current one
  readonly kind: ChannelKind;
  readonly roles: ReadonlySet<Role>;
  readonly accounts: ReadonlySet<string>;
  readonly declaredAt: number;
  readonly title: BlobRef;
}

/** What ended that generation, and where it cut its log; null while it is current, or for another number. */
export function restartAfter(channel: Channel, number: number): Restart | null {
  return channel.generations.find((one) => one.number === number + 1)?.restart ?? null;
}

/** Whether that entry of that generation's log counts: it does not lie behind the cut of a restart (C11). */
export function counts(channel: Channel, generation: number, sequence: number): boolean {
  const restart = restartAfter(channel, generation);
  return restart === null || BigInt(sequence) <= restart.cutSequence;
}

/** The one that is current at that head; null before the channel was declared. */
export function generationAt(channel: Channel, head: number): Generation | null {
  return channel.generations.findLast((one) => one.beganAt <= head) ?? null;
}

/** Whether the channel is open to `member`, should they belong; CEN is in release channels only, whatever lists say. */
export function entitles(channel: Channel, member: Member): boolean {
  if (member.role === Role.cen && channel.kind !== ChannelKind.release) {
    return false;
  }
  return channel.roles.has(member.role) || channel.accounts.has(hex(member.account));
}

/** The channel that entry `at` declares. @throws LedgerRefused no first generation, for nobody, or something twice. */
export function declareChannel(body: ChannelBody, at: number): Channel {
  if (body.generation !== FIRST_GENERATION) {
    throw new LedgerRefused("L8", `a channel begins with generation ${FIRST_GENERATION}`);
  }
  const roles = new Set(body.roles);
  const accounts = new Set(body.accounts.map(hex));
  if (roles.size !== body.roles.length || accounts.size !== body.accounts.length) {
    throw new LedgerRefused("L8", "a role or account stands twice in the channel");
  }
  if (roles.size === 0 && accounts.size === 0) {
    throw new LedgerRefused("L8", "nobody is entitled to the channel");
  }
  const current = { number: body.generation, groupId: body.groupId, beganAt: at, restart: null };
  const { channel, kind, title } = body;
  return { channel, current, generations: [current], kind, roles, accounts, declaredAt: at, title };
}

/** The channel from entry `at` on. @throws LedgerRefused another group ends, or not the next begins. */
export function restartChannel(channel: Channel, body: Restart, at: number): Channel {
  judgeRestart(body);
  const { current } = channel;
  if (body.oldGeneration !== current.number || !equal(body.oldGroupId, current.groupId)) {
    throw new LedgerRefused("C11", "the restart is of another generation or group than the channel's current one");
  }
  if (body.generation !== current.number + 1) {
    throw new LedgerRefused("C11", `generation ${current.number + 1} comes next, not ${body.generation}`);
  }
  const begun = { number: body.generation, groupId: body.groupId, beganAt: at, restart: body };
  return { ...channel, current: begun, generations: [...channel.generations, begun] };
}

/** The identity keys of everybody whom a restart names. */
export function namedIn(body: Restart): readonly Bytes[] {
  return body.committer === null ? body.rejecters : [...body.rejecters, body.committer];
}

function judgeRestart(body: Restart): void {
  if ((body.cutSequence === 0n) !== isZero(body.cutHash)) {
    throw new LedgerRefused("C11", "a cut has the hash of its log entry, and none before the first");
  }
  if (new Set(body.rejecters.map(hex)).size !== body.rejecters.length) {
    throw new LedgerRefused("C11", "a rejecter stands twice in the restart");
  }
  if (!FOLLOWS_A_COMMIT.has(body.reason) && namedIn(body).length > 0) {
    throw new LedgerRefused("C11", "a restart for which no Commit is the reason names nobody");
  }
  if (body.reason === RestartReason.rejected && body.rejecters.length < MIN_REJECTERS) {
    throw new LedgerRefused("C11", `a restart for rejections names at least ${MIN_REJECTERS} who reject`);
  }
}
