/** Values of several parts, as `{"amount": "12.5", "unit": "KGM"}`. */

import type { JsonObject, JsonValue } from "../canonical-json";
import { quoted } from "../fault";
import { NAME } from "../table";
import { compareDecimals, parseDecimal } from "./number";
import type { Spot } from "./kind";

/** The parts, none of them empty or unheard of; null after a fault. */
export function parseParts(value: JsonValue, spot: Spot, allowed: readonly string[]): JsonObject | null {
  if (!(value instanceof Map)) {
    return spot.fault("wrong_type");
  }
  const parts = value as JsonObject;
  for (const [key, part] of parts) {
    if (!allowed.includes(key)) {
      return spot.fault("unknown_field", NAME.test(key) ? key : "", { name: quoted(key) });
    }
    if (part === null || part === "") {
      return spot.fault("empty", key);
    }
  }
  return parts;
}

/** The amount, which is there and above zero; null after a fault. */
export function parseAmount(parts: JsonObject, spot: Spot): string | null {
  const given = parts.get("amount");
  if (given === undefined) {
    return spot.fault("part_missing", "amount");
  }
  const amount = parseDecimal(given, spot, "amount");
  return amount !== null && compareDecimals(amount, "0") <= 0
    ? spot.fault("too_small", "amount", { min: "> 0" })
    : amount;
}
