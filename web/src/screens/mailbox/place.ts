/** Where the officer is: which operation, which box, which message. Replaced, never changed. */

import { lies, shown, type Entry } from "../../mailbox/boxes";
import { EVERYTHING, isUnread, passes, type Filter } from "../../mailbox/filters";
import { operationOf, type Board, type BoardOperation } from "./board";
import type { Shelf } from "./terms";

/** On a phone one pane is seen at a time. */
export type Pane = "boxes" | "list" | "story";

export interface Place {
  readonly operation: string | null; // null: all
  readonly shelf: Shelf;
  readonly filter: Filter;
  readonly sought: string;
  readonly message: string | null; // key of the chosen one
  readonly pane: Pane;
  readonly details: boolean; // the operation itself instead of a story
}

export const START: Place = {
  operation: null,
  shelf: "inbox",
  filter: EVERYTHING,
  sought: "",
  message: null,
  pane: "list",
  details: false,
};

export function operationsAt(board: Board, place: Place): readonly BoardOperation[] {
  return place.operation === null
    ? board.operations
    : board.operations.filter((one) => one.operation === place.operation);
}

/** What the list shows of those that pass the filter: the box, or where something is sought, what was found in any. */
export function listed(board: Board, place: Place, found: ReadonlySet<string> | null): readonly Entry[] {
  if (place.shelf === "drafts" || place.shelf === "aside") {
    return [];
  }
  const entries = place.operation === null ? board.entries : (operationOf(board, place.operation)?.entries ?? []);
  const countryOf = new Map<string, string | null>();
  for (const one of board.operations) {
    one.members.forEach((member, account) => countryOf.set(account, member.profile?.country ?? null));
  }
  const there =
    found === null ? shown(entries, place.shelf) : entries.filter(({ view }) => found.has(view.key)).reverse();
  return there.filter((entry) => passes(entry, place.filter, (account) => countryOf.get(account) ?? null));
}

export interface Counts {
  readonly unread: number;
  readonly forUs: number;
  readonly late: number; // of those for us
  readonly waiting: number;
  readonly drafts: number;
  readonly aside: number;
  readonly alarms: number;
}

export function countsOf(board: Board, operations: readonly BoardOperation[]): Counts {
  const { unread, waiting, forUs } = together(operations.map((one) => tallyOf(one.entries)));
  const aside = operations.flatMap((one) => one.mailbox.aside);
  return {
    unread,
    forUs: forUs.length,
    late: forUs.filter((entry) => (entry.asked.answerBy ?? Infinity) < board.now).length,
    waiting,
    drafts: operations.flatMap((one) => [...one.mailbox.drafts, ...one.mailbox.outgoing]).length,
    aside: aside.length,
    alarms: aside.filter((one) => one.alarm).length,
  };
}

/** What does not hang on the hour. */
interface Tally {
  readonly unread: number;
  readonly waiting: number;
  readonly forUs: readonly Entry[];
}

const TALLIES = new WeakMap<readonly Entry[], Tally>(); // several parts of the screen count the same

function tallyOf(entries: readonly Entry[]): Tally {
  const known = TALLIES.get(entries);
  if (known !== undefined) {
    return known;
  }
  let [unread, waiting] = [0, 0];
  const forUs: Entry[] = [];
  for (const entry of entries) {
    unread += isUnread(entry) ? 1 : 0;
    waiting += lies(entry, "waiting") ? 1 : 0;
    if (entry.forUs) {
      forUs.push(entry);
    }
  }
  const tally = { unread, waiting, forUs };
  TALLIES.set(entries, tally);
  return tally;
}

function together(tallies: readonly Tally[]): Tally {
  const sum = (of: (tally: Tally) => number): number => tallies.reduce((all, tally) => all + of(tally), 0);
  return { unread: sum((one) => one.unread), waiting: sum((one) => one.waiting), forUs: tallies.flatMap((one) => one.forUs) };
}
