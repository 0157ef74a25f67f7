/**
 * Telling the coordination unit that this device cannot follow (rules C9, C11): signed, outside MLS.
 *
 * A rejection is written down in the transaction that refuses, so that it is sent even if the line breaks right then. It
 * stays after it was sent: a Welcome that was refused once is not looked at again.
 */

import { hex, type Bytes } from "../bytes";
import { Refused, Unavailable, type ProtocolError } from "../errors";
import { logOfRejection, RejectionKind, RejectionReason, signRejection, type Rejection } from "../ledger/rejection";
import { sha256 } from "../primitives/hashes";
import { ChannelRoutes, type LogPage, type WaitingWelcome } from "../relay/channel-routes";
import { RelayRefuses } from "../relay/relay-client";
import type { Writes } from "../store/state-store";
import type { ChannelStalled } from "./events";
import type { Host } from "./host";
import type { LogPlace } from "./session";

const PREFIX = "rejection/";
const SENT = new Uint8Array(0);
const NOBODY_WANTS_IT: ReadonlySet<string> = new Set(["refused", "not_entitled", "not_found"]); // any more
const ANOTHER_TIME: ReadonlySet<string> = new Set(["unavailable", "too_many"]);

const REASONS: Readonly<Record<string, RejectionReason>> = {
  C1: RejectionReason.anchor,
  C2: RejectionReason.profile,
  C3: RejectionReason.anchor,
  C4: RejectionReason.anchor,
  C5: RejectionReason.tree,
  C6: RejectionReason.rights,
  C9: RejectionReason.join,
  C10: RejectionReason.ownLeaf,
};

/** What keeps the rejection of a Commit until it is sent. */
export function rejectCommit(host: Host, log: LogPlace, event: ChannelStalled): Writes {
  const signed = signedBy(host, log, {
    kind: RejectionKind.commit,
    sequence: event.place.sequence,
    commitHash: event.commitHash,
    reason: reasonOf(event.rule),
  });
  return new Map([[commitKey(log, event.place.sequence), signed]]);
}

/** Whether this device rejected the Commit at that place of the log. */
export async function wasStalledBy(host: Host, log: LogPlace, sequence: number): Promise<boolean> {
  return (await host.store.get(commitKey(log, sequence))) !== null;
}

/** The log entry that put our leaf where it is: a Commit of our own, or one with its Welcome. */
export type PutThere = Pick<Rejection, "kind" | "sequence" | "commitHash">;

/**
 * What keeps the rejection of whatever put our leaf there until it is sent; nothing if we said it before.
 *
 * Remembered by the Commit's hash: a relay that shows a Commit of its own invention, which no member knows, would
 * otherwise keep us from rejecting the true one of that place.
 */
export async function rejectOwnLeaf(host: Host, log: LogPlace, { kind, sequence, commitHash }: PutThere): Promise<Writes> {
  const key = `${PREFIX}own-leaf/${hex(log.channel)}/${log.generation}/${sequence}/${hex(commitHash)}`;
  if ((await host.store.get(key)) !== null) {
    return new Map();
  }
  return new Map([[key, signedBy(host, log, { kind, sequence, commitHash, reason: RejectionReason.ownLeaf })]]);
}

/** What keeps the rejection of a Welcome until it is sent, and the Welcome from being tried again. */
export function rejectWelcome(
  host: Host,
  log: LogPlace,
  waiting: WaitingWelcome,
  page: LogPage,
  error: ProtocolError,
): Writes {
  const signed = signedBy(host, log, {
    kind: RejectionKind.welcome,
    sequence: waiting.sequence,
    commitHash: sha256(page.entries[0]?.message ?? new Uint8Array(0)),
    reason: reasonOf(error instanceof Refused ? error.rule : ""),
  });
  return new Map([[welcomeKey(waiting), signed]]);
}

/** Whether this device refused exactly this Welcome: another one for the same Commit is still welcome. */
export async function wasRejected(host: Host, waiting: WaitingWelcome): Promise<boolean> {
  return (await host.store.get(welcomeKey(waiting))) !== null;
}

/** Send what was not sent yet. Whatever fails now is sent another time. */
export async function sendRejections(host: Host): Promise<void> {
  for (const [key, signed] of await host.store.scan(PREFIX)) {
    if (signed.length > 0 && (await isSent(host, signed))) {
      await host.write(new Map([[key, SENT]]));
    }
  }
}

async function isSent(host: Host, signed: Bytes): Promise<boolean> {
  try {
    await new ChannelRoutes(host.relay).reject(logOfRejection(signed), signed);
    return true;
  } catch (error) {
    if (error instanceof RelayRefuses && NOBODY_WANTS_IT.has(error.code)) {
      return true;
    }
    if (error instanceof Unavailable || (error instanceof RelayRefuses && ANOTHER_TIME.has(error.code))) {
      return false;
    }
    throw error;
  }
}

function signedBy(
  host: Host,
  log: LogPlace,
  about: Pick<Rejection, "kind" | "sequence" | "commitHash" | "reason">,
): Bytes {
  const { operation, channel, generation } = log;
  const { certificate, signingKey } = host.device;
  return signRejection(signingKey, { ...about, operation, channel, generation, certificate });
}

function reasonOf(rule: string): RejectionReason {
  return REASONS[rule] ?? RejectionReason.doesNotProcess;
}

function commitKey(log: LogPlace, sequence: number): string {
  return `${PREFIX}commit/${hex(log.channel)}/${log.generation}/${sequence}`;
}

function welcomeKey(waiting: WaitingWelcome): string {
  return `${PREFIX}welcome/${hex(sha256(waiting.welcome))}`;
}
