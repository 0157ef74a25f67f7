/** Amounts with their unit, as somebody gave them: quantities and money. Nothing is converted. */

import type { JsonObject, JsonValue } from "../canonical-json";
import type { Table } from "../table";
import { offer, parseCode } from "./code";
import type { Answer, KindOf, Options, Spot } from "./kind";
import { parseAmount, parseParts } from "./parts";

export const UNITS = "unit";
export const BASES = "quantity_basis";
export const CURRENCIES = "currency";

/** `unweighed`: whether "neither weighed nor counted" is an answer; `only`: units on offer, all if empty. */
export class QuantityKind implements KindOf<"quantity"> {
  readonly type = "quantity";
  readonly ownWords = false;

  constructor(
    readonly unweighed: boolean,
    readonly only: readonly string[],
    readonly first: readonly string[],
  ) {}

  options(): Options {
    return [...(this.unweighed ? [["unweighed", true] as const] : []), ...offer(this.only, this.first)];
  }

  parse(value: JsonValue, spot: Spot): Answer | null {
    const parts = parseParts(value, spot, ["amount", "unit", "basis", "unweighed"]);
    if (parts === null) {
      return null;
    }
    const before = spot.faults.length;
    const unit = optionalCode(parts, "unit", spot, UNITS, this.only);
    if (parts.has("unweighed")) {
      this.#checkUnweighed(parts, spot);
      return spot.faults.length === before ? unweighedAnswer(parts, unit) : null;
    }
    const amount = parseAmount(parts, spot);
    if (!parts.has("unit")) {
      spot.fault("part_missing", "unit");
    }
    const basis = optionalCode(parts, "basis", spot, BASES);
    if (spot.faults.length !== before || amount === null || unit === null) {
      return null;
    }
    return {
      json: parts,
      show: (tongue) => {
        const said = tongue.quantity(amount, unit);
        return basis === null ? said : `${said} (${tongue.code(BASES, basis)})`;
      },
    };
  }

  #checkUnweighed(parts: JsonObject, spot: Spot): void {
    if (parts.get("unweighed") !== true) {
      spot.fault("wrong_type", "unweighed");
    } else if (!this.unweighed) {
      spot.fault("unweighed_not_allowed");
    } else if (parts.has("amount") || parts.has("basis")) {
      spot.fault("unweighed_with_amount");
    }
  }
}

function optionalCode(
  parts: JsonObject,
  part: string,
  spot: Spot,
  list: string,
  only: readonly string[] = [],
): string | null {
  const value = parts.get(part);
  return value === undefined ? null : parseCode(value, spot, list, { part, only });
}

function unweighedAnswer(json: JsonValue, unit: string | null): Answer {
  return {
    json,
    show: (tongue) => tongue.word("unweighed") + (unit === null ? "" : ` (${tongue.code(UNITS, unit)})`),
  };
}

export function quantityKind(record: Table): QuantityKind {
  return new QuantityKind(record.flag("unweighed"), record.texts("only"), record.texts("first"));
}

/** `first`: currencies that the entry screen shows first. */
export class MoneyKind implements KindOf<"money"> {
  readonly type = "money";
  readonly ownWords = false;

  constructor(readonly first: readonly string[]) {}

  options(): Options {
    return offer([], this.first);
  }

  parse(value: JsonValue, spot: Spot): Answer | null {
    const parts = parseParts(value, spot, ["amount", "currency"]);
    if (parts === null) {
      return null;
    }
    const amount = parseAmount(parts, spot);
    if (!parts.has("currency")) {
      return spot.fault("part_missing", "currency");
    }
    const currency = optionalCode(parts, "currency", spot, CURRENCIES);
    return amount === null || currency === null
      ? null
      : { json: parts, show: (tongue) => tongue.money(amount, currency) };
  }
}

export function moneyKind(record: Table): MoneyKind {
  return new MoneyKind(record.texts("first"));
}
