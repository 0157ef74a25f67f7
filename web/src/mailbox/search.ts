/**
 * Search in the decrypted history: parts of words and of numbers, in any script. Pure.
 *
 * Each message is one folded text: small letters without accents, points and vowel signs, digits of all scripts as
 * 0 to 9, and nothing else, so "TEMU 930541-2", "temu9305412" and "30541" find the same container. A message is found
 * when it has every word that was typed.
 */

import type { JsonObject, JsonValue } from "../forms/canonical-json";
import type { Reading } from "../forms/reading";

const BETWEEN = "\n"; // two answers are never read as one
const NOT_SOUGHT = /[^a-z0-9\n]+/g;
const SOUGHT = /^[\p{L}\p{N}\n]$/u;
const MARKS = /\p{M}/gu;
const LENGTHENING = "\u0640"; // makes an Arabic word longer and says nothing
const ALIKE: Readonly<Record<string, string>> = {
  ى: "ي",
  ی: "ي", // Persian and Urdu
  ئ: "ي",
  ک: "ك",
  ة: "ه",
  ہ: "ه",
  ß: "ss",
  ı: "i",
  ø: "o",
  đ: "d",
  ł: "l",
  æ: "ae",
  œ: "oe",
};
const ALL_ASCII = /^[\x00-\x7f]*$/; // most texts: no accents to take off
const FOLDED = new Map<string, string>(); // letters that were met, as they are compared

/** What of a message is sought, but for its labels and its author. */
export interface Said {
  readonly values: JsonObject;
  readonly files: readonly string[]; // their names
}

/** As texts are compared. */
export function fold(text: string): string {
  if (ALL_ASCII.test(text)) {
    return text.toLowerCase().replace(NOT_SOUGHT, "");
  }
  let folded = "";
  for (const letter of text) {
    folded += foldLetter(letter);
  }
  return folded;
}

function foldLetter(letter: string): string {
  const known = FOLDED.get(letter);
  if (known !== undefined) {
    return known;
  }
  const plain = letter.normalize("NFKD").replace(MARKS, "").toLowerCase();
  const folded = Array.from(plain, (one) => {
    if (one === LENGTHENING || !SOUGHT.test(one)) {
      return "";
    }
    return ALIKE[one] ?? (/\p{Nd}/u.test(one) ? digit(one) : one);
  }).join("");
  FOLDED.set(letter, folded);
  return folded;
}

/** Everything that is sought in a report's values: texts, numbers and codes, at any depth. */
export function textsOf(value: JsonValue): readonly string[] {
  if (typeof value === "string") {
    return [value];
  }
  if (typeof value === "number") {
    return [String(value)];
  }
  if (value instanceof Map) {
    return [...value.values()].flatMap((inner) => textsOf(inner as JsonValue));
  }
  return Array.isArray(value) ? (value as readonly JsonValue[]).flatMap(textsOf) : [];
}

/** Everything by which somebody may seek a message, but for its author: what was said, and what it is called here. */
export function sayings({ values, files }: Said, reading: Reading | null): readonly string[] {
  const labels = reading?.passages.flatMap((passage) => passage.lines.map((line) => line.text)) ?? [];
  return [...textsOf(values), ...labels, ...files, reading?.title ?? ""];
}

/** Texts as one, in which no word reaches from one into the next. */
export function foldAll(texts: readonly string[]): string {
  return texts.map(fold).join(BETWEEN);
}

/** Whether the folded texts have every word of `words`, as `wordsOf` makes them, in any of them. */
export function has(words: readonly string[], ...folded: readonly string[]): boolean {
  return words.every((word) => folded.some((text) => text.includes(word)));
}

/** What was typed, as it is sought: nothing means that nothing is sought. */
export function wordsOf(typed: string): readonly string[] {
  return typed.split(/\s+/u).map(fold).filter((word) => word !== "");
}

/** The value of a decimal digit of any script: the ten of a script stand in one row. */
function digit(letter: string): string {
  const point = letter.codePointAt(0) ?? 0;
  if (point < 0x80) {
    return letter;
  }
  let zero = point;
  while (zero > point - 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) {
    zero -= 1;
  }
  return String(point - zero);
}
