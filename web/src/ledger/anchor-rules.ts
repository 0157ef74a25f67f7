/** Whether an anchor is for this place and on our histories (rules C1, C3, L4), as `cencomm/ledger/anchor_rules.py`. */

import { equal, hex, type Bytes } from "../bytes";
import { MalformedError } from "../errors";
import { decodeAnchor, type Anchor } from "./anchor";
import { generationAt } from "./channel";
import { LogKind } from "./kinds";
import type { Ledger } from "./ledger";
import { AnchorRefused, LedgerBehind } from "./refusal";

/** Where in the logs of an operation an entry stands, and in which epoch. */
export interface AnchoredPlace {
  readonly channel: Bytes;
  readonly generation: number;
  readonly sequence: number;
  readonly epochBeganAt: number; // log sequence of the Commit that began the message's epoch, 0 in epoch 0
}

/**
 * The anchor of a log entry: for this channel, on our ledger, and its log view possible at that place.
 *
 * @throws AnchorRefused the sender broke C1, or stands on a ledger that is not ours (C3).
 * @throws LedgerBehind the sender holds more of the ledger than we do; nothing is said about the message yet.
 */
export function judgeAnchor(ledger: Ledger, authenticatedData: Bytes, kind: LogKind, place: AnchoredPlace): Anchor {
  const anchor = readAnchor(authenticatedData);
  if (anchor.kind !== kind) {
    const named = anchor.kind === LogKind.commit ? "commit" : "application";
    throw new AnchorRefused("C1", `the anchor is of the kind ${named}, the message is not`);
  }
  if (!equal(anchor.operation, ledger.operation)) {
    throw new AnchorRefused("C1", "the anchor is of another operation");
  }
  if (!equal(anchor.channel, place.channel)) {
    throw new AnchorRefused("C1", "the anchor is of another channel");
  }
  if (anchor.generation !== place.generation) {
    throw new AnchorRefused("C1", "the anchor is of another generation of the channel");
  }
  judgeLedgerView(ledger, anchor);
  if (anchor.logSequence < BigInt(place.epochBeganAt) || anchor.logSequence >= BigInt(place.sequence)) {
    throw new AnchorRefused("C1", "the anchor's log view is not between the epoch's beginning and the message");
  }
  return anchor;
}

/**
 * The sender processed the same log as we did, up to its view.
 *
 * It is apart from `judgeAnchor` since it decides no Commit's validity: members with two logs must notice, not part
 * (L4). `held` is our own log hash at the anchor's log sequence, zeros for 0.
 *
 * @throws AnchorRefused quarantine the message, raise the alarm and name its sender.
 */
export function judgeLogView(anchor: Anchor, held: Bytes): void {
  if (!equal(anchor.logHash, held)) {
    throw new AnchorRefused("L4", `the sender saw another log than we did at entry ${anchor.logSequence}`);
  }
}

function readAnchor(authenticatedData: Bytes): Anchor {
  try {
    return decodeAnchor(authenticatedData);
  } catch (error) {
    if (error instanceof MalformedError) {
      throw new AnchorRefused("C1", `the authenticated data is no anchor: ${error.message}`);
    }
    throw error;
  }
}

function judgeLedgerView(ledger: Ledger, anchor: Anchor): void {
  const held = ledger.hashAt(anchor.ledgerSequence);
  if (held === null) {
    throw new LedgerBehind(anchor.ledgerSequence, ledger.sequence);
  }
  if (!equal(held, anchor.ledgerHash)) {
    throw new AnchorRefused("C3", `the anchor's ledger entry ${anchor.ledgerSequence} is not on our chain`);
  }
  const declared = ledger.channels.get(hex(anchor.channel));
  const current = declared === undefined ? null : generationAt(declared, Number(anchor.ledgerSequence));
  if (current === null) {
    throw new AnchorRefused("C1", "the channel does not exist at the anchored head");
  }
  if (current.number !== anchor.generation) {
    // Not the newest one that we know: no verdict changes with a restart (C3).
    throw new AnchorRefused("C1", "the generation is not the channel's current one at the anchored head");
  }
}
