/** Operations as the relay shows them now, every entry verified (rules L2, L4, L7). */

import { hex, type Bytes } from "../bytes";
import type { RemoteVault } from "../account/remote-vault";
import { Ledger, type Pin } from "../ledger/ledger";
import type { LedgerHead } from "../ledger/statements";
import type { RelayClient } from "../relay/relay-client";
import { extend, openNames, RelayWithholds, type Operation } from "./operation";

/** Entries verified so far, and how many the relay signed for. */
export type Progress = (verified: number, signed: number) => void;

/**
 * The whole operation, from its charter on.
 *
 * @throws LedgerRefused an entry breaks a rule, or the ledger is not the one that this account saw elsewhere (L2).
 * @throws RolledBack, RelayWithholds the relay shows less than it signs.
 */
export async function followOperation(
  relay: RelayClient,
  operation: Bytes,
  vault: RemoteVault,
  pin: Pin | null,
  account: Bytes,
  progress: Progress,
): Promise<Operation> {
  const { ledger, head } = await followLedger(relay, operation, progress);
  if (pin !== null) {
    ledger.verifyPin(pin);
  }
  const member = ledger.members.get(hex(account));
  if (member === undefined || member.revokedAt !== null) {
    return { ledger, head, contents: new Map(), troubles: [] };
  }
  const identity = { identityKey: vault.identityKey.publicKey, exchangeKey: vault.exchangeKey };
  const [wraps, blobs] = await Promise.all([relay.wraps(operation), relay.blobs(operation)]);
  return openNames(ledger, head, identity, wraps, blobs);
}

async function followLedger(
  relay: RelayClient,
  operation: Bytes,
  progress: Progress,
): Promise<{ ledger: Ledger; head: LedgerHead }> {
  let ledger: Ledger | null = null;
  for (;;) {
    const page = await relay.ledger(operation, ledger === null ? -1 : ledger.sequence);
    const extended = extend(operation, ledger, page);
    ledger = extended.ledger;
    progress(ledger.sequence + 1, Number(extended.head.sequence) + 1);
    if (extended.head.sequence === BigInt(ledger.sequence)) {
      return extended;
    }
    if (page.entries.length === 0) {
      throw new RelayWithholds("the relay signs a longer ledger than it shows");
    }
  }
}
