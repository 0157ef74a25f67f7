/**
 * A device's place in one channel: the MLS group, how far the log was processed, what is on its way.
 *
 * Immutable: receiving, sending and enacting (in their own modules) return a new ChannelSession, and the mailbox adopts
 * it once its writes are kept. A failure leaves the session as it was.
 */

import { hex, type Bytes } from "../bytes";
import { sha256 } from "../primitives/hashes";
import type { Group } from "./group";
import { messageHash, type OutboxRow } from "./outbox";

/** What this device can still do in the channel. The numbers are stored: add, never change. */
export const Standing = {
  live: 1,
  removed: 2, // our leaf is gone
  stalled: 3, // the next Commit breaks a rule: the unit restarts the channel (C11)
  ended: 4, // a restart ended the group: a Welcome to the next generation's is waited for (C11)
  stranded: 5, // our own leaf committed and we did not, so our state is dead: the members add us again (C10)
} as const;
export type Standing = (typeof Standing)[keyof typeof Standing];

/**
 * A Commit of ours that was saved and may have left; it takes effect when the log shows it (S3).
 *
 * Kept whole, Welcome and tree included, until the epoch is over: a retry sends the same bytes, and a Commit that we
 * forgot but the relay accepted would end our state (C10).
 */
export interface Staged {
  readonly sendId: Bytes;
  readonly group: Group;
  readonly message: Bytes;
  readonly welcome: Bytes | null;
  readonly ratchetTree: Bytes | null;
  readonly ledgerSequence: number; // the head that it enacts
  readonly restored: boolean; // read from a store: somebody may have sent in its epoch already (D5)
}

/** The log that a session follows: one channel in one generation. */
export interface LogPlace {
  readonly operation: Bytes;
  readonly channel: Bytes;
  readonly generation: number;
}

/** State after log entry `sequence`, whose chain hash is `logHash`. */
export interface ChannelSession extends LogPlace {
  readonly group: Group;
  readonly sequence: number;
  readonly logHash: Bytes;
  readonly epochBeganAt: number; // log sequence of the Commit that began the epoch; 0: nobody committed yet
  readonly judgedAt: number; // ledger sequence that this Commit enacts: where the epoch's members were entitled (C12)
  readonly standing: Standing;
  readonly staged: Staged | null;
  readonly outbox: ReadonlyMap<string, OutboxRow>; // by `outboxName`: what may have left in this epoch

  /**
   * Nothing is encrypted before a Commit of ours that was made since the mailbox was opened (D5): the state came from
   * the relay, whatever it says of its age. Every session that was read from the store, or joined, begins so.
   */
  readonly mustCommit: boolean;
}

/** Under which a mailbox has the session of a channel. */
export function channelKey(operation: Bytes, channel: Bytes): string {
  return `${hex(operation)}/${hex(channel)}`;
}

/** Under which a session has the attempt that is exactly these bytes of the log, if it is one of its own. */
export function outboxName(message: Bytes): string {
  return hex(sha256(message));
}

/** With one attempt more: it is saved before its bytes leave (S5). */
export function withAttempt(session: ChannelSession, group: Group, row: OutboxRow): ChannelSession {
  return { ...session, group, outbox: new Map(session.outbox).set(hex(messageHash(row)), row) };
}

/** As it was before the Commit was staged: it was refused, or another was first. */
export function withoutStaged(session: ChannelSession): ChannelSession {
  return { ...session, staged: null };
}
