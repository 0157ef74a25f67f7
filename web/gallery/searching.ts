/** A search through the invented messages, as the worker does it with real ones. */

import type { MemberView } from "../src/operation/overview";
import type { Readings } from "../src/mailbox/readings";
import { foldAll, has, sayings, wordsOf } from "../src/mailbox/search";
import type { MessageView, OperationForms } from "../src/mailbox/views";

/** Keys of the messages that have every word that was typed. */
export function found(
  typed: string,
  messages: readonly MessageView[],
  members: readonly MemberView[],
  forms: OperationForms,
  readings: Readings,
): readonly string[] {
  const words = wordsOf(typed);
  return messages
    .filter((view) => {
      const said = { values: view.body.values, files: view.body.attachments.map((file) => file.name) };
      const profile = members.find(({ account }) => account === view.author)?.profile;
      const author = foldAll([profile?.name ?? "", profile?.organisation ?? ""]);
      return has(words, foldAll(sayings(said, readings.of(view, forms)?.reading ?? null)), author);
    })
    .map((view) => view.key);
}
