/**
 * Search in the decrypted history: parts of words and of numbers, in any script. Pure.
 *
 * Each message is one folded text: small letters without accents, points and vowel signs, digits of all scripts as
 * 0 to 9, and nothing else, so "TEMU 930541-2", "temu9305412" and "30541" find the same container. A message is found
 * when it has every word that was typed.
 */

import type { JsonValue } from "../forms/canonical-json";

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

/** The folded texts of messages by key; what is known is not folded again. */
export class SearchIndex {
  readonly #folded = new Map<string, string>();

  get size(): number {
    return this.#folded.size;
  }

  /** Take a message in, once: what was said does not change. `texts` is asked for only when it is new. */
  add(key: string, texts: () => readonly string[]): void {
    if (!this.#folded.has(key)) {
      this.#folded.set(key, texts().map(fold).join(BETWEEN));
    }
  }

  /** Whether the message has every word of `words`, as `wordsOf` makes them. */
  has(key: string, words: readonly string[]): boolean {
    const text = this.#folded.get(key);
    return text !== undefined && words.every((word) => text.includes(word));
  }
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
