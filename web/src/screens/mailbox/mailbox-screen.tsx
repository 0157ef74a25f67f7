/** What a duty officer sees all night: where am I, what came, the whole story. */

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

import type { Entry } from "../../mailbox/boxes";
import type { Readings } from "../../mailbox/readings";
import { wordsOf } from "../../mailbox/search";
import type { OperationMailbox } from "../../mailbox/views";
import { useWords } from "../../words";
import type { Failure, Home } from "../../worker/calls";
import { failureSentence } from "../failure";
import { OperationScreen } from "../operation";
import type { MailboxActions } from "./actions";
import { useAlerting } from "./alerting";
import { Arrivals } from "./arrivals";
import { useBackButton } from "./back-button";
import { BoardProvider, memberOf, operationOf, useBoardOf, type Board } from "./board";
import { Boxes } from "./boxes";
import { Help } from "./help";
import { useKeys } from "./keys";
import { countsOf, listed, START, type Place } from "./place";
import { Announcement, PhoneBar } from "./phone-bar";
import { useSearch } from "./seeking";
import { Story, targetOf } from "./story";
import { allowedFor } from "./story-actions";
import { shelfName } from "./terms";
import { TopBar } from "./top-bar";
import { TrustNotices } from "./trust-notices";

export interface MailboxProps {
  readonly home: Home;
  readonly mailboxes: readonly OperationMailbox[];
  readonly readings: Readings | null; // null: forms and codes are still being fetched
  readonly now: number; // seconds, moving on
  readonly online: boolean;
  readonly failure: Failure | null;
  readonly actions: MailboxActions;
  readonly children?: ComponentChildren; // instead of the story: what is being written
  readonly start?: Partial<Place>;
}

