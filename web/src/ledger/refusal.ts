/** Refusals that name the rule they rest on (docs/ledger.md lists the rules). */

import { ProtocolError, Refused, Unavailable } from "../errors";

/** An entry does not follow from the ledger before it. */
export class LedgerRefused extends Refused {}

/** The authenticated data of a message is not for this place, or names a history that is not ours. */
export class AnchorRefused extends Refused {}

/** A leaf has no business in the tree. */
export class TreeRefused extends Refused {}

/** The Commit is invalid for everybody who holds the ledger up to its anchor; stay in the epoch before it. */
export class CommitRefused extends Refused {}

/** The Welcome leads into a group that is not the operation's; do not join. */
export class JoinRefused extends Refused {}

/** The ledger does not admit this identity to this channel at that head. */
export class NotEntitled extends ProtocolError {}

/**
 * The anchor names an entry that we do not hold yet: fetch the ledger up to `needed` and judge again.
 *
 * A fault of ours or of the relay's delivery, never a reason to refuse what was anchored there.
 */
export class LedgerBehind extends Unavailable {
  constructor(
    readonly needed: bigint,
    readonly held: number,
  ) {
    super(`judging this takes ledger entry ${needed}, only ${held} is here`);
  }
}
