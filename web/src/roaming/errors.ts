/** What can be wrong with a mailbox that roams. */

import { CencommError, ProtocolError } from "../errors";

/** The relay gives a mailbox that was never sealed as a whole: rows exchanged, mixed, kept back (D4). */
export class MailboxAltered extends ProtocolError {}

/** Messages wait here that no log shows: a mailbox is not handed over before they are sent (D4). */
export class OutboxNotEmpty extends CencommError {
  constructor(readonly count: number) {
    super(`${count} of your messages are not sent yet`);
  }
}

/** Another tab of this browser has the mailbox: two that send from one state would burn each other's keys (S5). */
export class OpenInAnotherTab extends CencommError {
  constructor() {
    super("the mailbox is open in another tab of this browser: go there, or close it");
  }
}

/** The mailbox was written by another kind of program, which keeps other things in it (ADR 0027). */
export class AnotherProgram extends CencommError {}
