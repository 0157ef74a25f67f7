/**
 * One operation's messages with what boxes need to know of them, from one change to the next. Pure but for its memory.
 *
 * An arrival among ten thousand costs what it changes: the message itself, and the one that it answers. Whatever else
 * changes (forms, people, a message that others belong to, one that history brought) has everything told anew.
 */

import type { Overview } from "../operation/overview";
import { answering, waitsFor } from "./answering";
import type { Entry } from "./boxes";
import { distance, readingOrder } from "./order";
import { Roster } from "./roster";
import { formName, Stories } from "./stories";
import type { MessageView, OperationMailbox } from "./views";

/** The form that stops a clock: what was done about a message. */
const RESPONSE = "response";

export class EntryBook {
  #page: Page | null = null;

  /** The oldest first. `overview` is null while the operation does not verify. */
  entriesOf(mailbox: OperationMailbox, overview: Overview | null, account: string): readonly Entry[] {
    const known = this.#page;
    const isSame = known?.forms === mailbox.forms && known.overview === overview && known.account === account;
    if (!isSame || !known.goOn(mailbox.messages)) {
      this.#page = new Page(mailbox, overview, account);
    }
    return this.#page?.entries ?? [];
  }
}

/** Everything as it stood after the newest change. */
class Page {
  readonly forms: OperationMailbox["forms"];
  entries: readonly Entry[];
  #messages: readonly MessageView[]; // as they came
  readonly #stories: Stories;
  readonly #places = new Map<string, number>(); // in `entries`, by key
  readonly #responses = new Map<string, MessageView[]>(); // by the id that they answer
  readonly #names = new Map<string, string>(); // of forms
  readonly #rosters = new Map<string, Roster>(); // few heads for many messages
  readonly #last = new Map<string, MessageView>(); // of each channel's log
  readonly #latest = new Map<string, number>(); // by channel: the latest hour that somebody claimed in it

  constructor(
    mailbox: OperationMailbox,
    readonly overview: Overview | null,
    readonly account: string,
  ) {
    this.forms = mailbox.forms;
    this.#messages = mailbox.messages;
    const ordered = readingOrder(mailbox.messages);
    this.#stories = Stories.of(ordered, mailbox.forms);
    ordered.forEach((message, place) => this.note(message, place));
    this.entries = ordered.map((message) => this.entryOf(message));
  }

  /** The same messages, some of them told anew, and others behind them; false: it is more than that. */
  goOn(messages: readonly MessageView[]): boolean {
    const before = this.#messages;
    const fresh = new Map<string, MessageView>(); // whose entries are made anew, by key
    for (const [place, was] of before.entries()) {
      const message = messages[place];
      if (message?.key !== was.key) {
        return false;
      }
      if (message !== was) {
        fresh.set(message.key, message);
        this.renew(was, message);
      }
    }
    for (const message of messages.slice(before.length)) {
      if (!this.comesLast(message) || !this.#stories.add(message)) {
        return false;
      }
      this.note(message, this.#places.size);
      fresh.set(message.key, message);
    }
    const answers = [...fresh.values()].filter((message) => this.isResponse(message));
    const answered = new Set(answers.map(({ replyTo }) => replyTo));
    for (const { view } of answers.length === 0 ? [] : this.entries) {
      if (answered.has(view.message)) {
        fresh.set(view.key, fresh.get(view.key) ?? view);
      }
    }
    const entries = [...this.entries];
    fresh.forEach((message, key) => (entries[this.#places.get(key) ?? entries.length] = this.entryOf(message)));
    this.entries = entries;
    this.#messages = messages;
    return true;
  }

  private renew(was: MessageView, message: MessageView): void {
    const others = message.replyTo === null ? undefined : this.#responses.get(message.replyTo);
    const place = others?.indexOf(was) ?? -1;
    if (others !== undefined && place >= 0) {
      others[place] = message;
    }
  }

  private note(message: MessageView, place: number): void {
    this.#places.set(message.key, place);
    this.#last.set(message.channel, message);
    this.#latest.set(message.channel, Math.max(this.#latest.get(message.channel) ?? 0, message.body.writtenAt));
    if (message.replyTo !== null && this.isResponse(message)) {
      const others = this.#responses.get(message.replyTo);
      if (others === undefined) {
        this.#responses.set(message.replyTo, [message]);
      } else {
        others.push(message);
      }
    }
  }

  /** Behind all others in reading order: see `readingOrder`. */
  private comesLast(message: MessageView): boolean {
    const before = this.#last.get(message.channel);
    return (
      (before === undefined || distance(before, message) < 0) &&
      [...this.#latest].every(([channel, hour]) => channel === message.channel || hour < message.body.writtenAt)
    );
  }

  private entryOf(view: MessageView): Entry {
    const asksNobody = view.body.to.length === 0;
    const answers = this.#responses.get(view.message)?.filter((one) => isAnsweredBy(view, one)) ?? [];
    const asked = answering(view, asksNobody ? Roster.NOBODY : this.rosterOf(view), answers);
    return {
      view,
      form: this.nameOf(view),
      story: this.#stories.beginning(view),
      asked,
      forUs: !view.own && waitsFor(asked, this.account),
    };
  }

  private isResponse(message: MessageView): boolean {
    return message.replyTo !== null && this.nameOf(message) === RESPONSE;
  }

  private nameOf(message: MessageView): string {
    const name = this.#names.get(message.formHash) ?? formName(message, this.forms);
    this.#names.set(message.formHash, name);
    return name;
  }

  private rosterOf({ channel, ledgerSequence }: MessageView): Roster {
    const name = `${channel}/${ledgerSequence}`;
    const found = this.overview?.channels.find((one) => one.channel === channel) ?? null;
    const roster = this.#rosters.get(name) ?? Roster.at(this.overview?.members ?? [], found, ledgerSequence);
    this.#rosters.set(name, roster);
    return roster;
  }
}

function isAnsweredBy(message: MessageView, answer: MessageView): boolean {
  return answer.replyTo === message.message && answer.channel === message.channel;
}
