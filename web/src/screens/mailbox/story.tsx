/** The third column: one consignment from the first alert to the last note, who must answer, and what to do next. */

import type { JSX, RefObject } from "preact";
import { useEffect, useMemo } from "preact/hooks";

import { TLPS } from "../../forms/envelope";
import type { Entry } from "../../mailbox/boxes";
import { isUnread, isUrgent } from "../../mailbox/filters";
import { useWords } from "../../words";
import { channelTitle } from "../people";
import type { MailboxActions } from "./actions";
import { useBegunNotes } from "./begun-notes";
import { headlineOf, mayWrite, operationOf, useBoard } from "./board";
import { Card, Author } from "./card";
import { Duty } from "./duty";
import { Moment } from "./moment";
import { NoteBox } from "./note-box";
import { KindName, missing } from "./row";
import { useShowing } from "./showing";
import { StoryActions } from "./story-actions";
import { handlingRule, priorityName, tlpMeaning } from "./terms";

interface Props {
  readonly entries: readonly Entry[]; // of one story, the oldest first
  readonly chosen: Entry; // one of them
  readonly heading: RefObject<HTMLHeadingElement | null>;
  readonly note: RefObject<HTMLTextAreaElement | null>;
  readonly actions: MailboxActions;
  readonly onBack: () => void;
}

export function Story({ entries, chosen, heading, note, actions, onBack }: Props): JSX.Element {
  const words = useWords();
  const board = useBoard();
  const first = entries[0] ?? chosen;
  const { view } = first;
  const one = operationOf(board, view.operation);
  const channel = one?.overview?.channels.find((each) => each.channel === view.channel);
  const target = targetOf(entries, chosen);
  const noteOf = useBegunNotes(entries, target, one, actions);

  const views = useMemo(() => entries.map((entry) => entry.view), [entries]);
  useShowing(views, "whole", actions.onShow);
  useEffect(() => {
    for (const entry of entries.filter((one) => isUnread(one) && one.view.extent === "whole")) {
      actions.onMark(entry.view, { read: true });
    }
  }, [entries]);
  useEffect(() => {
    const card = document.getElementById(cardId(chosen));
    if (chosen.view.key === first.view.key) {
      card?.closest(".story-scroll")?.scrollTo({ top: 0 }); // the title and who must answer, above the card
    } else {
      card?.scrollIntoView({ block: "start" });
    }
  }, [chosen.view.key]);

  return (
    <main class="story-pane" aria-labelledby="story-title">
      <HandlingBanner entries={entries} />
      <div class="story-scroll">
        <header class={`story-head k-${first.form}`}>
          <p class="story-kind">
            <KindName operation={view.operation} entry={first} />
            {isUrgent(view.body.priority) && <b class="urgent">{priorityName(words, view.body.priority)}</b>}
            {one?.overview?.exercise === true && <b class="exercise-tag">{words.say("exercise")}</b>}
          </p>
          <h1 id="story-title" ref={heading} tabIndex={-1} dir="auto">
            {headlineOf(board, view.operation, view) || missing(words, view)}
          </h1>
          <p class="story-from">
            <Author message={view} /> · <Moment at={view.body.writtenAt} whole />
            {channel !== undefined && (
              <>
                {" · "}
                <bdi>{channelTitle(words, channel)}</bdi>
              </>
            )}
          </p>
          {view.body.expectedAction !== null && (
            <p class="expected" dir="auto">
              {board.readings?.tongue.code("requested_action", view.body.expectedAction) ?? view.body.expectedAction}
            </p>
          )}
          <Duty entry={first} />
        </header>
        <div class="story-cards">
          {entries.map((entry) => (
            <Card key={entry.view.key} id={cardId(entry)} entry={entry} isFirst={entry === first} actions={actions} />
          ))}
        </div>
        {one !== null && channel !== undefined && mayWrite(one) && (
          <NoteBox
            box={note}
            channel={channel}
            members={one.members}
            {...noteOf}
          />
        )}
      </div>
      <StoryActions target={target} one={one} actions={actions} onBack={onBack} />
    </main>
  );
}

/** What an answer answers: the chosen message if it asks us, else the one of the story that does, else the first. */
export function targetOf(entries: readonly Entry[], chosen: Entry): Entry {
  return chosen.forUs ? chosen : (entries.find((entry) => entry.forUs) ?? entries[0] ?? chosen);
}

/** The strictest rule of all that is on the screen, before any of it is read. */
function HandlingBanner({ entries }: { readonly entries: readonly Entry[] }): JSX.Element {
  const words = useWords();
  const bodies = entries.map((entry) => entry.view.body);
  const tlp = TLPS.find((level) => bodies.some((body) => body.tlp === level)) ?? "RED";
  const handling = bodies.map((body) => body.handling).sort().at(-1) ?? "H3";
  const text = bodies.find((body) => body.handling === handling && body.handlingText !== null)?.handlingText ?? null;
  return (
    <div class={`handling tlp-${tlp.toLowerCase().replace("+", "-")}`}>
      <b>TLP:{tlp}</b> <span>{tlpMeaning(words, tlp)}</span>
      <span>
        {handlingRule(words, handling)}
        {text !== null && (
          <>
            {" · "}
            <bdi>{text}</bdi>
          </>
        )}
      </span>
    </div>
  );
}

function cardId(entry: Entry): string {
  return `card-${entry.view.key}`;
}
