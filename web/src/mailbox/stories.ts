/** One story for each consignment: an alert, its responses, its seizure, its notes, whoever wrote them. Pure. */

import type { JsonObject, JsonValue } from "../forms/canonical-json";
import type { MessageView, OperationForms } from "./views";

/** The machine name of a message's form; empty while its definition is not here. */
export function formName(message: MessageView, forms: OperationForms): string {
  const name = forms.get(message.formHash)?.get("name");
  return typeof name === "string" ? name : "";
}

/**
 * Which story each message of one operation belongs to.
 *
 * A message belongs to the one that it answers, else to the one that a field of its form names; in its own channel,
 * since others cannot read it. Ids are their authors' choice: of two with the same the first counts, and who lets
 * messages answer each other in a circle gets a story that begins with the first of them.
 */
export class Stories {
  readonly #first = new Map<string, Map<string, MessageView>>(); // by channel and id
  readonly #roots = new Map<string, string>(); // of messages that belong to another
  readonly #awaited = new Set<string>(); // what was named and is not here
  readonly #fields = new Map<string, readonly string[]>(); // of kind `message`, by form

  private constructor(private readonly forms: OperationForms) {}

  /** Of messages in reading order. */
  static of(messages: readonly MessageView[], forms: OperationForms): Stories {
    const stories = new Stories(forms);
    messages.forEach((message) => stories.know(message));
    messages.forEach((message) => stories.trace(message, messages));
    return stories;
  }

  /** Key of the message that the story of `message` begins with. */
  beginning({ key }: MessageView): string {
    return this.#roots.get(key) ?? key;
  }

  /** With a message behind all others; false: one that is here belongs to it, so all stories have to be told anew. */
  add(message: MessageView): boolean {
    if (this.#awaited.has(nameOf(message.channel, message.message))) {
      return false;
    }
    this.know(message);
    const parent = this.parentOf(message);
    if (parent !== null) {
      this.#roots.set(message.key, this.beginning(parent));
    }
    return true;
  }

  private know(message: MessageView): void {
    let inChannel = this.#first.get(message.channel);
    if (inChannel === undefined) {
      inChannel = new Map();
      this.#first.set(message.channel, inChannel);
    }
    if (!inChannel.has(message.message)) {
      inChannel.set(message.message, message);
    }
  }

  private trace(message: MessageView, messages: readonly MessageView[]): void {
    const path: MessageView[] = [];
    const seen = new Set<string>();
    let at = this.#roots.has(message.key) ? null : this.parentOf(message);
    if (at === null) {
      return; // it is traced already, or its story begins with it
    }
    path.push(message);
    seen.add(message.key);
    while (at !== null && !this.#roots.has(at.key) && !seen.has(at.key)) {
      seen.add(at.key);
      path.push(at);
      at = this.parentOf(at);
    }
    const known = at === null ? undefined : this.#roots.get(at.key);
    const root = known ?? firstOf(at === null ? path.slice(-1) : path.slice(path.indexOf(at)), messages);
    path.forEach((one) => this.#roots.set(one.key, root));
  }

  private parentOf(message: MessageView): MessageView | null {
    const named = this.#fields.get(message.formHash) ?? messageFields(this.forms.get(message.formHash));
    this.#fields.set(message.formHash, named);
    if (message.replyTo === null && named.length === 0) {
      return null; // most messages begin a story
    }
    for (const id of [message.replyTo, ...named.map((field) => message.body.values.get(field))]) {
      if (typeof id !== "string") {
        continue;
      }
      const parent = this.#first.get(message.channel)?.get(id);
      if (parent !== undefined && parent.key !== message.key) {
        return parent;
      }
      this.#awaited.add(nameOf(message.channel, id));
    }
    return null;
  }
}

/** Of a circle the first in reading order. */
function firstOf(circle: readonly MessageView[], messages: readonly MessageView[]): string {
  const [only, ...others] = circle;
  const first = others.length === 0 ? only : messages.find((one) => circle.includes(one));
  return first?.key ?? "";
}

function nameOf(channel: string, id: string): string {
  return `${channel}/${id}`;
}

/** Fields of a form's header that hold the id of a message. */
function messageFields(form: JsonObject | undefined): readonly string[] {
  const fields: JsonValue | undefined = form?.get("fields");
  if (!Array.isArray(fields)) {
    return [];
  }
  return (fields as readonly JsonValue[]).flatMap((field) => {
    const name = field instanceof Map && field.get("type") === "message" ? (field as JsonObject).get("name") : null;
    return typeof name === "string" ? [name] : [];
  });
}
