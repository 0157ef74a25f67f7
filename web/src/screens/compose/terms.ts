/** What the entry screens call kinds of places. */

import type { PlaceClass } from "../../forms/known-places";
import type { Words } from "../../words";

const PLACE_CLASSES: Readonly<Record<PlaceClass, string>> = {
  port: "port",
  airport: "airport",
  land: "border post or town",
};

export function placeClass(words: Words, kind: PlaceClass): string {
  return words.say(PLACE_CLASSES[kind]);
}
