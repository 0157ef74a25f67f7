/**
 * Dates that may be known to the month or the year only, times of day, moments in UTC. A date says its precision by
 * its length (ISO 8601-1): `2014-03-05`, `2014-03` or `2014`.
 */

import type { JsonValue } from "../canonical-json";
import type { Table } from "../table";
import type { Answer, KindOf, Options, Spot } from "./kind";

const EARLIEST_YEAR = 1900; // a slip of the keyboard is more likely than a case outside
const LATEST_YEAR = 2199;
const DATE = /^([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?$/;
const TIME = /^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/;
const INSTANT = /^([0-9]{4}-[0-9]{2}-[0-9]{2})T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$/;

export const PRECISIONS = ["day", "month", "year"] as const;
export type Precision = (typeof PRECISIONS)[number];
const PRECISION_OF_LENGTH: Readonly<Record<number, number>> = { 10: 0, 7: 1, 4: 2 }; // place in PRECISIONS

/** The date that a text writes, if it writes one that exists between 1900 and 2199. */
export function dateOf(value: JsonValue | undefined): string | null {
  const found = typeof value === "string" ? DATE.exec(value) : null;
  if (found === null) {
    return null;
  }
  const [year, month, day] = [Number(found[1]), Number(found[2] ?? 1), Number(found[3] ?? 1)];
  const date = new Date(Date.UTC(year, month - 1, day));
  const exists = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists && EARLIEST_YEAR <= year && year <= LATEST_YEAR ? found[0] : null;
}

/** `past`: not after the day on which the report was written. */
export class DateKind implements KindOf<"date"> {
  readonly type = "date";
  readonly ownWords = false;

  constructor(
    readonly coarsest: Precision,
    readonly past: boolean,
  ) {}

  options(): Options {
    return [
      ...(this.coarsest === "day" ? [] : [["coarsest", this.coarsest] as const]),
      ...(this.past ? [["past", true] as const] : []),
    ];
  }

  parse(value: JsonValue, spot: Spot): Answer | null {
    const date = dateOf(value);
    if (date === null) {
      return spot.fault("date_format");
    }
    if ((PRECISION_OF_LENGTH[date.length] ?? 0) > PRECISIONS.indexOf(this.coarsest)) {
      return spot.fault("date_too_coarse");
    }
    // Tomorrow is allowed: it is tomorrow already in Kiribati, and clocks of duty posts are not exact.
    if (this.past && `${date}-01-01`.slice(0, 10) > spot.tomorrow) {
      return spot.fault("date_in_future");
    }
    return { json: date, show: (tongue) => tongue.date(date) };
  }
}

export function dateKind(record: Table): DateKind {
  return new DateKind(record.optionalChoice("coarsest", PRECISIONS) ?? "day", record.flag("past"));
}

/** A time of day where it happened: `06:10`. */
export class TimeKind implements KindOf<"time"> {
  readonly type = "time";
  readonly ownWords = false;

  options(): Options {
    return [];
  }

  parse(value: JsonValue, spot: Spot): Answer | null {
    return typeof value === "string" && TIME.test(value)
      ? { json: value, show: () => value } // 24 hours everywhere: nobody reads AM for PM on the telephone
      : spot.fault("time_format");
  }
}

export function timeKind(): TimeKind {
  return new TimeKind();
}

/** A moment, in UTC: `2026-11-22T05:10:00Z`. */
export class InstantKind implements KindOf<"instant"> {
  readonly type = "instant";
  readonly ownWords = false;

  options(): Options {
    return [];
  }

  parse(value: JsonValue, spot: Spot): Answer | null {
    const found = typeof value === "string" ? INSTANT.exec(value) : null;
    if (found === null || dateOf(found[1]) === null) {
      return spot.fault("instant_format");
    }
    return { json: found[0], show: (tongue) => tongue.instant(found[0]) };
  }
}

export function instantKind(): InstantKind {
  return new InstantKind();
}
