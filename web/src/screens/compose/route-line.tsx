/** A route at a glance: its stops in their order, each leading to its entry. */

import type { JSX } from "preact";

import type { JsonObject } from "../../forms/canonical-json";
import type { Block } from "../../forms/form";
import { stopsOf } from "../../forms/route";
import { useWords } from "../../words";
import { liesAt, useEntry } from "./entry";

interface Props {
  readonly block: Block;
  readonly rows: readonly JsonObject[];
  readonly onStop: (place: number) => void;
}

/** Nothing for a block that is no route, and for one stop alone. */
export function RouteLine({ block, rows, onStop }: Props): JSX.Element | null {
  const { tongue, faults } = useEntry();
  const words = useWords();
  const stops = stopsOf(block, rows, tongue);
  if (stops === null || stops.length < 2) {
    return null;
  }
  return (
    <ol class="route-line" aria-label={words.say("The route so far")}>
      {stops.map((stop, place) => (
        <li key={place} class={isWrong(place) ? "wrong" : stop.early ? "early" : undefined}>
          <button type="button" class="link" onClick={() => onStop(place)}>
            <bdi>{stop.place === "" ? words.number(place + 1) : stop.place}</bdi>
          </button>
          {stop.country !== "" && (
            <abbr class="cc" title={words.country(stop.country)}>
              {stop.country}
            </abbr>
          )}
          <small>{[stop.role, stop.date].filter((part) => part !== "").join(" · ")}</small>
          {isWrong(place) && <small class="fault">{words.say("to be put right")}</small>}
        </li>
      ))}
    </ol>
  );

  function isWrong(place: number): boolean {
    return faults.some((fault) => liesAt(fault, `${block.name}[${place}]`));
  }
}