export function MailboxScreen({
  home,
  mailboxes,
  readings,
  now,
  online,
  failure,
  actions,
  children,
  start,
}: MailboxProps): JSX.Element {
  const words = useWords();
  const board = useBoardOf(home, mailboxes, readings, now);
  const [place, setPlace] = useState<Place>({ ...START, ...start });
  const [help, setHelp] = useState(false);
  const [letters, setLetters] = useState(true);
  const seek = useRef<HTMLInputElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const note = useRef<HTMLTextAreaElement>(null);
  const afterwards = useRef<(() => void) | null>(null); // where the focus goes once the next screen stands
  useLayoutEffect(() => {
    afterwards.current?.(); // before the next key
    afterwards.current = null;
  });
  const go = (change: Partial<Place>): void => {
    actions.onLook();
    setPlace((before) => ({ ...before, ...change }));
  };

  const isSought = wordsOf(place.sought).length > 0;
  const sought = isSought ? { typed: place.sought, language: words.language } : null;
  const search = useSearch(sought, board.entries.length, actions.onSearch);
  const entries = useMemo(
    () => listed(board, place, isSought ? search.found : null),
    [board.entries, place.operation, place.shelf, place.filter, isSought, search.found],
  );
  const chosen = board.entries.find((entry) => entry.view.key === place.message) ?? null;
  const story = useMemo(() => storyOf(board, chosen), [board.entries, chosen]);
  const alerting = useAlerting(board.entries, words.say("An urgent message came. Sign in to read it."));
  useTitle(countsOf(board, board.operations).forUs);

  const step = (by: number): void => {
    actions.onLook();
    setPlace((before) => {
      const at = entries.findIndex((entry) => entry.view.key === before.message);
      const next = entries[Math.max(0, Math.min(at + by, entries.length - 1))];
      return next === undefined ? before : { ...before, message: next.view.key, details: false };
    });
    focusList(); // where Enter reads it, and a screen reader says it
  };
  const open = (): void => {
    go({ pane: "story", details: false });
    afterwards.current = () => heading.current?.focus();
  };
  const details = place.details && place.operation !== null ? operationOf(board, place.operation) : null;
  const writing = children !== undefined && children !== null && children !== false;
  const covered = writing || details !== null; // then no key acts on a message that nobody sees
  const target = chosen === null || covered ? null : targetOf(story, chosen);
  const may = target === null ? null : allowedFor(target, operationOf(board, target.view.operation), board.account);
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    r: () => may?.respond === true && target !== null && actions.onRespond(target.view, "response"),
    a: () => may?.acknowledge === true && target !== null && actions.onAcknowledge(target.view),
    f: () => target !== null && actions.onMark(target.view, { flagged: !target.view.marks.flagged }),
    n: () => note.current?.focus(),
    "/": () => seek.current?.focus(),
    "?": () => setHelp(true),
    Escape: () => back(),
  };
  useKeys(keys, letters);
  const back = (): void => {
    go({ pane: "list", details: false });
    afterwards.current = focusList;
  };
  useBackButton(() => {
    actions.onLeave();
    back();
  });

  const wasWriting = useRef(writing);
  useLayoutEffect(() => {
    if (wasWriting.current && !writing) {
      focusStory(heading.current); // what had the focus is gone
    }
    wasWriting.current = writing;
  }, [writing]);
  return (
    <BoardProvider value={board}>
      <div class="mailbox" data-pane={writing ? "story" : place.pane}>
        <TopBar
          online={online}
          alerting={alerting}
          onHelp={() => setHelp(true)}
          onAccount={actions.onAccount}
          onSignOut={actions.onSignOut}
        />
        <div class="mailbox-failure">
          {failure !== null && (
            <p class="trust-notice grave" role="alert">
              {failureSentence(words, failure)}
            </p>
          )}
          <TrustNotices
            operations={board.operations}
            now={now}
            onDetails={(operation) => go({ operation, details: true, pane: "story" })}
          />
        </div>
        <Boxes place={place} go={go} onNew={actions.onNew} />
        <Arrivals
          place={place}
          entries={entries}
          seek={seek}
          search={isSought ? search : null}
          actions={actions}
          go={go}
          onOpen={open}
        />
        {writing ? (
          <div class="story-pane">{children}</div>
        ) : details !== null ? (
          <main class="story-pane details-pane story">
            {details.overview !== null && <OperationScreen overview={details.overview} confirmed={details.confirmed} />}
            {details.failure !== null && <p class="notice wrong">{failureSentence(words, details.failure)}</p>}
          </main>
        ) : chosen !== null ? (
          <Story
            entries={story}
            chosen={chosen}
            heading={heading}
            note={note}
            actions={actions}
            onBack={back}
          />
        ) : (
          <main class="story-pane story-none">
            <h1 class="unseen">{shelfName(words, place.shelf)}</h1>
            <p>{words.say("Choose a message: its whole story appears here.")}</p>
            <p class="hint">{words.say("Keys: j and k choose, Enter reads, ? shows all.")}</p>
          </main>
        )}
        <PhoneBar place={place} go={go} />
        <Announcement entry={alerting.newest} author={alerting.newest && memberOf(board, alerting.newest.view)} />
        <Help open={help} letters={letters} onLetters={setLetters} onClose={() => setHelp(false)} />
      </div>
    </BoardProvider>
  );
}

function storyOf(board: Board, chosen: Entry | null): readonly Entry[] {
  if (chosen === null) {
    return [];
  }
  const all = operationOf(board, chosen.view.operation)?.entries ?? [];
  return all.filter((entry) => entry.story === chosen.story);
}

function focusList(): void {
  document.querySelector<HTMLElement>(".arrivals-frame")?.focus();
}

/** The story, or on a phone that shows the list, the list. */
function focusStory(heading: HTMLElement | null): void {
  heading?.focus();
  if (heading === null || document.activeElement !== heading) {
    focusList();
  }
}

/** So that a tab in the background says that somebody waits. */
function useTitle(forUs: number): void {
  useEffect(() => {
    document.title = forUs > 0 ? `(${forUs}) CENcomm` : "CENcomm";
  }, [forUs]);
}
