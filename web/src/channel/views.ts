/** Whether what is shown of a channel may be out of date (rule H3), as worker and page judge it alike. Pure. */

const MISSED_INTERVALS = 3; // two heartbeats may be lost to an outage before anybody is alarmed

/** What is known of those whom one counts on hearing; all in seconds. */
export interface SignsOfLife {
  readonly interval: number; // of the charter; 0: nobody sends heartbeats
  readonly heardAt: number | null; // the newest sign of archive or coordinators; null: none since this device came in
  readonly enteredAt: number;
}

/** What freshness is judged on; `now` in seconds. */
export interface Heard extends SignsOfLife {
  readonly now: number;
}

/** `heardAt` seconds: the newest sign of life of archive or coordinators; null: none since this device came in. */
export interface Freshness {
  readonly heardAt: number | null;
  readonly isFresh: boolean;
}

/**
 * Who has just come in waits one interval for the first sign.
 *
 * A clock that was set back makes nothing stale: `now` before `heardAt` is as good as the same second.
 */
export function judgeFreshness({ interval, heardAt, enteredAt, now }: Heard): Freshness {
  if (interval === 0) {
    return { heardAt, isFresh: true };
  }
  if (heardAt === null) {
    return { heardAt, isFresh: now - enteredAt <= interval };
  }
  return { heardAt, isFresh: now - heardAt <= MISSED_INTERVALS * interval };
}

/** Since when, in seconds, what is shown may be out of date; null: it is not, or nobody is there to be heard. */
export function staleSince(signs: SignsOfLife | null, now: number): number | null {
  return signs === null || judgeFreshness({ ...signs, now }).isFresh ? null : (signs.heardAt ?? signs.enteredAt);
}
