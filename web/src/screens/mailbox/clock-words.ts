/** Lengths of time and clocks in words. */

import type { Clock, Span } from "../../mailbox/clock";
import type { Words } from "../../words";

/** "2 h 10 min", "3 d 4 h", "12 min". */
export function spanText(words: Words, { days, hours, minutes }: Span): string {
  if (days > 0) {
    return words.say("{days} d {hours} h", { days, hours });
  }
  return hours > 0 ? words.say("{hours} h {minutes} min", { hours, minutes }) : words.say("{minutes} min", { minutes });
}

export function clockText(words: Words, clock: Clock): string {
  switch (clock.kind) {
    case "left":
      return words.say("{time} left to answer", { time: spanText(words, clock.span) });
    case "late":
      return words.say("answer late by {time}", { time: spanText(words, clock.span) });
    case "answered":
      return clock.late ? words.say("answered late") : words.say("answered");
  }
}
