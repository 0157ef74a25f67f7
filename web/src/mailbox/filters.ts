/** What the list is narrowed to. Pure. */

import type { Priority } from "../forms/envelope";
import type { Entry } from "./boxes";

/** Null and false: not narrowed. `country` is that of the author's post. */
export interface Filter {
  readonly form: string | null;
  readonly channel: string | null;
  readonly country: string | null;
  readonly urgent: boolean;
  readonly unread: boolean;
}

export const EVERYTHING: Filter = { form: null, channel: null, country: null, urgent: false, unread: false };

/** Whether it presses: it may interrupt whoever is on duty. */
export function isUrgent(priority: Priority): boolean {
  return priority !== "routine";
}

/** What somebody else wrote and this officer has not opened. */
export function isUnread(entry: Entry): boolean {
  return !entry.view.own && !entry.view.marks.read;
}

/** @param countryOf the country of an account's post, null where it is not known. */
export function passes(entry: Entry, filter: Filter, countryOf: (account: string) => string | null): boolean {
  const { view } = entry;
  return (
    (filter.form === null || entry.form === filter.form) &&
    (filter.channel === null || view.channel === filter.channel) &&
    (!filter.urgent || isUrgent(view.body.priority)) &&
    (!filter.unread || isUnread(entry)) &&
    (filter.country === null || countryOf(view.author) === filter.country)
  );
}
