/** Where the officer is: which operation, which box, which message. Replaced, never changed. */

import { shown, type Entry } from "../../mailbox/boxes";
import { EVERYTHING, isUnread, passes, type Filter } from "../../mailbox/filters";
import { wordsOf, textsOf, type SearchIndex } from "../../mailbox/search";
import { memberOf, operationOf, readingOf, type Board, type BoardOperation } from "./board";
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

/** What the list shows: those of the box that pass the filter and have what is sought. */
export function listed(board: Board, place: Place, index: SearchIndex): readonly Entry[] {
  if (place.shelf === "drafts" || place.shelf === "aside") {
    return [];
  }
  const entries = place.operation === null ? board.entries : (operationOf(board, place.operation)?.entries ?? []);
  const words = wordsOf(place.sought);
  const countryOf = new Map<string, string | null>();
  for (const one of board.operations) {
    one.members.forEach((member, account) => countryOf.set(account, member.profile?.country ?? null));
  }
  if (words.length > 0) {
    entries.forEach((entry) => index.add(sought(board, entry), () => sayings(board, entry)));
  }
  return shown(entries, place.shelf).filter(
    (entry) =>
      passes(entry, place.filter, (account) => countryOf.get(account) ?? null) &&
      (words.length === 0 || index.has(sought(board, entry), words)),
  );
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
  const entries = operations.flatMap((one) => one.entries);
  const forUs = entries.filter((entry) => entry.forUs);
  const aside = operations.flatMap((one) => one.mailbox.aside);
  return {
    unread: entries.filter(isUnread).length,
    forUs: forUs.length,
    late: forUs.filter((entry) => (entry.asked.answerBy ?? Infinity) < board.now).length,
    waiting: entries.filter((entry) => entry.view.own && entry.asked.open.length > 0).length,
    drafts: operations.flatMap((one) => [...one.mailbox.drafts, ...one.mailbox.outgoing]).length,
    aside: aside.length,
    alarms: aside.filter((one) => one.alarm).length,
  };
}

/** Under which name what a message says lies in the index: as much of it as is here. */
function sought(board: Board, { view }: Entry): string {
  return `${board.readings?.tongue.language}/${view.key}/${view.extent}`;
}

/** Everything by which somebody may seek a message: what was said, what it is called here, who said it. */
function sayings(board: Board, entry: Entry): readonly string[] {
  const { view } = entry;
  const reading = readingOf(board, view.operation, view)?.reading;
  const labels = reading?.passages.flatMap((passage) => passage.lines.map((line) => line.text)) ?? [];
  const profile = memberOf(board, view)?.profile;
  return [
    ...textsOf(view.body.values),
    ...labels,
    ...view.body.attachments.map((attachment) => attachment.name),
    reading?.title ?? "",
    profile?.name ?? "",
    profile?.organisation ?? "",
  ];
}
