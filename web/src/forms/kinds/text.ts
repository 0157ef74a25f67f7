/**
 * Text: what people write. It is stored as the text it is, or refused with a reason; it is never altered. What is
 * refused, and for which attack or accident, is told in `cencomm/forms/kinds/text.py`; the sets are the same.
 */

import type { JsonValue } from "../canonical-json";
import type { FaultCode } from "../fault";
import { letters, type Table } from "../table";
import type { Answer, KindOf, Options, Spot } from "./kind";

const DEFAULT_LENGTH = 200; // characters (code points)
const LONGEST_LINE = 2_000;
const DEFAULT_LONG_LENGTH = 5_000;
const LONGEST_TEXT = 20_000;

// Sets of characters, as they stand between the brackets of a pattern.
const BROKEN = String.raw`\p{Surrogate}\p{Noncharacter_Code_Point}`;
const CONTROL = String.raw`\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f`; // and those that end a line:
const LINE_ENDS = String.raw`\r\u2028\u2029`;
const DIRECTION = String.raw`\u202a-\u202e\u2066-\u2069`;
const INVISIBLE = String.raw`\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}`;

const REFUSALS: readonly (readonly [RegExp, FaultCode])[] = [
  [new RegExp(`[${BROKEN}]`, "u"), "text_broken"],
  [new RegExp(`[${CONTROL}${LINE_ENDS}]`, "u"), "text_control"],
  [new RegExp(`[${DIRECTION}]`, "u"), "text_direction"],
  [new RegExp(`[${INVISIBLE}]`, "u"), "text_invisible"],
  [
    /[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{9}/u,
    "text_marks",
  ],
];
const HIDDEN = new RegExp(`[${BROKEN}${CONTROL}${DIRECTION}${INVISIBLE}]`, "gu");
const LINES = /[\t\n]/;
const VISIBLE = /[^\s\u00a0\u061c\u1680\u2000-\u200a\u200c-\u200f\u202f\u205f\u2800\u3000\ufe00-\ufe0f]/u;

/** `text`: one line. `long_text`: with line breaks and tabs. */
export class TextKind implements KindOf<"text" | "long_text"> {
  readonly ownWords = true;

  constructor(
    readonly type: "text" | "long_text",
    readonly maxLength: number,
  ) {}

  options(): Options {
    const usual = this.type === "text" ? DEFAULT_LENGTH : DEFAULT_LONG_LENGTH;
    return this.maxLength === usual ? [] : [["max_length", this.maxLength]];
  }

  parse(value: JsonValue, spot: Spot): Answer | null {
    const text = parseText(value, spot, { most: this.maxLength, lines: this.type === "long_text" });
    return text === null ? null : { json: text, show: () => text };
  }
}

export function textKind(record: Table): TextKind {
  return new TextKind("text", record.optionalInteger("max_length", 1, LONGEST_LINE) ?? DEFAULT_LENGTH);
}

export function longTextKind(record: Table): TextKind {
  return new TextKind("long_text", record.optionalInteger("max_length", 1, LONGEST_TEXT) ?? DEFAULT_LONG_LENGTH);
}

interface Limits {
  readonly most: number;
  readonly lines?: boolean;
  readonly part?: string;
}

/** The text, unchanged; null after a fault. */
export function parseText(value: JsonValue, spot: Spot, { most, lines = false, part = "" }: Limits): string | null {
  if (typeof value !== "string") {
    return spot.fault("wrong_type", part);
  }
  const length = letters(value);
  if (length > most) {
    return spot.fault("too_long", part, { most, length });
  }
  const fault = refusal(value, lines);
  return fault === null ? value : spot.fault(fault, part);
}

/** The text without what is refused because nobody sees it; its line ends are those of forms, and it is in NFC. */
export function withoutHidden(text: string): string {
  return text.replace(HIDDEN, "").replace(/\r\n?|[\u2028\u2029]/g, "\n").normalize("NFC");
}

function refusal(text: string, lines: boolean): FaultCode | null {
  const refused = REFUSALS.find(([pattern]) => pattern.test(text));
  if (refused !== undefined) {
    return refused[1];
  }
  if (!lines && LINES.test(text)) {
    return "text_lines";
  }
  if (text.normalize("NFC") !== text) {
    return "text_not_nfc";
  }
  return VISIBLE.test(text) ? null : "text_blank";
}
