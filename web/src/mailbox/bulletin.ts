/**
 * What changed since the page was told last: of ten thousand messages only those that are new or other than before.
 *
 * Who collects decides when to tell; a flood of arrivals makes few bulletins.
 */

import { hex } from "../bytes";
import type { Operation } from "../operation/operation";
import { channelStates } from "./channel-states";
import type { Headline } from "./headline";
import { historyView } from "./history-view";
import { placeKey } from "./holdings";
import type { Kept } from "./journal";
import type { Mailbox } from "./mailbox";
import type { OfficersWork } from "./officers-work";
import { outgoing } from "./outgoing";
import { asideView, formsOf, messageView } from "./view-of";
import { NOTHING_BEFORE, type MailboxChange, type OperationMailbox } from "./views";

/** All of an operation's mailbox, or what changed in it. */
export type News =
  | { readonly event: "mailbox"; readonly mailbox: OperationMailbox }
  | { readonly event: "changed"; readonly change: MailboxChange };

export class Bulletin {
  readonly #whole = new Set<string>(); // operations of which all is told anew
  readonly #messages = new Map<string, Set<Headline>>(); // by operation: what is new or changed

  constructor(
    private readonly mailbox: Mailbox,
    private readonly work: OfficersWork,
  ) {}

  get isEmpty(): boolean {
    return this.#whole.size === 0 && this.#messages.size === 0;
  }

  /** Another ledger may mean other forms, and other authors that are revoked: everything is told. */
  noteAll(operation: string): void {
    this.#whole.add(operation);
  }

  /** Marked, or seen by somebody, or new, or more of what it says is here. */
  noteMessage(message: Headline): void {
    this.note(hex(message.place.operation)).add(message);
  }

  /** What was taken in. */
  noteKept(kept: Kept): void {
    const { holdings } = this.mailbox;
    const message = kept.kind === "acknowledged" ? holdings.named(kept.place, kept.message) : holdings.at(placeKey(kept.place));
    this.note(hex(kept.place.operation));
    if (message !== null) {
      this.noteMessage(message);
    }
  }

  /** Drafts, what is on its way, or a channel's state. */
  note(operation: string): Set<Headline> {
    const changed = this.#messages.get(operation) ?? new Set<Headline>();
    this.#messages.set(operation, changed);
    return changed;
  }

  /** The news since it was asked last. */
  async take(): Promise<readonly News[]> {
    const whole = [...this.#whole];
    const changed = [...this.#messages].filter(([operation]) => !this.#whole.has(operation));
    this.#whole.clear();
    this.#messages.clear();
    const news: News[] = [];
    for (const name of whole) {
      const operation = this.mailbox.shown(name);
      if (operation !== null) {
        const rest = await this.change(operation, this.mailbox.holdings.messages(name));
        news.push({ event: "mailbox", mailbox: { ...rest, ...formsOf(operation) } });
      }
    }
    for (const [name, messages] of changed) {
      const operation = this.mailbox.shown(name);
      if (operation !== null) {
        news.push({ event: "changed", change: await this.change(operation, [...messages]) });
      }
    }
    return news;
  }

  private async change(operation: Operation, messages: readonly Headline[]): Promise<MailboxChange> {
    const name = hex(operation.ledger.operation);
    const isConfirmed = this.mailbox.operations.has(name); // else nobody knows how its channels stand
    return {
      operation: name,
      messages: messages.map((message) => messageView(message, operation, this.mailbox, this.work.marks)),
      aside: this.mailbox.holdings.aside(name).map(asideView),
      drafts: this.work.drafts(name),
      outgoing: await outgoing(this.mailbox, name),
      channels: isConfirmed ? await channelStates(this.mailbox, operation) : [],
      history: isConfirmed ? await historyView(this.mailbox, operation) : NOTHING_BEFORE,
    };
  }
}
