/** The mailbox as the page is told of it: plain values, no keys. What the worker judged is judged; nothing else is here. */

import type { SignsOfLife } from "../channel/views";
import type { JsonObject } from "../forms/canonical-json";
import type { Body } from "../forms/envelope";

/** A file of a message. Its key stays in the worker. */
export interface AttachmentView {
  readonly attachment: string; // id, hexadecimal
  readonly name: string;
  readonly mediaType: string;
  readonly size: number; // bytes of the content
}

export type BodyView = Omit<Body, "attachments"> & { readonly attachments: readonly AttachmentView[] };

/**
 * How much of a message's body is here: how it is to be handled and by whom, and which messages it names; beside that its
 * first words; all of it.
 */
export type Extent = "heading" | "brief" | "whole";

/** A message that was decrypted, signed by a device of an entitled member, committed to by the log (S7, S8). */
export interface MessageView {
  readonly key: string; // "channel/generation/sequence": one entry of one log
  readonly operation: string;
  readonly channel: string;
  readonly generation: number;
  readonly sequence: number;
  readonly message: string; // the author's id for it, to which `replyTo` of others refers
  readonly author: string; // account
  readonly own: boolean;
  readonly authorRevoked: boolean; // entitled when it was written, and not any more (C12)
  readonly fromHistory: boolean;
  readonly form: string; // blob id of its form
  readonly formHash: string; // key in `OperationForms`
  readonly ledgerSequence: number; // of the head that its author signed for: who was asked is decided there
  readonly replyTo: string | null;
  readonly extent: Extent;
  readonly body: BodyView; // what is not here yet is null, or missing among the values
  readonly unlisted: number; // addressees beside `body.to`, while it is not whole: accounts of others
  readonly acknowledgedBy: readonly string[]; // accounts
  readonly marks: Marks;
}

/** What this officer did with a message. */
export interface Marks {
  readonly read: boolean;
  readonly flagged: boolean;
}

/** What was set aside instead of being shown, and why; `alarm`: somebody lies, or keys are in wrong hands. */
export interface AsideView {
  readonly key: string;
  readonly operation: string;
  readonly channel: string;
  readonly sequence: number;
  readonly reason: string; // the words of `cencomm/client/events.py`
  readonly detail: string;
  readonly account: string | null;
  readonly alarm: boolean;
}

/** Something that this officer writes: kept sealed from the first letter on. */
export interface DraftView {
  readonly draft: string; // 16 random bytes, hexadecimal; the message id once it is sent
  readonly operation: string;
  readonly channel: string;
  readonly form: string;
  readonly formHash: string;
  readonly replyTo: string | null;
  readonly body: BodyView;
  readonly changedAt: number; // seconds
}

/** A draft that was given to be sent. It is a MessageView once the relay has acknowledged it. */
export interface OutgoingView {
  readonly draft: DraftView;
  readonly state: "waiting" | "sending" | "refused";
  readonly refusal: string | null; // why it came back to its author, a sentence
}

/** The forms that the unit allows in an operation, and those that older messages name: canonical JSON by hash. */
export type OperationForms = ReadonlyMap<string, JsonObject>;

/** All of an operation's mailbox at one moment. */
export interface OperationMailbox {
  readonly operation: string;
  readonly forms: OperationForms;
  readonly current: readonly { readonly form: string; readonly formHash: string }[]; // what may be written now
  readonly messages: readonly MessageView[]; // in the order in which they came
  readonly aside: readonly AsideView[];
  readonly drafts: readonly DraftView[];
  readonly outgoing: readonly OutgoingView[];
  readonly channels: readonly ChannelState[];
  readonly history: HistoryView;
}

/** What changed in an operation's mailbox since it was told of last. Messages: those that are new or other than before. */
export type MailboxChange = Omit<OperationMailbox, "forms" | "current">;

/** The mailbox after the change: new messages behind those that were there. */
export function changed(mailbox: OperationMailbox, change: MailboxChange): OperationMailbox {
  if (change.messages.length === 0) {
    return { ...mailbox, ...change, messages: mailbox.messages };
  }
  const news = new Map(change.messages.map((message) => [message.key, message]));
  const known = mailbox.messages.map((message) => {
    const newer = news.get(message.key);
    news.delete(message.key);
    return newer ?? message;
  });
  return { ...mailbox, ...change, messages: [...known, ...news.values()] };
}

/**
 * `waiting`: the ledger admits us, nobody has added our device yet; `again`: our leaf is of no use to us, and the members
 * were asked to let us in again (C9, C10); `stalled`: a bad Commit, the unit restarts it (C11).
 */
export interface ChannelState {
  readonly channel: string;
  readonly state: "waiting" | "again" | "open" | "stalled" | "removed";
  readonly behind: number; // entries of the log that were not taken in yet
  readonly entering: { readonly done: number; readonly all: number } | null; // while its members are verified (C9)
  readonly signs: SignsOfLife | null; // by which it may be out of date (H3); null: nobody else is there to be heard
}

/** What was said before this device came. */
export interface HistoryView {
  readonly channels: readonly ChannelHistory[]; // of which there is something to say
  readonly passedOver: readonly string[]; // accounts of servers that signed what is no answer
}

/**
 * `none`: the charter gives none; `waiting`: asked for, and nobody has answered yet; `whole`: nothing is underway.
 *
 * `answered` of `all` counts entries of the log. The others count those that did not come: nobody held them, the server
 * could not read them either, they are TLP:RED for others.
 */
export interface ChannelHistory {
  readonly channel: string;
  readonly state: "none" | "waiting" | "reading" | "whole";
  readonly answered: number;
  readonly all: number;
  readonly notHeld: number;
  readonly setAside: number;
  readonly notAddressed: number;
}

export const NOTHING_BEFORE: HistoryView = { channels: [], passedOver: [] };
