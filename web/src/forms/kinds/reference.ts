/** References to another message and to an attachment of this one: their identifiers in hexadecimal. */

import type { JsonValue } from "../canonical-json";
import type { Answer, KindOf, Options, Spot } from "./kind";

const IDENTIFIER = /^[0-9a-f]{32}$/; // 16 bytes
const SHORT_DIGITS = 8;

/** Whether there is such a message or attachment is not known here. */
export class ReferenceKind implements KindOf<"message" | "attachment"> {
  readonly ownWords = false;

  constructor(readonly type: "message" | "attachment") {}

  options(): Options {
    return [];
  }

  parse(value: JsonValue, spot: Spot): Answer | null {
    return typeof value === "string" && IDENTIFIER.test(value)
      ? { json: value, show: () => value.slice(0, SHORT_DIGITS) }
      : spot.fault("reference_format");
  }
}

export function messageKind(): ReferenceKind {
  return new ReferenceKind("message");
}

export function attachmentKind(): ReferenceKind {
  return new ReferenceKind("attachment");
}
