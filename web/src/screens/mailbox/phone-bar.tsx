/** On a phone the ways between the panes lie at the thumb; and what is said to those who listen to the screen. */

import type { JSX } from "preact";

import type { Entry } from "../../mailbox/boxes";
import type { MemberView } from "../../operation/overview";
import { useWords } from "../../words";
import { memberName } from "../people";
import { useBoard } from "./board";
import { countsOf, operationsAt, type Place } from "./place";
import { shelfName, type Shelf } from "./terms";

interface Props {
  readonly place: Place;
  readonly go: (change: Partial<Place>) => void;
}

const AT_THE_THUMB: readonly Shelf[] = ["inbox", "forUs", "waiting"];

export function PhoneBar({ place, go }: Props): JSX.Element {
  const words = useWords();
  const board = useBoard();
  const counts = countsOf(board, operationsAt(board, place));
  const numbers: Partial<Record<Shelf, number>> = { inbox: counts.unread, forUs: counts.forUs, waiting: counts.waiting };
  return (
    <nav class="phone-bar" aria-label={words.say("Panes")}>
      <button aria-current={place.pane === "boxes" ? "page" : undefined} onClick={() => go({ pane: "boxes" })}>
        {words.say("Boxes")}
      </button>
      {AT_THE_THUMB.map((shelf) => (
        <button
          key={shelf}
          aria-current={place.pane === "list" && place.shelf === shelf ? "page" : undefined}
          onClick={() => go({ shelf, pane: "list", message: null, details: false })}
        >
          {shelfName(words, shelf)} {(numbers[shelf] ?? 0) > 0 && <b>{words.number(numbers[shelf] ?? 0)}</b>}
        </button>
      ))}
    </nav>
  );
}

/** Read out as it comes; what is in it is not said. */
export function Announcement({
  entry,
  author,
}: {
  readonly entry: Entry | null;
  readonly author: MemberView | null;
}): JSX.Element {
  const words = useWords();
  return (
    <p class="unseen" role="status" aria-live="polite">
      {entry !== null &&
        words.say("New message from {author}", { author: author === null ? "?" : memberName(words, author) })}
    </p>
  );
}
