/** The first words of a message: of its values those from which `headline` makes its one line. Pure. */

import type { JsonObject, JsonValue } from "../forms/canonical-json";
import * as json from "../forms/canonical-json";

const TITLE = "title";
const ITEMS = "items";
const GOODS = ["quantity", "subtype", "category", "description"];
const MAX_LETTERS = 141; // one more than a headline has: it says by an ellipsis that there is more
const MAX_FIELDS = 12;
const MAX_FIELD_BYTES = 200;
const MAX_WORDS_BYTES = 3500; // together, less than a row of first words takes: whatever an insider's program wrote

/**
 * The values of a message narrowed to a title, else to what was found first, else to short answers, in that order.
 *
 * No form is needed for it: it is made when the message is taken in, and again of old rows before any form is here.
 */
export function briefOf(values: JsonObject): JsonObject {
  const title = values.get(TITLE);
  if (typeof title === "string" && title !== "") {
    return new Map([[TITLE, clipped(title)]]);
  }
  const goods = goodsOf(values.get(ITEMS));
  if (goods !== null) {
    return new Map([[ITEMS, [goods]]]);
  }
  const short = [...values].map(([field, value]) => [field, clipped(value)] as const).filter(([, value]) => isShort(value));
  return new Map(fitting(short.slice(0, MAX_FIELDS)));
}

/** As many of the first as may be kept. */
function fitting(answers: readonly (readonly [string, JsonValue])[]): readonly (readonly [string, JsonValue])[] {
  let size = 0;
  const after = answers.map((answer) => (size += json.encode(new Map([answer])).length));
  return answers.filter((_, place) => (after[place] ?? 0) <= MAX_WORDS_BYTES);
}

/** Of the first thing that was found, what it is; null: that is not said. */
function goodsOf(items: JsonValue | undefined): JsonObject | null {
  const first = Array.isArray(items) ? (items as readonly JsonValue[])[0] : undefined;
  if (!(first instanceof Map)) {
    return null;
  }
  const item = first as JsonObject;
  const goods = GOODS.flatMap((field) => {
    const value = item.get(field);
    return value === undefined ? [] : [[field, clipped(value)] as const];
  });
  const isNamed = goods.some(([field]) => field === "subtype" || field === "category");
  return isNamed ? new Map(goods.filter(([, value]) => isShort(value))) : null;
}

function clipped(value: JsonValue): JsonValue {
  return typeof value === "string" ? Array.from(value.split("\n", 1)[0] ?? "").slice(0, MAX_LETTERS).join("") : value;
}

function isShort(value: JsonValue): boolean {
  return typeof value === "string" || json.encode(value).length <= MAX_FIELD_BYTES;
}
