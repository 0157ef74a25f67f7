import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import type { JsonObject } from "../../src/forms/canonical-json";
import { knownPlaces, misplaced, type PlacesAsset } from "../../src/forms/known-places";
import { knownPlaceOf, offeredPlace, placeOffers, typedPlace } from "../../src/forms/place-typing";
import { ROOT, vectors } from "../vectors";
import { form, given, LISTS, tongue } from "./shipped";

interface Places {
  searches: { text: string; language: string; found: string[] }[];
  misplaced: { place: unknown; country: string | null }[];
}

const KNOWN = knownPlaces(JSON.parse(readFileSync(`${ROOT}/web/build/terms/places.json`, "utf-8")) as PlacesAsset);
const TABLES = { known: KNOWN, countries: LISTS.get("country")! };
const ENGLISH = tongue("en");

test("places are found as in Python, by name, code and country, in any script", () => {
  for (const { text, language, found } of vectors<Places>("forms/places.json").searches) {
    const here = KNOWN.search(text, tongue(language), 5);

    assert.deepEqual(here.map(({ code, country, city }) => `${code ?? "-"} ${country} ${city}`), found, text);
  }
});

test("a code of another country is told to the writer as in Python, in the report's head and in its rows", () => {
  for (const { place, country } of vectors<Places>("forms/places.json").misplaced) {
    const values = given({ place, route: [{ role: "origin", place }] }) as JsonObject;

    const faults = misplaced(form("seizure"), values, KNOWN);

    assert.deepEqual(
      faults,
      country === null
        ? []
        : ["place.code", "route[0].place.code"].map((path) => ({ path, code: "place_code_country", facts: { country } })),
    );
  }
});

test("a place that was chosen says its code, its city and its country; a country says itself", () => {
  const offers = placeOffers("rotter", TABLES, ENGLISH);

  assert.deepEqual(offeredPlace(offers[0]!), given({ code: "NLRTM", city: "Rotterdam", country: "NL" }));
  assert.deepEqual(offeredPlace(placeOffers("guyana", TABLES, ENGLISH)[0]!), given({ country: "GY" }));
  assert.deepEqual(placeOffers("  ", TABLES, ENGLISH), []);
});

test("what is typed and not chosen is kept as it was written; a code is one in any case of letters", () => {
  const typed = (text: string): unknown => typedPlace(text, TABLES, ENGLISH);

  assert.deepEqual(typed("nbo"), given({ code: "NBO", city: "Nairobi", country: "KE" }));
  assert.deepEqual(typed("ZZQ"), given({ code: "ZZQ" }));
  assert.deepEqual(typed("KEZZ9"), given({ code: "KEZZ9", country: "KE" }));
  assert.deepEqual(typed("Zambia"), given({ country: "ZM" }));
  assert.deepEqual(typed(" Gate 4, old depot "), given({ city: "Gate 4, old depot" }));
  assert.deepEqual(typed("مستودع قديم"), given({ city: "مستودع قديم" }));
  assert.equal(typed(" "), undefined);
  assert.deepEqual(typedPlace("nbo", { ...TABLES, known: null }, ENGLISH), given({ city: "nbo" }));
});

test("an answer is the place of the list while it says of it what the list says", () => {
  const nairobi = { code: "NBO", city: "Nairobi", country: "KE" };
  const known = (place: object): string | undefined => knownPlaceOf(given(place) as JsonObject, KNOWN)?.city;

  assert.equal(known({ ...nairobi, site: "Cargo shed 2" }), "Nairobi");
  assert.equal(known({ ...nairobi, city: "Mombasa" }), undefined);
  assert.equal(known({ city: "Nairobi", country: "KE" }), undefined);
});
