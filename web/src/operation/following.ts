/** Operations as the relay shows them now, every entry verified (rules L2, L4, L7). */

import { hex, type Bytes } from "../bytes";
import type { RemoteVault } from "../account/remote-vault";
import type { Ledger, Pin } from "../ledger/ledger";
import { LedgerRefused } from "../ledger/refusal";
import { RelayRefuses, type RelayClient } from "../relay/relay-client";
import {
  AnotherLedger,
  extend,
  lacksNames,
  NeverJoined,
  NotAdmittedYet,
  openNames,
  RelayWithholds,
  type Operation,
} from "./operation";

/** Entries verified so far, and how many the relay signed for. */
export type Progress = (verified: number, signed: number) => void;

/** Who follows: for whom names are wrapped, and what this account saw before, on any computer (L2). */
export interface Follower {
  readonly account: Bytes;
  readonly vault: Pick<RemoteVault, "identityKey" | "exchangeKey">;
  readonly pin: Pin | null; // null: neither the account's vault nor its mailbox names the operation
}

/**
 * The whole operation, from its charter on, or from what is `held` of it.
 *
 * @throws NeverJoined nothing but the relay's word says that this is an operation of ours; it is not even asked for.
 * @throws LedgerRefused an entry breaks a rule.
 * @throws AnotherLedger it is not the one that this account saw before, or not the operation that was asked for (L2).
 * @throws NotAdmittedYet nobody admitted this account, as far as it ever saw.
 * @throws OperationFrozen the relay signed two histories (L4).
 * @throws RolledBack, RelayWithholds the relay shows less than it signs, or than it showed.
 */
export async function followOperation(
  relay: RelayClient,
  operation: Bytes,
  held: Operation | null,
  follower: Follower,
  progress: Progress,
): Promise<Operation> {
  if (held === null && follower.pin === null) {
    throw new NeverJoined();
  }
  const { ledger, head } = await unlessWaiting(followLedger(relay, operation, held, progress), held, follower.pin);
  if (follower.pin !== null) {
    verifySeen(ledger, follower.pin);
  }
  const member = ledger.members.get(hex(follower.account));
  const known = { ledger, head, frozen: null, contents: held?.contents ?? new Map(), troubles: held?.troubles ?? [] };
  if (member === undefined || member.revokedAt !== null || !lacksNames(known)) {
    return known;
  }
  const { identityKey, exchangeKey } = follower.vault;
  const [wraps, blobs] = await Promise.all([relay.wraps(operation), relay.blobs(operation)]);
  return openNames(known, { identityKey: identityKey.publicKey, exchangeKey }, wraps, blobs);
}

/** @throws AnotherLedger it is not the one that this account saw before, on any computer (L2). */
function verifySeen(ledger: Ledger, pin: Pin): void {
  try {
    ledger.verifyPin(pin);
  } catch (error) {
    throw error instanceof LedgerRefused ? new AnotherLedger(error.sentence) : error;
  }
}

async function followLedger(
  relay: RelayClient,
  operation: Bytes,
  held: Operation | null,
  progress: Progress,
): Promise<Pick<Operation, "ledger" | "head">> {
  let ledger = held?.ledger ?? null;
  let before = held?.head ?? null;
  for (;;) {
    const page = await relay.ledger(operation, ledger === null ? -1 : ledger.sequence);
    const extended = extend(operation, ledger, page, before);
    ({ ledger, head: before } = extended);
    const { sequence } = extended.head.statement;
    progress(ledger.sequence + 1, Number(sequence) + 1);
    if (sequence === BigInt(ledger.sequence)) {
      return extended;
    }
    if (page.entries.length === 0) {
      throw new RelayWithholds("the relay signs a longer ledger than it shows");
    }
  }
}

/** A letter's own pin names the charter alone: whoever was admitted once has seen more. */
async function unlessWaiting<T>(following: Promise<T>, held: Operation | null, pin: Pin | null): Promise<T> {
  try {
    return await following;
  } catch (error) {
    const hidden = error instanceof RelayRefuses && (error.code === "not_found" || error.code === "not_entitled");
    if (hidden && held === null && (pin === null || pin.sequence === 0)) {
      throw new NotAdmittedYet("the coordination unit has not admitted this account yet");
    }
    throw error;
  }
}
