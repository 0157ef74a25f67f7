/**
 * Whether a control message's body is one of its kind (docs/protocol.md section 6.1).
 *
 * Kinds that this program does not know, or that only the unit's and nodes' programs act on, change nothing here.
 */

import { equal } from "../bytes";
import { uint } from "../codec";
import { MalformedError } from "../errors";
import { decodeAcknowledgement } from "../forms/acknowledgement";
import { ControlKind, type Control } from "../forms/control";
import { decodeHistoryRequest } from "../ledger/history-request";

const HEARTBEAT_BODY = uint(1, 2); // its version; all else that it says is in every message's frame and anchor (H3)
const MAX_SECONDS = 7_258_118_400n; // 2200-01-01

/** @throws MalformedError the body is none of its kind: the message is set aside. */
export function judgeControl(control: Control): void {
  if (control.kind === ControlKind.heartbeat && !equal(control.body, HEARTBEAT_BODY)) {
    throw new MalformedError("not a heartbeat of version 1");
  }
  if (control.kind === ControlKind.historyRequest) {
    decodeHistoryRequest(control.body); // answering it is for archive and coordinators
  }
  if (control.kind === ControlKind.acknowledgement) {
    decodeAcknowledgement(control.body);
    if (control.writtenAt >= MAX_SECONDS) {
      throw new MalformedError("an acknowledgement from after the last calendar");
    }
  }
}
