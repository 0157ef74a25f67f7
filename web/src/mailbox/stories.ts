/** One story for each consignment: an alert, its responses, its seizure, its notes, whoever wrote them. Pure. */

import type { JsonObject, JsonValue } from "../forms/canonical-json";
import type { MessageView, OperationForms } from "./views";

/** The machine name of a message's form; empty while its definition is not here. */
export function formName(message: MessageView, forms: OperationForms): string {
  const name = forms.get(message.formHash)?.get("name");
  return typeof name === "string" ? name : "";
}

/**
 * Key of a message -> key of the message that its story begins with, for messages of one operation in reading order.
 *
 * A message belongs to the one that it answers, else to the one that a field of its form names; in its own channel,
 * since others cannot read it. Ids are their authors' choice: of two with the same the first counts, and who lets
 * messages answer each other in a circle gets a story that begins with the first of them.
 */
export function storiesOf(messages: readonly MessageView[], forms: OperationForms): ReadonlyMap<string, string> {
  const first = new Map<string, MessageView>(); // by channel and id
  const place = new Map<string, number>();
  messages.forEach((message, index) => {
    const name = `${message.channel}/${message.message}`;
    if (!first.has(name)) {
      first.set(name, message);
    }
    place.set(message.key, index);
  });
  const fields = new Map<string, readonly string[]>(); // of kind `message`, by form
  const parentOf = (message: MessageView): MessageView | null => {
    if (!fields.has(message.formHash)) {
      fields.set(message.formHash, messageFields(forms.get(message.formHash)));
    }
    const named = fields.get(message.formHash)?.map((field) => message.body.values.get(field)) ?? [];
    for (const id of [message.replyTo, ...named]) {
      const parent = typeof id === "string" ? first.get(`${message.channel}/${id}`) : undefined;
      if (parent !== undefined && parent.key !== message.key) {
        return parent;
      }
    }
    return null;
  };
  const roots = new Map<string, string>();
  for (const message of messages) {
    const path: MessageView[] = [];
    const seen = new Set<string>();
    let at: MessageView | null = message;
    while (at !== null && !roots.has(at.key) && !seen.has(at.key)) {
      seen.add(at.key);
      path.push(at);
      at = parentOf(at);
    }
    const known = at === null ? undefined : roots.get(at.key);
    const root = known ?? beginning(at === null ? path.slice(-1) : path.slice(path.indexOf(at)), place);
    for (const one of path) {
      roots.set(one.key, root);
    }
  }
  return roots;
}

/** The first of them in reading order. */
function beginning(circle: readonly MessageView[], place: ReadonlyMap<string, number>): string {
  const at = (message: MessageView): number => place.get(message.key) ?? 0;
  return circle.reduce((first, one) => (at(one) < at(first) ? one : first)).key;
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
