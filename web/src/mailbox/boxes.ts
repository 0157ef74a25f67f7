/** Where a message lies: the boxes of the officer, over one operation or all. Pure. */

import type { Overview } from "../operation/overview";
import { answering, waitsFor, type Answering } from "./answering";
import { merge, readingOrder } from "./order";
import { Roster } from "./roster";
import { formName, storiesOf } from "./stories";
import type { MessageView, OperationMailbox } from "./views";

/** `forUs`: somebody must answer, and it may be us. `waiting`: our own, for which others have not answered. */
export type Box = "inbox" | "forUs" | "waiting" | "sent" | "flagged";

/** The form that stops a clock: what was done about a message. */
const RESPONSE = "response";

/** A message with what the boxes need to know of it. */
export interface Entry {
  readonly view: MessageView;
  readonly form: string; // machine name; empty while the definition is not here
  readonly story: string; // key of the message with which it begins
  readonly asked: Answering;
  readonly forUs: boolean;
}

/** One operation's messages, the oldest first. `overview` is null while the operation does not verify. */
export function entriesOf(mailbox: OperationMailbox, overview: Overview | null, account: string): readonly Entry[] {
  const messages = readingOrder(mailbox.messages);
  const stories = storiesOf(messages, mailbox.forms);
  const responses = new Map<string, MessageView[]>(); // by channel and the id that they answer
  for (const message of messages) {
    if (message.replyTo !== null && formName(message, mailbox.forms) === RESPONSE) {
      const name = `${message.channel}/${message.replyTo}`;
      responses.set(name, [...(responses.get(name) ?? []), message]);
    }
  }
  const members = overview?.members ?? [];
  const channels = new Map((overview?.channels ?? []).map((channel) => [channel.channel, channel]));
  const rosters = new Map<string, Roster>(); // few heads for many messages
  const rosterOf = ({ channel, ledgerSequence }: MessageView): Roster => {
    const name = `${channel}/${ledgerSequence}`;
    const roster = rosters.get(name) ?? Roster.at(members, channels.get(channel) ?? null, ledgerSequence);
    rosters.set(name, roster);
    return roster;
  };
  return messages.map((view) => {
    const answers = responses.get(`${view.channel}/${view.message}`) ?? [];
    const asked = answering(view, rosterOf(view), answers);
    return {
      view,
      form: formName(view, mailbox.forms),
      story: stories.get(view.key) ?? view.key,
      asked,
      forUs: !view.own && waitsFor(asked, account),
    };
  });
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
