/**
 * What the functions of a channel need of the device around them: the mailbox gives it, and tests have their own.
 *
 * They are called by whoever holds the mailbox's one lock, and change nothing but through `write`: new state computed,
 * written in one transaction, adopted, and only then do bytes leave (S5).
 */

import type { Bytes } from "../bytes";
import type { Envelope } from "../forms/envelope";
import type { CertificateMemo } from "../ledger/certificate-memo";
import type { Member } from "../ledger/membership";
import type { LogHead } from "../ledger/statements";
import type { Leaves } from "../mls/slices";
import type { Operation } from "../operation/operation";
import type { Entropy } from "../primitives/entropy";
import type { SigningKey } from "../primitives/signatures";
import type { Caller } from "../relay/caller";
import type { StateStore, Writes } from "../store/state-store";
import type { ChannelEvent, Fetched } from "./events";
import type { ChannelSession } from "./session";

/** The device that speaks: its certificate is the credential of its leaves and the author of its envelopes. */
export interface OwnDevice {
  readonly account: Bytes;
  readonly device: Bytes;
  readonly identityKey: Bytes; // the account's public one
  readonly certificate: Bytes; // encoded DeviceCertificate, signed by the identity key
  readonly signingKey: SigningKey;
}

/** The relay's newest word about a log, and the bytes that prove that it said so. */
export interface AttestedLogHead {
  readonly encoded: Bytes;
  readonly statement: LogHead;
}

/** What became of asking for history in an operation. `fetched` is taken in with the write, in the order of its log. */
export interface HistoryTaken {
  readonly operation: Bytes;
  readonly fetched: readonly Fetched[];
}

/** A channel of an operation. */
export interface ChannelPlace {
  readonly operation: Bytes;
  readonly channel: Bytes;
}

/** What changes in memory together with what is written; nothing of it when the write fails. */
export interface Change<Session> {
  readonly session?: Session;
  readonly event?: ChannelEvent; // told to the mailbox once it is durable
  readonly history?: HistoryTaken;
}

export interface ChannelHost<Session> {
  readonly relay: Caller;
  readonly store: Pick<StateStore, "get" | "scan">;
  readonly device: OwnDevice;
  readonly certificates: CertificateMemo; // those that verified before
  readonly entropy: Entropy;
  readonly now: () => number; // seconds

  /** By `channelKey`. */
  readonly sessions: ReadonlyMap<string, Session>;

  /** By `channelKey`: our chain hashes of the channel's current epoch, by log sequence. */
  readonly logHashes: Map<string, Map<number, Bytes>>;

  /** By `channelKey`: the newest log head that the relay signed. */
  readonly logHeads: Map<string, AttestedLogHead>;

  /** @throws NotAMember nothing is known of it. */
  operation(operation: Bytes): Operation;

  /** Our own place in the operation. @throws NotAMember not admitted yet, or revoked. */
  membership(operation: Bytes): Member;

  /** The operation with the relay's newest ledger, verified. @throws ProtocolError, RelayRefuses, Unavailable */
  followLedger(operation: Bytes): Promise<Operation>;

  /** @throws ProtocolError the envelope's values do not answer the form that it names. */
  judgeReport(operation: Operation, envelope: Envelope): void;

  /** Resolves when whatever else waits in this program had its turn. */
  breathe(): Promise<void>;

  /** As `breathe`; entering the channel is so far. */
  pace(channel: ChannelPlace, leaves: Leaves): Promise<void>;

  /** Make `writes` durable with the change, then adopt it. @throws Unavailable, StaleStore nothing was changed. */
  write(writes: Writes, change?: Change<Session>): Promise<void>;

  /** Drop a group that never came to be: the relay refused its first Commit, or another was first (L8). */
  forgetSession(session: Session): Promise<void>;
}

export type Host = ChannelHost<ChannelSession>;
