/**
 * Identifiers: `"TEMU9305412"`, or `{"as_seen": "TEMU9305413"}` where the check digit is wrong and somebody read the
 * number again: two containers under one number are a known way of smuggling.
 */

import type { JsonValue } from "../canonical-json";
import { SCHEMES, SCHEME_NAMES, type SchemeName } from "../check-digits";
import type { Table } from "../table";
import type { Answer, KindOf, Options, Spot } from "./kind";
import { parseParts } from "./parts";

export const AS_SEEN = "as_seen";

export class IdentifierKind implements KindOf<"identifier"> {
  readonly type = "identifier";
  readonly ownWords = false;

  constructor(readonly scheme: SchemeName) {}

  options(): Options {
    return [["scheme", this.scheme]];
  }

  parse(value: JsonValue, spot: Spot): Answer | null {
    const asSeen = value instanceof Map;
    const parts = asSeen ? parseParts(value, spot, [AS_SEEN]) : null;
    if (asSeen && parts === null) {
      return null;
    }
    const text = parts === null ? value : parts.get(AS_SEEN);
    if (typeof text !== "string") {
      return spot.fault("wrong_type");
    }
    const { pattern, check } = SCHEMES[this.scheme];
    if (!pattern.test(text)) {
      return spot.fault("identifier_format", "", { scheme: this.scheme });
    }
    const right = check === undefined ? text : check(text);
    if (!asSeen && right !== text) {
      return spot.fault("check_digit", "", { right });
    }
    if (asSeen && right === text) {
      return spot.fault("needless_confirmation"); // one number has one spelling, or it would not be found
    }
    return { json: value, show: (tongue) => (asSeen ? `${text} (${tongue.word(AS_SEEN)})` : text) };
  }
}

export function identifierKind(record: Table): IdentifierKind {
  return new IdentifierKind(record.choice("scheme", SCHEME_NAMES));
}
