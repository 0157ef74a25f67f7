/** How much time there is to answer. Pure: `now` is a parameter, in seconds. */

import type { Answering, Demand } from "./answering";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 24 * HOUR;
const SHORTEST_IN_DAYS = 2 * DAY; // less is told in hours: "26 h" is what a watch shows
const SOON = HOUR; // from here on it is shown as pressing

/** A length of time as people say it: the two largest parts that matter. */
export interface Span {
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
}

export type Clock =
  | { readonly kind: "left"; readonly span: Span; readonly soon: boolean }
  | { readonly kind: "late"; readonly span: Span }
  | { readonly kind: "answered"; readonly late: boolean };

/** The clock of a whole message: null where no time was set. It stops when every addressee has answered. */
export function clockOf(asked: Answering, now: number): Clock | null {
  if (asked.answerBy === null) {
    return null;
  }
  if (asked.demands.length > 0 && asked.open.length === 0 && asked.unlisted === 0) {
    const { answerBy } = asked;
    return { kind: "answered", late: asked.demands.some((demand) => answeredLate(demand, answerBy)) };
  }
  return running(asked.answerBy, now);
}

/** The clock of one addressee: null where no time was set and nothing was answered. */
export function clockOfDemand(demand: Demand, answerBy: number | null, now: number): Clock | null {
  if (demand.answers.length > 0) {
    return { kind: "answered", late: answerBy !== null && answeredLate(demand, answerBy) };
  }
  return answerBy === null ? null : running(answerBy, now);
}

/** Whole minutes, cut off: who has 59 s left has 0 min. */
export function span(seconds: number): Span {
  const left = Math.max(seconds, 0);
  const days = left >= SHORTEST_IN_DAYS ? Math.floor(left / DAY) : 0;
  const rest = left - days * DAY;
  return { days, hours: Math.floor(rest / HOUR), minutes: Math.floor((rest % HOUR) / MINUTE) };
}

function running(answerBy: number, now: number): Clock {
  const left = answerBy - now;
  return left >= 0 ? { kind: "left", span: span(left), soon: left < SOON } : { kind: "late", span: span(-left) };
}

/** By the clock of who answered, as its time of writing says. */
function answeredLate(demand: Demand, answerBy: number): boolean {
  const first = demand.answers[0];
  return first !== undefined && first.body.writtenAt > answerBy;
}
