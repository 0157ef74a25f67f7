/**
 * Whole numbers, exact decimals, yes and no. Decimals travel as text: a weight that was read as 0.10 keeps its last
 * digit, and no reader rounds it.
 */

import { MAX_SAFE_INTEGER, type JsonValue } from "../canonical-json";
import type { Table } from "../table";
import type { Answer, KindOf, Options, Spot } from "./kind";

const MAX_PLACES = 9;
// At most 15 digits before and 9 after the point, no leading zeros, no plus, no exponent; and no minus zero.
const DECIMAL = /^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,9})?$/;
const MINUS_ZERO = /^-0(?:\.0*)?$/;

export class IntegerKind implements KindOf<"integer"> {
  readonly type = "integer";
  readonly ownWords = false;

  constructor(
    readonly min: number,
    readonly max: number,
  ) {}

  options(): Options {
    return [
      ["max", this.max],
      ["min", this.min],
    ];
  }

  parse(value: JsonValue, spot: Spot): Answer | null {
    if (typeof value !== "number") {
      return spot.fault("wrong_type");
    }
    if (value < this.min) {
      return spot.fault("too_small", "", { min: this.min });
    }
    if (value > this.max) {
      return spot.fault("too_large", "", { max: this.max });
    }
    return { json: value, show: (tongue) => tongue.number(String(value)) };
  }
}

export function integerKind(record: Table): IntegerKind {
  const least = record.integer("min", -MAX_SAFE_INTEGER, MAX_SAFE_INTEGER);
  const most = record.integer("max", -MAX_SAFE_INTEGER, MAX_SAFE_INTEGER);
  if (least > most) {
    record.complain("min is above max");
  }
  return new IntegerKind(least, most);
}

export class DecimalKind implements KindOf<"decimal"> {
  readonly type = "decimal";
  readonly ownWords = false;

  constructor(
    readonly min: string | null,
    readonly max: string | null,
    readonly places: number,
  ) {}

  options(): Options {
    return [
      ...(this.places === MAX_PLACES ? [] : [["places", this.places] as const]),
      ...(this.min === null ? [] : [["min", this.min] as const]),
      ...(this.max === null ? [] : [["max", this.max] as const]),
    ];
  }

  parse(value: JsonValue, spot: Spot): Answer | null {
    const number = parseDecimal(value, spot, "", this.places);
    if (number === null) {
      return null;
    }
    if (this.min !== null && compareDecimals(number, this.min) < 0) {
      return spot.fault("too_small", "", { min: this.min });
    }
    if (this.max !== null && compareDecimals(number, this.max) > 0) {
      return spot.fault("too_large", "", { max: this.max });
    }
    return { json: number, show: (tongue) => tongue.number(number) };
  }
}

export function decimalKind(record: Table): DecimalKind {
  const places = record.optionalInteger("places", 0, MAX_PLACES);
  const [least, most] = [limit(record, "min"), limit(record, "max")];
  if (least !== null && most !== null && compareDecimals(least, most) > 0) {
    record.complain("min is above max");
  }
  return new DecimalKind(least, most, places ?? MAX_PLACES);
}

/** The exact number that a text such as "12.50" writes; null after a fault. */
export function parseDecimal(value: JsonValue, spot: Spot, part = "", places = MAX_PLACES): string | null {
  const number = decimalOf(value);
  if (number === null) {
    return spot.fault("number_format", part);
  }
  return placesOf(number) > places ? spot.fault("too_exact", part, { places }) : number;
}

/** The text itself, if it writes a decimal number as forms have it. */
export function decimalOf(value: JsonValue): string | null {
  return typeof value === "string" && DECIMAL.test(value) && !MINUS_ZERO.test(value) ? value : null;
}

/** Digits after the point. */
export function placesOf(number: string): number {
  return number.split(".")[1]?.length ?? 0;
}

/** Below, at or above zero, as `left` is to `right`; exact, both as `decimalOf` gives them. */
export function compareDecimals(left: string, right: string): number {
  const [a, b] = [scaled(left), scaled(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}

function scaled(number: string): bigint {
  const [whole = "0", places = ""] = number.split(".");
  return BigInt(whole + places.padEnd(MAX_PLACES, "0"));
}

function limit(record: Table, key: string): string | null {
  const value = record.take(key);
  const number = decimalOf(value);
  if (value !== null && number === null) {
    record.complain(`${key} is a decimal number in quotes, as "0.5"`);
  }
  return number;
}

export class BooleanKind implements KindOf<"boolean"> {
  readonly type = "boolean";
  readonly ownWords = false;

  options(): Options {
    return [];
  }

  parse(value: JsonValue, spot: Spot): Answer | null {
    if (typeof value !== "boolean") {
      return spot.fault("wrong_type");
    }
    return { json: value, show: (tongue) => tongue.word(value ? "yes" : "no") };
  }
}

export function booleanKind(): BooleanKind {
  return new BooleanKind();
}
