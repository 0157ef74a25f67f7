/** What this officer writes, and what is on its way: nothing begun is ever lost. */

import type { JSX } from "preact";

import type { DraftView, OutgoingView } from "../../mailbox/views";
import { useWords, type Words } from "../../words";
import type { MailboxActions } from "./actions";
import { headlineOf, useBoard, type BoardOperation } from "./board";
import { Moment } from "./moment";
import { formLabel } from "./new-message";
import { nothingThere } from "./terms";

interface Props {
  readonly operations: readonly BoardOperation[];
  readonly actions: MailboxActions;
}

export function DraftList({ operations, actions }: Props): JSX.Element {
  const words = useWords();
  const drafts = operations.flatMap((one) => one.mailbox.drafts.map((draft) => ({ one, draft })));
  const outgoing = operations.flatMap((one) => one.mailbox.outgoing.map((sent) => ({ one, sent })));
  if (drafts.length + outgoing.length === 0) {
    return <p class="nothing">{nothingThere(words, "drafts")}</p>;
  }
  return (
    <ul class="papers">
      {outgoing.map(({ one, sent }) => (
        <li key={sent.draft.draft} class={sent.state === "refused" ? "paper refused" : "paper"}>
          <Paper one={one} draft={sent.draft} />
          <p class={sent.state === "refused" ? "wrong" : "hint"}>{outgoingSentence(words, sent)}</p>
          {sent.state === "refused" && <PaperActions draft={sent.draft} actions={actions} />}
        </li>
      ))}
      {drafts.map(({ one, draft }) => (
        <li key={draft.draft} class="paper">
          <Paper one={one} draft={draft} />
          <PaperActions draft={draft} actions={actions} />
        </li>
      ))}
    </ul>
  );
}

function Paper({ one, draft }: { readonly one: BoardOperation; readonly draft: DraftView }): JSX.Element {
  const words = useWords();
  const board = useBoard();
  const name = one.mailbox.forms.get(draft.formHash)?.get("name");
  return (
    <div class={`k-${typeof name === "string" ? name : ""}`}>
      <p class="arrival-top">
        <span class="kind">{formLabel(words, one, draft.formHash)}</span>
        <Moment at={draft.changedAt} />
      </p>
      <p class="arrival-title" dir="auto">
        {headlineOf(board, one.operation, draft) || words.say("Nothing written yet")}
      </p>
    </div>
  );
}

function PaperActions({ draft, actions }: { readonly draft: DraftView; readonly actions: MailboxActions }): JSX.Element {
  const words = useWords();
  return (
    <p class="paper-acts">
      <button onClick={() => actions.onOpenDraft(draft)}>{words.say("Go on writing")}</button>
      <button onClick={() => actions.onDropDraft(draft)}>{words.say("Throw away")}</button>
    </p>
  );
}

function outgoingSentence(words: Words, sent: OutgoingView): string {
  switch (sent.state) {
    case "waiting":
      return words.say("Waits to be sent: it leaves as soon as the relay answers.");
    case "sending":
      return words.say("Being sent …");
    case "refused":
      return words.say("Not sent: {reason}", { reason: sent.refusal ?? "" });
  }
}
