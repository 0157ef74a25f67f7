/**
 * Who may have what of a channel that was said before they came (rule H1), and who may give it to them (rule H2).
 *
 * As `cencomm/ledger/history.py`: "since the first Commit whose anchor includes the admission" and "in an epoch whose
 * Commit is anchored at the admission or later" are the same entries, since anchors never go back within a channel.
 */

import { hex, type Bytes } from "../bytes";
import { History, Role } from "./kinds";
import type { Ledger } from "./ledger";
import type { Member } from "./membership";
import { NotEntitled } from "./refusal";
import { Refused } from "../errors";

/** Roles that may answer a request: the archive, which is always there, and the coordinators in its stead. */
const SERVERS: ReadonlySet<Role> = new Set([Role.archive, Role.coordinator]);

/** Not theirs to have, or not theirs to give. */
export class HistoryRefused extends Refused {}

/**
 * The ledger entry from which on `account` may read what was said in `channel`; 0: all of it.
 *
 * @throws HistoryRefused not entitled to the channel now (H1), or the charter gives no history.
 */
export function historyOpensAt(ledger: Ledger, account: Bytes, channel: Bytes): number {
  const member = requireReader(ledger, account, channel);
  switch (ledger.charter.policy.history) {
    case History.none:
      throw new HistoryRefused("H1", "the charter of this operation gives no history to those who come later");
    case History.sinceAdmission:
      return member.firstAdmittedAt;
    case History.all:
      return 0;
  }
}

/** `account` may answer requests in the channel: it reads it itself, as archive or coordinator. @throws HistoryRefused */
export function requireServer(ledger: Ledger, account: Bytes, channel: Bytes): Member {
  const member = requireReader(ledger, account, channel);
  if (!SERVERS.has(member.role)) {
    throw new HistoryRefused("H2", "history comes from the archive or a coordinator");
  }
  return member;
}

function requireReader(ledger: Ledger, account: Bytes, channel: Bytes): Member {
  const member = ledger.members.get(hex(account));
  if (member === undefined) {
    throw new HistoryRefused("H1", "this account never was a member of the operation");
  }
  try {
    return ledger.entitled(channel, member.identityKey, ledger.sequence);
  } catch (error) {
    if (error instanceof NotEntitled) {
      throw new HistoryRefused("H1", error.message);
    }
    throw error;
  }
}
