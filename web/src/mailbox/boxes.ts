/** Where a message lies: the boxes of the officer, over one operation or all. Pure. */

import type { Answering } from "./answering";
import { merge } from "./order";
import type { MessageView } from "./views";

/** `forUs`: somebody must answer, and it may be us. `waiting`: our own, for which others have not answered. */
export type Box = "inbox" | "forUs" | "waiting" | "sent" | "flagged";

/** A message with what the boxes need to know of it. */
export interface Entry {
  readonly view: MessageView;
  readonly form: string; // machine name; empty while the definition is not here
  readonly story: string; // key of the message with which it begins
  readonly asked: Answering;
  readonly forUs: boolean;
}

export function lies(entry: Entry, box: Box): boolean {
  switch (box) {
    case "inbox":
      return !entry.view.own;
    case "forUs":
      return entry.forUs;
    case "waiting":
      return entry.view.own && entry.asked.open.length > 0;
    case "sent":
      return entry.view.own;
    case "flagged":
      return entry.view.marks.flagged;
  }
}

/** As the list shows a box: the newest first; what presses stands by the time that is left, the shortest first. */
export function shown(entries: readonly Entry[], box: Box): readonly Entry[] {
  const newest = entries.filter((entry) => lies(entry, box)).reverse();
  if (box !== "forUs" && box !== "waiting") {
    return newest;
  }
  const until = (entry: Entry): number => entry.asked.answerBy ?? Number.MAX_SAFE_INTEGER;
  return newest.sort((a, b) => until(a) - until(b));
}

/** Several operations' entries in one list, the oldest first; each keeps its own order. */
export function together(lists: readonly (readonly Entry[])[]): readonly Entry[] {
  return merge(lists, (entry) => entry.view.body.writtenAt);
}
