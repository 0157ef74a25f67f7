/**
 * How exact bytes leave this device, so that nothing leaves before what it stands on is kept (rules S5, D4).
 *
 *     state computed -> store.apply -> Publisher.publish -> receipt
 */

import type { Bytes } from "../bytes";
import type { LogKind } from "../ledger/kinds";

/** One exact MLSMessage for a channel's log; Welcome and tree only beside a Commit that adds. */
export interface Publish {
  readonly operation: Bytes;
  readonly channel: Bytes;
  readonly generation: number;
  readonly sendId: Bytes;
  readonly kind: LogKind;
  readonly message: Bytes;
  readonly welcome: Bytes | null;
  readonly ratchetTree: Bytes | null;
}

/**
 * Whoever can publish for the state store that goes with it.
 *
 * What the store took in `apply` before is durable before the relay takes the message, or in the same transaction
 * (section 7.1: a mailbox that roams sends its write along): the relay stores both, or neither.
 */
export interface Publisher {
  /**
   * The signed receipt of this send id: the message, or the first that was sent under it, is on disk (S2).
   *
   * @throws RelayRefuses nothing was stored, and what the store took still waits.
   * @throws Unavailable it is not known whether it was stored: the same bytes again tell (S5).
   */
  publish(request: Publish): Promise<Bytes>;
}
