/** What can be done about a story, at the thumb. Answering an alert is two clicks: here, and on "Send". */

import type { JSX } from "preact";

import { useWords } from "../../words";
import type { Entry } from "../../mailbox/boxes";
import type { MailboxActions } from "./actions";
import { mayWrite, useBoard, type BoardOperation } from "./board";

interface Props {
  readonly target: Entry;
  readonly one: BoardOperation | null;
  readonly actions: MailboxActions;
  readonly onBack: () => void;
}

/** What may be done about a message: the unit says which forms may be written, and nobody acknowledges twice. */
export interface Allowed {
  readonly respond: boolean;
  readonly reportSeizure: boolean;
  readonly acknowledge: boolean;
}

export function allowedFor({ view }: Entry, one: BoardOperation | null, account: string): Allowed {
  const forms = (one?.mailbox.current ?? []).map(({ formHash }) => one?.mailbox.forms.get(formHash)?.get("name"));
  const isHere = view.extent === "whole"; // what an answer takes over from it
  const open = mayWrite(one);
  return {
    respond: open && forms.includes("response") && !view.own && isHere,
    reportSeizure: open && forms.includes("seizure") && isHere,
    acknowledge: open && !view.own && !view.acknowledgedBy.includes(account),
  };
}

export function StoryActions({ target, one, actions, onBack }: Props): JSX.Element {
  const words = useWords();
  const { view } = target;
  const { account } = useBoard();
  const may = allowedFor(target, one, account);
  return (
    <div class="acts" role="group" aria-label={words.say("What to do")}>
      <button class="back" onClick={onBack}>
        {words.say("Back")}
      </button>
      {may.respond && (
        <button class="primary" aria-keyshortcuts="r" onClick={() => actions.onRespond(view, "response")}>
          {words.say("Respond")}
        </button>
      )}
      {may.reportSeizure && (
        <button onClick={() => actions.onRespond(view, "seizure")}>{words.say("Report seizure")}</button>
      )}
      {!view.own && (
        <button
          aria-keyshortcuts="a"
          aria-disabled={!may.acknowledge}
          onClick={() => may.acknowledge && actions.onAcknowledge(view)}
        >
          {view.acknowledgedBy.includes(account) ? words.say("Acknowledged") : words.say("Acknowledge")}
        </button>
      )}
      <button
        class="flag-act"
        aria-keyshortcuts="f"
        aria-pressed={view.marks.flagged}
        onClick={() => actions.onMark(view, { flagged: !view.marks.flagged })}
      >
        {words.say("Flag")}
      </button>
    </div>
  );
}
