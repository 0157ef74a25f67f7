/**
 * Where: a code that everybody knows, words for what has none, or a point on the map. A code of three letters is an
 * airport's (IATA), one of five a UN/LOCODE, which begins with its country.
 */

import type { JsonObject, JsonValue } from "../canonical-json";
import { quoted } from "../fault";
import type { Table } from "../table";
import { parseCode } from "./code";
import type { Answer, KindOf, Options, Spot } from "./kind";
import { compareDecimals, parseDecimal } from "./number";
import { parseParts } from "./parts";
import { parseText } from "./text";

export const COUNTRIES = "country";
const MAX_WORDS = 150; // characters of a city or a site
const COORDINATE_PLACES = 6; // a tenth of a metre
const MAX_LATITUDE = 90; // degrees
const MAX_LONGITUDE = 180;
const IATA = /^[A-Z]{3}$/;
export const LOCODE = /^[A-Z]{2}[A-Z2-9]{3}$/; // the UN/LOCODE manual leaves out 0 and 1

export const PLACE_PARTS = ["code", "site", "city", "country"] as const;
export type PlacePart = (typeof PLACE_PARTS)[number];

/** `parts`: those that have to be given. `site` is a terminal, a street: what the city's name does not say. */
export class PlaceKind implements KindOf<"place"> {
  readonly type = "place";
  readonly ownWords = false;

  constructor(readonly parts: readonly string[]) {}

  options(): Options {
    return this.parts.length === 0 ? [] : [["parts", this.parts]];
  }

  parse(value: JsonValue, spot: Spot): Answer | null {
    const parts = parseParts(value, spot, PLACE_PARTS);
    if (parts === null) {
      return null;
    }
    const before = spot.faults.length;
    for (const part of this.parts.filter((needed) => !parts.has(needed))) {
      spot.fault("part_missing", part);
    }
    const code = parsePlaceCode(parts, spot);
    const site = words(parts, "site", spot);
    const city = words(parts, "city", spot);
    const given = parts.get("country");
    const country = given === undefined ? null : parseCode(given, spot, COUNTRIES, { part: "country" });
    if (spot.faults.length !== before) {
      return null;
    }
    return {
      json: parts,
      show: (tongue) => {
        const named = country === null ? null : tongue.code(COUNTRIES, country);
        const said = tongue.several([site, city, named].filter((part) => part !== null));
        return [code, said].filter((part) => part !== null && part !== "").join(" ");
      },
    };
  }
}

export function placeKind(record: Table): PlaceKind {
  const parts = record.texts("parts", PLACE_PARTS.length);
  if (!parts.every((part) => PLACE_PARTS.some((known) => known === part))) {
    record.complain(`parts are some of ${[...PLACE_PARTS].sort().join(", ")}`);
  }
  return new PlaceKind(parts);
}

function words(parts: JsonObject, part: PlacePart, spot: Spot): string | null {
  const value = parts.get(part);
  return value === undefined ? null : parseText(value, spot, { most: MAX_WORDS, part });
}

/** Whether a text is made as codes of places are; whether there is such a place is not known. */
export function isPlaceCode(text: string): boolean {
  return IATA.test(text) || LOCODE.test(text);
}

function parsePlaceCode(parts: JsonObject, spot: Spot): string | null {
  const code = parts.get("code");
  if (code === undefined) {
    return null;
  }
  if (typeof code !== "string" || !isPlaceCode(code)) {
    return spot.fault("place_code_format", "code", { value: typeof code === "string" ? quoted(code) : "" });
  }
  const country = code.slice(0, 2);
  if (LOCODE.test(code) && (parts.get("country") ?? country) !== country) {
    return spot.fault("place_code_country", "code", { country });
  }
  return code;
}

/** WGS 84, degrees, north and east positive. */
export class CoordinateKind implements KindOf<"coordinate"> {
  readonly type = "coordinate";
  readonly ownWords = false;

  options(): Options {
    return [];
  }

  parse(value: JsonValue, spot: Spot): Answer | null {
    const parts = parseParts(value, spot, ["lat", "lon"]);
    if (parts === null) {
      return null;
    }
    const [lat, lon] = [degrees(parts, spot, "lat", MAX_LATITUDE), degrees(parts, spot, "lon", MAX_LONGITUDE)];
    return lat === null || lon === null
      ? null
      : { json: parts, show: (tongue) => `${tongue.number(lat)}°, ${tongue.number(lon)}°` };
  }
}

export function coordinateKind(): CoordinateKind {
  return new CoordinateKind();
}

function degrees(parts: JsonObject, spot: Spot, part: string, most: number): string | null {
  const given = parts.get(part);
  if (given === undefined) {
    return spot.fault("part_missing", part);
  }
  const found = parseDecimal(given, spot, part, COORDINATE_PLACES);
  if (found !== null && compareDecimals(found, String(-most)) < 0) {
    return spot.fault("too_small", part, { min: -most });
  }
  return found !== null && compareDecimals(found, String(most)) > 0
    ? spot.fault("too_large", part, { max: most })
    : found;
}
