import type { JSX } from "preact";

import { useWords } from "../../words";
import { useBoard } from "./board";

/** A moment in UTC; the reader's own hour shows when one points at it. `whole`: day and hour. */
export function Moment({ at, whole = false }: { readonly at: number; readonly whole?: boolean }): JSX.Element {
  const words = useWords();
  const { now } = useBoard();
  return (
    <time dateTime={new Date(at * 1000).toISOString()} title={words.local(at)}>
      {whole ? words.say("{moment} UTC", { moment: words.moment(at) }) : words.short(at, now)}
    </time>
  );
}
