/** A place as somebody types it: what the list offers for it, and what it means where nothing was chosen. */

import type { JsonObject } from "./canonical-json";
import type { CodeList } from "./code-list";
import { fold, search } from "./code-search";
import type { KnownPlace, KnownPlaces } from "./known-places";
import { COUNTRIES, isPlaceCode, LOCODE } from "./kinds/place";
import type { Tongue } from "./tongue";
import { typedText } from "./typing";
import { partText } from "./values";

const MOST_PLACES = 12;
const MOST_COUNTRIES = 3;

/** What a text can mean: a place of the list, or a country of which nothing nearer is known. */
export type PlaceOffer =
  | { readonly kind: "known"; readonly place: KnownPlace }
  | { readonly kind: "country"; readonly country: string };

export interface PlaceLists {
  readonly known: KnownPlaces | null; // null: not fetched
  readonly countries: CodeList;
}

/** Best first; a country that the text begins stands before places that only lie in it. */
export function placeOffers(text: string, { known, countries }: PlaceLists, tongue: Tongue): readonly PlaceOffer[] {
  if (fold(text) === "") {
    return [];
  }
  const named = search(countries.entries, (code) => tongue.code(COUNTRIES, code), text, MOST_COUNTRIES)
    .map(({ code }) => code)
    .filter((code) => fold(tongue.code(COUNTRIES, code)).startsWith(fold(text)));
  const places = (known?.search(text, tongue, MOST_PLACES) ?? []).map((place) => ({ kind: "known", place }) as const);
  const nearer = places.filter(({ place }) => isCalled(place, text));
  const others = places.filter((offer) => !nearer.includes(offer));
  return [...nearer, ...named.map((country) => ({ kind: "country", country }) as const), ...others];
}

/** Whether the text is in the place's own names or code, not only in those of its country. */
function isCalled(place: KnownPlace, text: string): boolean {
  const wanted = fold(text);
  return [place.code ?? "", place.city, ...place.also].some((name) => fold(name).startsWith(wanted));
}

/** The answer that an offer makes; where within the place, `site`, is for the writer to say. */
export function offeredPlace(offer: PlaceOffer): JsonObject {
  if (offer.kind === "country") {
    return new Map([["country", offer.country]]);
  }
  const { code, city, country } = offer.place;
  return new Map([...(code === null ? [] : [["code", code] as const]), ["city", city], ["country", country]]);
}

/** What was typed and left, as an answer: a code is one in any case of letters, everything else the name of a city. */
export function typedPlace(typed: string, { known, countries }: PlaceLists, tongue: Tongue): JsonObject | undefined {
  const text = typedText(typed).trim();
  if (text === "") {
    return undefined;
  }
  const code = text.toUpperCase();
  const place = known?.get(code);
  if (place !== undefined) {
    return offeredPlace({ kind: "known", place });
  }
  if (LOCODE.test(text) && countries.has(text.slice(0, 2))) {
    return new Map([
      ["code", text],
      ["country", text.slice(0, 2)],
    ]);
  }
  if (isPlaceCode(text)) {
    return new Map([["code", text]]);
  }
  const country = countries.entries.find((entry) => fold(tongue.code(COUNTRIES, entry.code)) === fold(text));
  return new Map([country === undefined ? ["city", text] : ["country", country.code]]);
}

/** The place of the list that an answer is, whatever it says of the site there. */
export function knownPlaceOf(value: JsonObject, known: KnownPlaces | null): KnownPlace | undefined {
  const place = known?.get(partText(value, "code"));
  const agrees = place?.country === partText(value, "country") && place.city === partText(value, "city");
  return agrees ? place : undefined;
}
