import type { JSX } from "preact";

import type { Clock } from "../../mailbox/clock";
import { useWords } from "../../words";
import { clockText } from "./clock-words";

/** How much time there is to answer: late and pressing stand out by colour, and say it in words. */
export function ClockBadge({ clock }: { readonly clock: Clock | null }): JSX.Element | null {
  const words = useWords();
  if (clock === null) {
    return null;
  }
  const look = clock.kind === "left" ? (clock.soon ? "soon" : "calm") : clock.kind;
  return <span class={`clock ${look}`}>{clockText(words, clock)}</span>;
}
