/** What each item of a chunk brings here: a message, something to set aside, or nothing (H2, S4). */

import { equal, type Bytes } from "../bytes";
import { judgeContent } from "../channel/content";
import type { ControlDelivered, MessageDelivered, Quarantined } from "../channel/events";
import type { Host } from "../channel/host";
import { readSeen, seenKey } from "../channel/seen";
import { ControlKind } from "../forms/control";
import { encodeSigned } from "../forms/signed";
import { HistoryRefused } from "../ledger/history";
import type { Absent } from "../ledger/history-items";
import { sha256 } from "../primitives/hashes";
import type { Answered } from "./judging";
import { judgeItem, type Outline } from "./verifying";

/**
 * Kinds of control messages that mean later what they meant then: without a withdrawal, whoever reads of the release in
 * history would keep what its owner took back (R7).
 */
const HOLDS_ON: ReadonlySet<number> = new Set([ControlKind.releaseDecision]);

/** What one chunk brought. `seen`: what a store must apply for it to have been taken in once. */
export interface Taken {
  readonly messages: readonly MessageDelivered[];
  readonly decisions: readonly ControlDelivered[];
  readonly wrong: readonly Quarantined[];
  readonly missing: readonly Absent[];
  readonly seen: ReadonlyMap<string, Bytes | null>;
}

/**
 * @throws HistoryRefused one item is not borne out. An honest server gives nothing that it did not bear out itself, by
 *   the same checks; so the entry is asked of another, and not set aside on this one's word.
 * @throws LedgerBehind an entry names more of the ledger than the relay shows us.
 */
export async function judgeItems(host: Host, outline: Outline, said: readonly Answered[]): Promise<Taken> {
  const messages: MessageDelivered[] = [];
  const decisions: ControlDelivered[] = [];
  const wrong: Quarantined[] = [];
  const missing: Absent[] = [];
  const seen = new Map<string, Bytes | null>();
  const { ledger } = host.operation(outline.log.operation);
  const judge = { ledger, certificates: host.certificates, account: host.device.account };
  for (const { entry, item } of said) {
    if (item.kind === "absent") {
      missing.push(item);
      continue;
    }
    const verdict = judgeItem(item, entry, outline, judge);
    if (verdict.kind === "quarantined") {
      throw new HistoryRefused("H2", `entry ${entry.sequence} is not what it gave for it: ${verdict.detail}`);
    }
    if (verdict.kind === "control" && !HOLDS_ON.has(verdict.control.kind)) {
      continue; // what members' programs said to each other then; it held then
    }
    const known = seen.get(seenBy(verdict)) ?? null;
    if (known !== null) {
      // S4 within the chunk; `judgeContent` sees to all before it.
      if (!equal(readSeen(known).envelopeHash, sha256(encodeSigned(verdict.signed)))) {
        wrong.push(conflict(verdict));
      }
      continue;
    }
    const { event, writes } = await judgeContent(host, verdict);
    writes.forEach((value, key) => seen.set(key, value));
    if (event.kind === "message") {
      messages.push(event);
    } else if (event.kind === "control") {
      decisions.push(event);
    } else if (event.kind === "quarantined") {
      wrong.push({ ...event, detail: `history: ${event.detail}` });
    }
  }
  return { messages, decisions, wrong, missing, seen };
}

function seenBy(verdict: MessageDelivered | ControlDelivered): string {
  const { message } = verdict.kind === "message" ? verdict.envelope : verdict.control;
  return seenKey(verdict.place.operation, verdict.identityKey, message);
}

function conflict(verdict: MessageDelivered | ControlDelivered): Quarantined {
  const detail = "history: other bytes under a message id that this author used before";
  const { place, account } = verdict;
  return { kind: "quarantined", place, reason: "conflict", detail, message: encodeSigned(verdict.signed), account };
}
