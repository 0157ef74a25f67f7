/** What a member learns from one entry of a channel's log: a closed union, as in `cencomm/client/events.py`. */

import type { Bytes } from "../bytes";
import type { Control } from "../forms/control";
import type { Envelope, SignedEnvelope } from "../forms/envelope";
import type { Signed } from "../forms/signed";

/** Why a message was set aside. The words are stored: add, never rename. */
export const REASONS = [
  "undecryptable",
  "wrong_epoch",
  "bad_anchor",
  "foreign_ledger", // its view of the ledger contradicts ours: alarm (L4)
  "foreign_log", // its view of the log contradicts ours: alarm (L4)
  "bad_payload",
  "bad_commitment",
  "bad_signature",
  "not_the_author", // the sender's leaf is not the author that the envelope names (S8): alarm
  "wrong_channel",
  "unknown_form",
  "ill_formed",
  "conflict", // other bytes under an author and message id that we hold (S4): alarm
  "own_unknown", // sent from our own leaf, but not by us (C10)
  "restarted", // its group ended before it could be read; its author sends it again (C11)
  "bad_commit", // a Commit that breaks a rule: the channel waits for a restart (C11)
] as const;
export type Reason = (typeof REASONS)[number];

/** Reasons that a person must be told of at once: somebody lies, or keys are in wrong hands. */
export const ALARMS: ReadonlySet<Reason> = new Set([
  "foreign_ledger",
  "foreign_log",
  "not_the_author",
  "conflict",
  "own_unknown",
  "bad_commit",
]);

/** Where in the suite an entry stands: enough to find it again and to prove it. */
export interface Place {
  readonly operation: Bytes;
  readonly channel: Bytes;
  readonly generation: number;
  readonly sequence: number;
  readonly logHash: Bytes;
  readonly epoch: bigint;
}

/** What is borne out of every message: who signed it, and that the log committed to it (S7, S8). */
interface Borne {
  readonly place: Place;
  readonly account: Bytes;
  readonly identityKey: Bytes;
  readonly certificate: Bytes;
  readonly salt: Bytes;
  readonly own: boolean;
  readonly authorRevoked: boolean; // entitled in its epoch, and known to be revoked since (C12)
}

/** Decrypted, signed by a device of an entitled member, committed to by the log. First copy in log order. */
export interface MessageDelivered extends Borne {
  readonly kind: "message";
  readonly signed: SignedEnvelope;
  readonly envelope: Envelope;
}

/** What a member's program said to the others (6.1), borne out like a message. Its body is not judged yet. */
export interface ControlDelivered extends Borne {
  readonly kind: "control";
  readonly signed: Signed;
  readonly control: Control;
}

/** The same envelope again (a retry that was accepted twice): nothing to do. */
export interface Repeated {
  readonly kind: "repeated";
  readonly place: Place;
}

/** Set aside with a durable reason; the log goes on. `account` is the sender as far as MLS authenticated one. */
export interface Quarantined {
  readonly kind: "quarantined";
  readonly place: Place;
  readonly reason: Reason;
  readonly detail: string;
  readonly message: Bytes;
  readonly account: Bytes | null;
}

/** A Commit that the ledger bears out changed who can read from here on. */
export interface EpochBegan {
  readonly kind: "epoch";
  readonly place: Place;
  readonly committer: Bytes; // accounts
  readonly added: readonly Bytes[];
  readonly removed: readonly Bytes[];
  readonly own: boolean;
}

/** Our own leaf is gone: nothing later can be read here. */
export interface RemovedFromChannel {
  readonly kind: "removed";
  readonly place: Place;
  readonly committer: Bytes;
}

/**
 * A Commit that the relay accepted breaks a rule, or our own state was used elsewhere (C10).
 *
 * Nothing after it can be processed; the coordination unit restarts the channel (C11). The state before is kept.
 */
export interface ChannelStalled {
  readonly kind: "stalled";
  readonly place: Place;
  readonly rule: string;
  readonly detail: string;
  readonly commitHash: Bytes;
}

/** What history brings: no news, and never a change of the channel. */
export type Fetched = MessageDelivered | ControlDelivered | Quarantined;

export type ChannelEvent =
  | MessageDelivered
  | ControlDelivered
  | Repeated
  | Quarantined
  | EpochBegan
  | RemovedFromChannel
  | ChannelStalled;
