/** What stops a member in an operation or channel. In every case nothing was changed. */

import { ProtocolError, Unavailable } from "../errors";

/** The relay skipped or repeated an entry: read the log from the own position. */
export class LogGap extends ProtocolError {
  constructor(expected: number, got: number) {
    super(`log entry ${got} where ${expected} follows`);
  }
}

/** The relay signed a log head that is not on the chain that we followed: both are kept, tell the unit (L4). */
export class LogContradicted extends ProtocolError {}

/** The relay's log is shorter than what this device holds: a backup was put back there, or it lies (C11). */
export class LogRolledBack extends ProtocolError {}

/** Members refer to ledger or log entries that the relay does not give us: wait, or tell the coordination unit. */
export class EntriesWithheld extends Unavailable {}
