/** A route as its rows say it: stops in their order, and where the order and the dates do not agree. */

import type { JsonObject, JsonValue } from "./canonical-json";
import type { Block, Field } from "./form";
import { dateOf } from "./kinds/calendar";
import { COUNTRIES } from "./kinds/place";
import type { Tongue } from "./tongue";
import { partText } from "./values";

export interface Stop {
  readonly place: string; // as its reader says it; "": not said yet
  readonly country: string; // ISO 3166-1 alpha-2, "" if it is not said
  readonly role: string;
  readonly date: string;
  readonly early: boolean; // before the last stop above that has a date
}

interface Columns {
  readonly role: Field;
  readonly place: Field;
  readonly date: Field | undefined;
}

/** The columns of a block that is a route: each row a place with its part in the journey; null: it is none. */
function columnsOf(block: Block): Columns | null {
  const role = block.fields.find(({ kind }) => kind.type === "code" && kind.list === "route_role");
  const place = block.fields.find(({ kind }) => kind.type === "place");
  const date = block.fields.find(({ kind }) => kind.type === "date");
  return role === undefined || place === undefined ? null : { role, place, date };
}

/** The stops of a block that is a route; null for any other. */
export function stopsOf(block: Block, rows: readonly JsonObject[], tongue: Tongue): readonly Stop[] | null {
  const columns = columnsOf(block);
  if (columns === null) {
    return null;
  }
  const dates = rows.map((row) => (columns.date === undefined ? null : dateOf(row.get(columns.date.name))));
  return rows.map((row, number) => {
    const place = row.get(columns.place.name);
    const role = row.get(columns.role.name);
    const date = dates[number] ?? null;
    const before = dates.slice(0, number).findLast((one) => one !== null) ?? null;
    return {
      place: nameOf(place, tongue),
      country: partText(place, "country"),
      role: typeof role === "string" ? tongue.code("route_role", role) : "",
      date: date === null ? "" : tongue.date(date),
      early: date !== null && before !== null && isBefore(date, before),
    };
  });
}

function nameOf(place: JsonValue | undefined, tongue: Tongue): string {
  const country = partText(place, "country");
  const names = [partText(place, "city"), partText(place, "site"), country && tongue.code(COUNTRIES, country)];
  return names.find((name) => name !== "") ?? partText(place, "code");
}

/** As far as both are known: March is not before the fifth of March. */
function isBefore(one: string, other: string): boolean {
  const known = Math.min(one.length, other.length);
  return one.slice(0, known) < other.slice(0, known);
}
