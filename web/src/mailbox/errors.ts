/** What a mailbox refuses on its own. */

import { UsageError } from "../errors";

/** We do not belong there, or not yet, or not any more. */
export class NotAMember extends UsageError {}
