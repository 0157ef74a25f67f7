/** Refusals that name the rule they rest on (docs/ledger.md lists the rules). */

import { ProtocolError, Refused } from "../errors";

/** An entry does not follow from the ledger before it. */
export class LedgerRefused extends Refused {}

/** The ledger does not admit this identity to this channel at that head. */
export class NotEntitled extends ProtocolError {}
