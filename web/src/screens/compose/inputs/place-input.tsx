/** Where: one line that finds ports, airports, border posts and countries by any name or code, and keeps what it does not. */

import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";

import type { JsonObject, JsonValue } from "../../../forms/canonical-json";
import { COUNTRIES, type PlaceKind } from "../../../forms/kinds/place";
import { knownPlaceOf, offeredPlace, placeOffers, typedPlace, type PlaceLists, type PlaceOffer } from "../../../forms/place-typing";
import { typedText } from "../../../forms/typing";
import { partText, withPart } from "../../../forms/values";
import { useWords, type Words } from "../../../words";
import { liesAt, useEntry, type Entry, type InputProps } from "../entry";
import { placeClass } from "../terms";
import { Combobox, type Option } from "./combobox";
import { Line } from "./line";
import { finder } from "./offer";

const AS_WRITTEN = "as-written";

export function PlaceInput(props: InputProps<PlaceKind>): JSX.Element | null {
  const { id, value, onChange, path } = props;
  const words = useWords();
  const entry = useEntry();
  const { tongue, faults, places } = entry;
  const [opened, setOpened] = useState(false);
  const offers = useRef<readonly PlaceOffer[]>([]); // what the list showed last, by its place there
  const typed = useRef("");
  const countries = entry.lists.get(COUNTRIES);
  if (countries === undefined) {
    return null; // every build has it
  }
  const lists: PlaceLists = { known: places, countries };
  const given = value instanceof Map ? (value as JsonObject) : new Map<string, JsonValue>();
  const open = opened || faults.some((fault) => fault.path !== path && liesAt(fault, path));
  const find = (text: string): readonly Option[] => {
    typed.current = text;
    offers.current = placeOffers(text, lists, tongue);
    const found = offers.current.map((offer, place) => optionOf(offer, String(place), words, entry));
    return found.length === 0 || text.trim() === ""
      ? found
      : [...found, { value: AS_WRITTEN, label: text.trim(), hint: words.say("as written, as a city") }];
  };
  const choose = (key: string | null): void => {
    const offer = offers.current[Number(key)];
    if (key === null || key === AS_WRITTEN) {
      onChange(key === null ? undefined : new Map([["city", typedText(typed.current).trim()]]));
    } else if (offer !== undefined) {
      onChange(offeredPlace(offer));
    }
  };
  return (
    <div class="place-input" role="group" aria-label={props.label}>
      <div class="beside">
        <Combobox
          id={id}
          label={props.label}
          placeholder={words.say("Port, airport, border post or city")}
          describedBy={`${props.describedBy} ${id}-status`.trim()}
          invalid={props.invalid}
          required={props.required}
          chosen={summary(given, entry)}
          find={find}
          onChoose={choose}
          onFree={(text) => onChange(typedPlace(text, lists, tongue))}
        />
        <button
          type="button"
          class="quiet"
          aria-expanded={open}
          aria-controls={`${id}-parts`}
          onClick={() => setOpened(!open)}
        >
          {words.say("Details")}
        </button>
      </div>
      <small id={`${id}-status`} class={knownPlaceOf(given, places) === undefined ? undefined : "well"}>
        {status(given, words, entry)}
      </small>
      {open && <PlaceParts {...props} />}
    </div>
  );
}

function optionOf(offer: PlaceOffer, value: string, words: Words, { tongue }: Entry): Option {
  if (offer.kind === "country") {
    return { value, label: tongue.code(COUNTRIES, offer.country), hint: words.say("the country alone") };
  }
  const { place } = offer;
  const country = tongue.code(COUNTRIES, place.country);
  const hint = [place.code, placeClass(words, place.kind), country, place.site].filter((part) => part !== null);
  return { value, label: place.city, hint: hint.join(" · ") };
}

/** One line of what was answered; a site alone has its own input. */
function summary(given: JsonObject, { tongue }: Entry): string {
  const country = partText(given, "country");
  const parts = [partText(given, "code"), partText(given, "city"), country && tongue.code(COUNTRIES, country)];
  return parts.filter((part) => part !== "").join(" · ");
}

function status(given: JsonObject, words: Words, { places }: Entry): string {
  const known = knownPlaceOf(given, places);
  if (known !== undefined) {
    return `✓ ${[placeClass(words, known.kind), known.site].filter((part) => part !== null).join(", ")}`;
  }
  if (places === null) {
    return words.say("The list of places is not here just now: write the city, or its code.");
  }
  return given.has("city") && !given.has("country")
    ? words.say("Not in the list: kept as written. Say the country under “Details”.")
    : "\u00a0"; // the line stays, so that nothing moves under the pointer
}

function PlaceParts({ id, label, value, onChange }: InputProps<PlaceKind>): JSX.Element {
  const { tongue, lists } = useEntry();
  const countries = lists.get(COUNTRIES);
  const country = partText(value, "country");
  const part = (name: "code" | "city" | "site"): JSX.Element => (
    <label>
      {tongue.word(`part_${name}`)}
      <Line
        id={`${id}-${name}`}
        label={`${label}: ${tongue.word(`part_${name}`)}`}
        mono={name === "code"}
        text={partText(value, name)}
        spelled={name === "code" ? (text) => text.toUpperCase().replace(/\s/g, "") : typedText}
        onChange={(text) => onChange(withPart(value, name, text))}
      />
    </label>
  );
  return (
    <div class="parts" id={`${id}-parts`}>
      {part("code")}
      {part("city")}
      {countries !== undefined && (
        <label>
          {tongue.word("part_country")}
          <Combobox
            id={`${id}-country`}
            label={`${label}: ${tongue.word("part_country")}`}
            chosen={country === "" ? "" : tongue.code(COUNTRIES, country)}
            find={finder(countries.entries, countries, tongue)}
            onChoose={(chosen) => onChange(withPart(value, "country", chosen))}
          />
        </label>
      )}
      {part("site")}
    </div>
  );
}
