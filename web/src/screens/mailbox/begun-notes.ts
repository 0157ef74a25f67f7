/** What is being written into the note box of each story: it stays with its story, and is kept as a draft. */

import { useState } from "preact/hooks";

import type { Entry } from "../../mailbox/boxes";
import type { DraftView } from "../../mailbox/views";
import type { MailboxActions } from "./actions";
import type { BoardOperation } from "./board";

interface Begun {
  readonly text: string;
  readonly draft: string | null; // id of the draft that keeps it
}

interface NoteOfStory {
  readonly text: string;
  readonly onType: (text: string) => void;
  readonly onSend: (text: string) => void;
}

const NOTHING: Begun = { text: "", draft: null };

/** For the story of `entries`; a note answers `target`. */
export function useBegunNotes(
  entries: readonly Entry[],
  target: Entry,
  one: BoardOperation | null,
  { onNote, onNoteTyped }: Pick<MailboxActions, "onNote" | "onNoteTyped">,
): NoteOfStory {
  const [notes, setNotes] = useState<ReadonlyMap<string, Begun>>(new Map());
  const begun = notes.get(target.story) ?? keptNote(entries, one) ?? NOTHING;
  const become = (note: Begun): void => setNotes((all) => new Map(all).set(target.story, note));
  return {
    text: begun.text,
    onType: (text) => become({ text, draft: onNoteTyped(target.view, text, begun.draft) }),
    onSend: (text) => {
      onNote(target.view, text, begun.draft);
      become(NOTHING);
    },
  };
}

/** A note that somebody began here, perhaps at another computer, and that fits into the box. */
function keptNote(entries: readonly Entry[], one: BoardOperation | null): Begun | null {
  const messages = new Set(entries.map((entry) => entry.view.message));
  const kept = one?.mailbox.drafts.find(
    (draft) =>
      draft.replyTo !== null &&
      messages.has(draft.replyTo) &&
      draft.body.attachments.length === 0 &&
      one.mailbox.forms.get(draft.formHash)?.get("name") === "note",
  );
  return kept === undefined ? null : { text: ownWordsOf(kept), draft: kept.draft };
}

/** A note has one answer. */
function ownWordsOf({ body }: DraftView): string {
  return [...body.values.values()].find((value) => typeof value === "string") ?? "";
}
