/** What keeps a message or a Commit from leaving this device. In every case nothing was changed. */

import { CencommError, ProtocolError, Unavailable, UsageError } from "../errors";
import type { Operation } from "../operation/operation";
import { RelayRefuses } from "../relay/relay-client";
import { Standing } from "./session";

/** Nothing can be written from this device: it was removed, or the channel waits for the unit's restart. */
export class ChannelNotUsable extends CencommError {
  constructor(readonly standing: Standing) {
    const word = Object.entries(Standing).find(([, number]) => number === standing)?.[0];
    super(`nothing can be sent here: this device's place in the channel is '${word}'`);
  }
}

/** The relay was caught signing two histories: the coordination unit looks at the evidence first (L4). */
export class FrozenOperation extends CencommError {
  constructor(sentence: string) {
    super(`this operation is frozen: ${sentence}`);
  }
}

/** @throws FrozenOperation the relay signed two histories: nothing is sent, Commits neither (L4). */
export function requireThawed({ frozen }: Operation): void {
  if (frozen !== null) {
    throw new FrozenOperation(frozen.sentence);
  }
}

/** The unit restarted the channel and this device is not in the new group yet. What was signed goes out then. */
export class ChannelRestarting extends Unavailable {
  constructor() {
    super("the unit restarts this channel: the message is kept, and goes out when this device is back in");
  }
}

/** The ledger does not admit this account to the operation or channel (yet, or any more). */
export class NotAMember extends UsageError {}

/** This device is not in the channel yet: what was signed goes out when a member has added it. */
export class NotYetAdded extends Unavailable {
  constructor() {
    super("this device is not in the channel yet: it is added as soon as another member is online");
  }
}

/** What was signed and waited does not answer the operation's form any more: its author writes it anew. */
export class NoLongerAllowed extends ProtocolError {}

/** Somebody who is no longer entitled can still read: commit their removal, then send (C4). */
export class MustEnactFirst extends UsageError {
  constructor() {
    super("a revocation is not carried out yet in this channel");
  }
}

/** The mailbox was opened from the relay: a Commit of our own comes before anything is encrypted here (D5). */
export class MustCommitFirst extends UsageError {
  constructor() {
    super("since this mailbox was opened, no Commit of ours began the channel's epoch");
  }
}

/** The relay signed a receipt for something that its log does not show: keep it, tell the unit. */
export class ReceiptContradicted extends ProtocolError {}

const PACING_RULE = "C7";

/** Whether the relay refused with one of these codes of section 8. */
export function refusedWith(error: unknown, ...codes: readonly string[]): error is RelayRefuses {
  return error instanceof RelayRefuses && codes.includes(error.code);
}

/** Our Commit revokes nobody and waits for its turn (C7): nothing is wrong with it. */
export function isBusy(error: unknown): error is RelayRefuses {
  return refusedWith(error, "too_many") && error.details["rule"] === PACING_RULE;
}
