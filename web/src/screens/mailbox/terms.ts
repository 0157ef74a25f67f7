/** What boxes, priorities, clocks and reasons are called. */

import type { Priority, Tlp } from "../../forms/envelope";
import type { Box } from "../../mailbox/boxes";
import type { ChannelState } from "../../mailbox/views";
import type { Words } from "../../words";

/** What the list can show: a box of messages, what we write, what was set aside. */
export type Shelf = Box | "drafts" | "aside";

const SHELVES: Readonly<Record<Shelf, string>> = {
  inbox: "Inbox",
  forUs: "For us to answer",
  waiting: "Waiting for others",
  sent: "Sent",
  drafts: "Drafts",
  flagged: "Flagged",
  aside: "Set aside",
};

const NOTHING: Readonly<Record<Shelf, string>> = {
  inbox: "No messages yet. They appear here by themselves as they come.",
  forUs: "Nothing waits for you.",
  waiting: "Nobody owes you an answer.",
  sent: "You have sent nothing yet.",
  drafts: "No drafts. What you begin to write is kept here.",
  flagged: "Nothing is flagged. Press f on a message to keep it here.",
  aside: "Nothing was set aside: every entry could be read and verified.",
};

const PRIORITIES: Readonly<Record<Priority, string>> = {
  routine: "routine",
  urgent: "urgent",
  flash: "flash",
};

const HANDLINGS: Readonly<Record<string, string>> = {
  H0: "Handling H0: no condition",
  H1: "Handling H1: for customs use in this operation",
  H2: "Handling H2: not passed on without the author's consent",
  H3: "Handling H3: see the author's condition",
};

const TLPS: Readonly<Record<Tlp, string>> = {
  RED: "for the eyes of those named only",
  "AMBER+STRICT": "within your service, for who needs it",
  AMBER: "within your service and its clients, for who needs it",
  GREEN: "within the community",
  CLEAR: "no limit",
};

const SOURCES: Readonly<Record<string, string>> = {
  A: "no doubt about the source",
  B: "source usually reliable",
  C: "source usually unreliable",
  X: "source cannot be judged",
};

const INFORMATION: Readonly<Record<string, string>> = {
  1: "known to be true",
  2: "known to the source itself",
  3: "not known to the source, corroborated",
  4: "cannot be corroborated",
};

const STATES: Readonly<Record<Exclude<ChannelState["state"], "open">, string>> = {
  waiting: "You are admitted. A member who is online adds this device; messages appear then. Nothing after a minute: ask your coordination unit to add it.",
  again: "This device lost its place here and has asked to be let in again. A member who is online does it; messages appear then, and what you write waits.",
  stalled: "A faulty change stopped this channel: the unit must restart it. Nothing is lost.",
  removed: "This device was removed here. What it read stays; nothing new comes.",
};

const REASONS: Readonly<Record<string, string>> = {
  undecryptable: "It does not decrypt.",
  wrong_epoch: "It was encrypted for another time of the group.",
  bad_anchor: "It does not say rightly where it belongs.",
  foreign_ledger: "Its author was shown another ledger than ours.",
  foreign_log: "Its author was shown another log than ours.",
  bad_payload: "What was decrypted is no message.",
  bad_commitment: "The log commits to another content.",
  bad_signature: "Its signature does not verify.",
  not_the_author: "Somebody sent it in another member's name.",
  wrong_channel: "It was written for another channel.",
  unknown_form: "The operation has no such form.",
  ill_formed: "Its values do not answer its form.",
  conflict: "Its author sent another content under the same number before.",
  own_unknown: "It came from your own device, but not by you.",
  restarted: "The channel was restarted before it could be read; its author sends it again.",
  bad_commit: "A change of members breaks a rule.",
};

export function shelfName(words: Words, shelf: Shelf): string {
  return words.say(SHELVES[shelf]);
}

export function nothingThere(words: Words, shelf: Shelf): string {
  return words.say(NOTHING[shelf]);
}

export function priorityName(words: Words, priority: Priority): string {
  return words.say(PRIORITIES[priority]);
}

export function handlingRule(words: Words, code: string): string {
  return words.say(HANDLINGS[code] ?? "?");
}

export function tlpMeaning(words: Words, tlp: Tlp): string {
  return words.say(TLPS[tlp]);
}

export function evaluationMeaning(words: Words, source: string, information: string): string {
  return `${words.say(SOURCES[source] ?? "?")}, ${words.say(INFORMATION[information] ?? "?")}`;
}

export function channelTrouble(words: Words, state: ChannelState["state"]): string | null {
  return state === "open" ? null : words.say(STATES[state]);
}

export function asideReason(words: Words, reason: string, detail: string): string {
  const sentence = REASONS[reason];
  return sentence === undefined ? detail : words.say(sentence);
}
