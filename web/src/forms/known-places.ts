/**
 * Ports, airports and border posts that officers find by typing; `cencomm/forms/known_places.py` says what they are and
 * what they are not: a help for whoever writes, never a list of what is allowed.
 */

import type { JsonObject, JsonValue } from "./canonical-json";
import { fold } from "./code-search";
import { quoted, type Fault } from "./fault";
import type { Form } from "./form";
import { COUNTRIES, LOCODE } from "./kinds/place";
import type { Tongue } from "./tongue";
import { rowsOf } from "./values";

export type PlaceClass = "port" | "airport" | "land";

/** `code`: IATA of an airport or its city, else UN/LOCODE; some border posts have none. `also`: other names. */
export interface KnownPlace {
  readonly country: string;
  readonly code: string | null;
  readonly kind: PlaceClass;
  readonly city: string;
  readonly site: string | null;
  readonly also: readonly string[];
}

/** What `places.json` holds: country, code or "", kind, city, site or "", other names. */
export type PlacesAsset = readonly (readonly [string, string, PlaceClass, string, string, readonly string[]])[];

export function knownPlaces(asset: PlacesAsset): KnownPlaces {
  return new KnownPlaces(
    asset.map(([country, code, kind, city, site, also]) => ({
      country,
      code: code === "" ? null : code,
      kind,
      city,
      site: site === "" ? null : site,
      also,
    })),
  );
}

interface Folded {
  readonly place: KnownPlace;
  readonly code: string;
  readonly names: readonly string[];
  readonly words: readonly string[];
}

export class KnownPlaces {
  readonly #folded: readonly Folded[];
  readonly #byCode: ReadonlyMap<string, KnownPlace>;

  constructor(readonly places: readonly KnownPlace[]) {
    this.#byCode = new Map(places.flatMap((place) => (place.code === null ? [] : [[place.code, place]])));
    this.#folded = places.map((place) => {
      const code = (place.code ?? "").toLowerCase();
      const names = [place.city, ...place.also].map(wordsOf);
      const words = [...names, code, place.country.toLowerCase(), wordsOf(place.site ?? "")].join(" ").split(" ");
      return { place, code, names, words: words.filter((word) => word !== "") };
    });
  }

  get(code: string): KnownPlace | undefined {
    return this.#byCode.get(code);
  }

  /** Places that `text` could mean, best first, in the order that Python finds them; none if it is empty. */
  search(text: string, tongue: Tongue, limit: number): readonly KnownPlace[] {
    const wanted = wordsOf(text);
    if (wanted === "") {
      return [];
    }
    const parts = wanted.split(" ");
    const named = new Map<string, readonly string[]>(); // words of each country's name, made once
    const countryWords = (country: string): readonly string[] => {
      const words = named.get(country) ?? wordsOf(tongue.code(COUNTRIES, country)).split(" ");
      named.set(country, words);
      return words;
    };
    return this.#folded
      .map((one) => ({ place: one.place, rank: rank(one, wanted, parts, countryWords) }))
      .filter(({ rank: found }) => found !== null)
      .sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0))
      .slice(0, limit)
      .map(({ place }) => place);
  }
}

/**
 * Places whose code is that of a place in another country, for the writer to look at again before it is sent. A
 * UN/LOCODE says its country itself: that is for the validation.
 */
export function misplaced(form: Form, values: JsonObject, known: KnownPlaces): readonly Fault[] {
  const inRow = (fields: Form["fields"], row: JsonObject, prefix: string): readonly Fault[] =>
    fields
      .filter((field) => field.kind.type === "place")
      .flatMap((field) => contradiction(row.get(field.name), `${prefix}${field.name}.code`, known));
  return [
    ...inRow(form.fields, values, ""),
    ...form.blocks.flatMap((block) =>
      rowsOf(values, block.name).flatMap((row, place) => inRow(block.fields, row, `${block.name}[${place}].`)),
    ),
  ];
}

function contradiction(value: JsonValue | undefined, path: string, known: KnownPlaces): readonly Fault[] {
  const [code, country] = value instanceof Map ? [value.get("code"), value.get("country")] : [];
  const there = typeof code === "string" && !LOCODE.test(code) ? known.get(code) : undefined;
  return there === undefined || typeof country !== "string" || country === there.country
    ? []
    : [{ path, code: "place_code_country", facts: { country: quoted(there.country) } }];
}

/** Words for comparison, the two that names write in two ways in one of them. */
export function wordsOf(text: string): string {
  const words = fold(text).replaceAll("&", " and ").match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.map((word) => (word === "saint" ? "st" : word)).join(" ");
}

function rank(
  { place, code, names, words }: Folded,
  wanted: string,
  parts: readonly string[],
  countryWords: (country: string) => readonly string[],
): number | null {
  if (code === wanted) {
    return 0;
  }
  if (names.includes(wanted)) {
    return 1;
  }
  if (names.some((name) => name.startsWith(wanted))) {
    return 2;
  }
  if (code.startsWith(wanted)) {
    return 3;
  }
  const begins = (part: string) => (word: string): boolean => word.startsWith(part);
  return parts.every((part) => words.some(begins(part)) || countryWords(place.country).some(begins(part))) ? 4 : null;
}
