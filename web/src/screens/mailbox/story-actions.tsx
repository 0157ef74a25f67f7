/** What can be done about a story, at the thumb. Answering an alert is two clicks: here, and on "Send". */

import type { JSX } from "preact";

import { useWords } from "../../words";
import type { Entry } from "../../mailbox/boxes";
import type { MailboxActions } from "./actions";
import { useBoard, type BoardOperation } from "./board";

interface Props {
  readonly target: Entry;
  readonly one: BoardOperation | null;
  readonly actions: MailboxActions;
  readonly onBack: () => void;
}

export function StoryActions({ target, one, actions, onBack }: Props): JSX.Element {
  const words = useWords();
  const { view } = target;
  const { account } = useBoard();
  const allowed = new Set(
    (one?.mailbox.current ?? []).map(({ formHash }) => one?.mailbox.forms.get(formHash)?.get("name")),
  );
  return (
    <div class="acts" role="group" aria-label={words.say("What to do")}>
      <button class="back" onClick={onBack}>
        {words.say("Back")}
      </button>
      {allowed.has("response") && !view.own && (
        <button class="primary" aria-keyshortcuts="r" onClick={() => actions.onRespond(view, "response")}>
          {words.say("Respond")}
        </button>
      )}
      {allowed.has("seizure") && (
        <button onClick={() => actions.onRespond(view, "seizure")}>{words.say("Report seizure")}</button>
      )}
      {!view.own && (
        <button
          aria-keyshortcuts="a"
          disabled={view.acknowledgedBy.includes(account)}
          onClick={() => actions.onAcknowledge(view)}
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
