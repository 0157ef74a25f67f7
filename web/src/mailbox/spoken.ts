/** What messages say, as a reader of one language seeks it: kept folded, since ten thousand are compared at each letter. */

import { hex } from "../bytes";
import type { Operation } from "../operation/operation";
import type { Contents } from "./contents";
import type { Headline } from "./headline";
import type { Readings } from "./readings";
import { foldAll, has, sayings, type Said } from "./search";
import { saidOf } from "./search-bundle";
import { formsOf } from "./view-of";
import type { OperationForms } from "./views";

/** Where a text is from: what was taken in, or a bundle that says what was taken in. */
export type Source = "journal" | "bundle";

const FORMS = new WeakMap<Operation["contents"], OperationForms>(); // decoded once, while no other blob comes

export class Spoken {
  readonly #texts = new Map<number, string>(); // by number in the journal
  readonly #bundled = new Set<number>(); // numbers whose text a bundle gave
  readonly #unread = new Map<number, Said>(); // of messages whose form is not here yet

  constructor(
    private readonly readings: Readings,
    private readonly contents: Pick<Contents, "whole">,
  ) {}

  /** As much of the message is known as can be. */
  knows(message: Headline, operation: Operation): boolean {
    const whole = this.#texts.has(message.number) ? null : this.contents.whole(message);
    if (whole !== null) {
      this.take(message, saidOf(whole), "journal", operation);
    }
    const unread = this.#unread.get(message.number);
    if (unread !== undefined) {
      this.take(message, unread, this.#bundled.has(message.number) ? "bundle" : "journal", operation);
    }
    return this.#texts.has(message.number);
  }

  take(message: Headline, said: Said, source: Source, operation: Operation): void {
    const { number } = message;
    const { text, isRead } = this.textOf(message, said, operation);
    this.#texts.set(number, text);
    isRead ? this.#unread.delete(number) : this.#unread.set(number, said);
    source === "bundle" ? this.#bundled.add(number) : this.#bundled.delete(number);
  }

  /** Whether a bundle said something else than what was taken in, as far as that is here now. */
  isContradicted(message: Headline, operation: Operation): boolean {
    const whole = this.#bundled.has(message.number) ? this.contents.whole(message) : null;
    if (whole === null) {
      return false;
    }
    const unread = this.#unread.get(message.number);
    if (unread !== undefined) {
      this.take(message, unread, "bundle", operation); // under the form that may have come since
    }
    const before = this.#texts.get(message.number);
    this.take(message, saidOf(whole), "journal", operation);
    return before !== this.#texts.get(message.number);
  }

  /** What a bundle said of these messages is forgotten. */
  forget(messages: readonly Headline[]): void {
    for (const { number } of messages.filter((one) => this.#bundled.has(one.number))) {
      this.#texts.delete(number);
      this.#unread.delete(number);
      this.#bundled.delete(number);
    }
  }

  /** Whether the message, or what its author is called, has every word. */
  has(words: readonly string[], { number }: Headline, author: string): boolean {
    const text = this.#texts.get(number);
    return text !== undefined && has(words, text, author);
  }

  private textOf(
    { formHash, heading }: Headline,
    said: Said,
    operation: Operation,
  ): { readonly text: string; readonly isRead: boolean } {
    const unread = { expectedAction: null, handlingText: null, evaluation: null, attachments: [] };
    const body = { ...heading, ...unread, values: said.values };
    const found = this.readings.of({ formHash: hex(formHash), body }, formsIn(operation));
    return { text: foldAll(sayings(said, found?.reading ?? null)), isRead: found !== null };
  }
}

function formsIn(operation: Operation): OperationForms {
  const forms = FORMS.get(operation.contents) ?? formsOf(operation).forms;
  FORMS.set(operation.contents, forms);
  return forms;
}
