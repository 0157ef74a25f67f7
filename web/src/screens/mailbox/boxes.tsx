/** The first column: boxes with what waits in them, operations, channels and their state. */

import type { JSX } from "preact";

import { useWords } from "../../words";
import { channelTitle, operationTitle } from "../people";
import { phase } from "../terms";
import { useBoard, type BoardOperation } from "./board";
import { NewMessage } from "./new-message";
import { countsOf, operationsAt, type Counts, type Place } from "./place";
import { channelTrouble, shelfName, type Shelf } from "./terms";

interface Props {
  readonly place: Place;
  readonly go: (change: Partial<Place>) => void;
  readonly onNew: (operation: string, formHash: string) => void;
}

const SHELVES: readonly Shelf[] = ["inbox", "forUs", "waiting", "sent", "drafts", "flagged", "aside"];

export function Boxes({ place, go, onNew }: Props): JSX.Element {
  const words = useWords();
  const board = useBoard();
  const counts = countsOf(board, operationsAt(board, place));
  const chosen = operationsAt(board, place);
  return (
    <nav class="boxes" aria-label={words.say("Boxes")}>
      <NewMessage operations={chosen} onNew={onNew} />
      <ul>
        {SHELVES.filter((shelf) => shelf !== "aside" || counts.aside > 0).map((shelf) => (
          <li key={shelf}>
            <button
              class={`box${hot(shelf, counts) ? " hot" : ""}`}
              aria-current={!place.details && place.shelf === shelf ? "page" : undefined}
              onClick={() => go({ shelf, message: null, pane: "list", details: false })}
            >
              <span>{shelfName(words, shelf)}</span>
              <Count value={countOf(shelf, counts)} />
            </button>
          </li>
        ))}
      </ul>
      <h2>{board.operations.length > 1 ? words.say("Operations") : words.say("Operation")}</h2>
      <ul>
        {board.operations.length > 1 && (
          <li>
            <button
              class="box"
              aria-pressed={place.operation === null}
              onClick={() => go({ operation: null, message: null, details: false, pane: "list" })}
            >
              {words.say("All operations")}
            </button>
          </li>
        )}
        {board.operations.map((one) => (
          <li key={one.operation}>
            <OperationBox one={one} place={place} go={go} />
          </li>
        ))}
      </ul>
    </nav>
  );
}

function OperationBox({
  one,
  place,
  go,
}: {
  readonly one: BoardOperation;
  readonly place: Place;
  readonly go: Props["go"];
}): JSX.Element {
  const words = useWords();
  const board = useBoard();
  const isChosen = place.operation === one.operation || board.operations.length === 1;
  return (
    <>
      <button
        class="box operation"
        aria-pressed={place.operation === one.operation}
        onClick={() => go({ operation: one.operation, message: null, details: false, pane: "list" })}
      >
        <span>
          <bdi>{one.overview === null ? one.operation.slice(0, 8) : operationTitle(words, one.overview)}</bdi>
          <small>
            {one.overview === null ? (
              <b class="wrong">{one.failure?.code === "not_admitted_yet" ? words.say("Waiting to be admitted") : words.say("not verified")}</b>
            ) : (
              <>
                {phase(words, one.overview.phase)}
                {one.overview.exercise && ` · ${words.say("exercise")}`}
              </>
            )}
          </small>
        </span>
        <Count value={countsOf(board, [one]).unread} />
      </button>
      {isChosen && (
        <div class="inside">
          <Channels one={one} place={place} go={go} />
          <button
            class="box"
            aria-current={place.details ? "page" : undefined}
            onClick={() => go({ operation: one.operation, details: true, pane: "story" })}
          >
            {words.say("Roster and ledger")}
          </button>
        </div>
      )}
    </>
  );
}

function Channels({
  one,
  place,
  go,
}: {
  readonly one: BoardOperation;
  readonly place: Place;
  readonly go: Props["go"];
}): JSX.Element {
  const words = useWords();
  const states = new Map(one.mailbox.channels.map((channel) => [channel.channel, channel]));
  const read = (one.overview?.channels ?? []).filter((channel) => channel.weRead);
  return (
    <ul>
      {read.map((channel) => {
        const state = states.get(channel.channel);
        const trouble = state === undefined ? null : channelTrouble(words, state.state);
        const only = place.filter.channel === channel.channel;
        return (
          <li key={channel.channel}>
            <button
              class="box channel-box"
              aria-pressed={only}
              onClick={() =>
                go({
                  operation: one.operation,
                  filter: { ...place.filter, channel: only ? null : channel.channel },
                  message: null,
                  details: false,
                  pane: "list",
                })
              }
            >
              <bdi>{channelTitle(words, channel)}</bdi>
              {state !== undefined && state.behind > 0 && (
                <small>{words.say("{count} to read", { count: state.behind })}</small>
              )}
            </button>
            {state !== undefined && state.entering !== null && <Entering {...state.entering} />}
            {trouble !== null && state?.entering === null && (
              <p class={state?.state === "stalled" ? "trouble wrong" : "trouble"}>{trouble}</p>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** We were let in: everybody who is there is verified before a word is read (C9). */
function Entering({ done, all }: { readonly done: number; readonly all: number }): JSX.Element {
  const words = useWords();
  const share = Math.floor((100 * done) / all);
  return (
    <p class="trouble entering">
      <label>
        {words.say("Let in: verifying its members, {share} %", { share })}
        <progress value={done} max={all} />
      </label>
    </p>
  );
}

function Count({ value }: { readonly value: number }): JSX.Element | null {
  const words = useWords();
  return value === 0 ? null : <b class="count">{words.number(value)}</b>;
}

function countOf(shelf: Shelf, counts: Counts): number {
  switch (shelf) {
    case "inbox":
      return counts.unread;
    case "forUs":
      return counts.forUs;
    case "waiting":
      return counts.waiting;
    case "drafts":
      return counts.drafts;
    case "aside":
      return counts.aside;
    case "sent":
    case "flagged":
      return 0;
  }
}

function hot(shelf: Shelf, counts: Counts): boolean {
  return (shelf === "forUs" && counts.late > 0) || (shelf === "aside" && counts.alarms > 0);
}
