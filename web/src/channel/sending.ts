/**
 * Encrypting one envelope or control message for the channel's current epoch (rules C1, C4, D5, S5, S7).
 *
 * Gives the new session and an outbox row; both are saved in one write before the row's bytes may leave.
 */

import type { Bytes } from "../bytes";
import { commitment, encodePayload, SALT_BYTES } from "../forms/payload";
import type { Signed } from "../forms/signed";
import { encodeAnchor, type Anchor } from "../ledger/anchor";
import type { CertificateMemo } from "../ledger/certificate-memo";
import { LogKind } from "../ledger/kinds";
import type { Ledger } from "../ledger/ledger";
import { TreeRefused } from "../ledger/refusal";
import { HASH_BYTES } from "../ledger/sizes";
import { entitledLeaf } from "../ledger/tree-rules";
import type { Entropy } from "../primitives/entropy";
import type { OutboxRow } from "./outbox";
import { Standing, withAttempt, type ChannelSession } from "./session";
import { ChannelNotUsable, MustCommitFirst, MustEnactFirst } from "./unsendable";

/**
 * One attempt. The generation that it takes is burned, whatever becomes of it.
 *
 * @throws ChannelNotUsable this device is not in the channel, or the channel waits for a restart.
 * @throws MustCommitFirst the state came from the relay, and no Commit of ours was made since (D5).
 * @throws MustEnactFirst somebody who can still read is no longer entitled: their removal goes first (C4).
 * @throws PayloadTooLarge longer than the largest payload.
 */
export async function encrypt(
  session: ChannelSession,
  signed: Signed,
  ledger: Ledger,
  sendId: Bytes,
  certificates: CertificateMemo,
  entropy: Entropy,
): Promise<{ readonly session: ChannelSession; readonly row: OutboxRow }> {
  if (session.standing !== Standing.live || session.epochBeganAt === 0) {
    throw new ChannelNotUsable(session.standing);
  }
  if (session.mustCommit) {
    throw new MustCommitFirst();
  }
  if (unentitledLeaves(session, ledger, certificates).length > 0) {
    throw new MustEnactFirst();
  }
  const salt = entropy(SALT_BYTES);
  const anchor = anchorOf(session, ledger, LogKind.application, commitment(salt, signed));
  const { group, message } = await session.group.seal(encodePayload(salt, signed), encodeAnchor(anchor));
  const row: OutboxRow = { sendId, epoch: session.group.epoch, message, salt, signed };
  return { session: withAttempt(session, group, row), row };
}

/** What we stand on, as whatever we send now says it (C1). `committed` is null in a Commit. */
export function anchorOf(session: ChannelSession, ledger: Ledger, kind: LogKind, committed: Bytes | null): Anchor {
  return {
    kind,
    operation: session.operation,
    channel: session.channel,
    generation: session.generation,
    ledgerSequence: BigInt(ledger.sequence),
    ledgerHash: ledger.headHash,
    logSequence: BigInt(session.sequence),
    logHash: session.logHash,
    commitment: committed ?? new Uint8Array(HASH_BYTES),
  };
}

/** Leaves that the newest ledger that we hold gives no place here: revoked, ended, or not what they say (C4, C5). */
export function unentitledLeaves(
  session: ChannelSession,
  ledger: Ledger,
  certificates: CertificateMemo,
): readonly number[] {
  const judging = { ledger, channel: session.channel, at: ledger.sequence, certificates };
  return session.group.leaves
    .filter((leaf) => {
      try {
        entitledLeaf(judging, leaf);
        return false;
      } catch (error) {
        if (error instanceof TreeRefused) {
          return true;
        }
        throw error;
      }
    })
    .map((leaf) => leaf.index);
}
