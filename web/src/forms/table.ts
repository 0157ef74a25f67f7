/**
 * Reading a table key by key, refusing what is left over. It does not stop at the first mistake: each one becomes a
 * complaint and a harmless value takes its place; the caller throws if there are complaints, and with them everything
 * that was built.
 */

import { MAX_SAFE_INTEGER, type JsonObject, type JsonValue } from "./canonical-json";
import { LANGUAGES } from "./envelope";
import { LAST_RESORT, type Labels } from "./language";

const MAX_COMPLAINTS = 100;
const MAX_LABEL = 200;
const MAX_LIST = 500;
// Control characters, line separators, characters that turn the direction of text, halves of surrogate pairs: a label
// stands on every screen and could change what is shown around it.
const UNFIT = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]|\p{Surrogate}/u;

/** Machine names: of fields, blocks, sections and lists. */
export const NAME = /^[a-z][a-z0-9_]{0,47}$/;

export function isName(value: JsonValue | undefined): value is string {
  return typeof value === "string" && NAME.test(value);
}

export function letters(text: string): number {
  return Array.from(text).length;
}

/** One table of a form. Each key is asked for once; `end()` complains about the others. */
export class Table {
  readonly #table: Map<string, JsonValue>;

  constructor(
    value: JsonValue | undefined,
    readonly where: string,
    readonly complaints: string[],
  ) {
    this.#table = value instanceof Map ? new Map(value as JsonObject) : new Map();
    if (!(value instanceof Map)) {
      this.complain("a table belongs here");
    }
  }

  complain(complaint: string): void {
    if (this.complaints.length < MAX_COMPLAINTS) {
      this.complaints.push(this.where === "" ? complaint : `${this.where}: ${complaint}`);
    }
  }

  end(): void {
    for (const key of [...this.#table.keys()].sort()) {
      this.complain(`unknown key '${key.slice(0, 50)}'`);
    }
    this.#table.clear();
  }

  has(key: string): boolean {
    return this.#table.has(key);
  }

  /** The value of `key` as it stands, null if there is none; for keys of more than one type. */
  take(key: string): JsonValue {
    const value = this.#table.get(key) ?? null;
    this.#table.delete(key);
    return value;
  }

  text(key: string, most = MAX_LABEL): string {
    return this.#required(key, this.optionalText(key, most), "");
  }

  optionalText(key: string, most = MAX_LABEL): string | null {
    const value = this.take(key);
    if (value === null) {
      return null;
    }
    if (typeof value !== "string" || value === "" || letters(value) > most || UNFIT.test(value)) {
      this.complain(`${key} is one line of 1 to ${most} characters that can be seen`);
      return "";
    }
    return value;
  }

  name(key: string): string {
    return this.#required(key, this.optionalName(key), "");
  }

  optionalName(key: string): string | null {
    const value = this.take(key);
    if (value === null) {
      return null;
    }
    if (!isName(value)) {
      this.complain(`${key} is a machine name: a to z, 0 to 9 and _, a letter first, at most 48`);
      return "";
    }
    return value;
  }

  integer(key: string, least: number, most: number): number {
    return this.#required(key, this.optionalInteger(key, least, most), least);
  }

  optionalInteger(key: string, least: number, most: number): number | null {
    const value = this.take(key);
    if (value === null) {
      return null;
    }
    if (typeof value !== "number" || Math.abs(value) > MAX_SAFE_INTEGER || value < least || value > most) {
      this.complain(`${key} is a whole number from ${least} to ${most}`);
      return least;
    }
    return value;
  }

  flag(key: string): boolean {
    const value = this.take(key);
    if (value !== null && typeof value !== "boolean") {
      this.complain(`${key} is true or false`);
    }
    return value === true;
  }

  choice<T extends string>(key: string, choices: readonly [T, ...T[]]): T {
    return this.#required(key, this.optionalChoice(key, choices), choices[0]);
  }

  optionalChoice<T extends string>(key: string, choices: readonly [T, ...T[]]): T | null {
    const value = this.take(key);
    if (value === null) {
      return null;
    }
    const found = choices.find((choice) => choice === value);
    if (found === undefined) {
      this.complain(`${key} is one of ${choices.join(", ")}`);
      return choices[0];
    }
    return found;
  }

  /** A list of different short texts (codes, names); an absent one is empty. */
  texts(key: string, most = MAX_LIST): readonly string[] {
    const value = this.take(key);
    if (value === null) {
      return [];
    }
    const items = Array.isArray(value) ? (value as readonly JsonValue[]) : [];
    const texts = items.filter(
      (item): item is string => typeof item === "string" && item !== "" && letters(item) <= MAX_LABEL,
    );
    if (texts.length !== items.length || new Set(texts).size !== texts.length || texts.length < 1 || texts.length > most) {
      this.complain(`${key} is a list of 1 to ${most} different texts`);
      return [];
    }
    return texts;
  }

  labels(key: string, most = MAX_LABEL): Labels {
    return this.#required(key, this.optionalLabels(key, most), new Map());
  }

  /** Language -> text; the last resort of every reader has to be there. */
  optionalLabels(key: string, most = MAX_LABEL): Labels | null {
    if (!this.has(key)) {
      return null;
    }
    const inner = this.record(key);
    const found = new Map<string, string>();
    for (const language of LANGUAGES) {
      if (inner.has(language)) {
        found.set(language, inner.text(language, most));
      }
    }
    inner.end();
    if (!found.has(LAST_RESORT)) {
      inner.complain(`there is no text in '${LAST_RESORT}', which readers of other languages fall back to`);
    }
    return found;
  }

  record(key: string): Table {
    return new Table(this.take(key), this.#beneath(key), this.complaints);
  }

  /** The tables of a list; each is named in complaints by its own `name` if it has one, else by its place. */
  records(key: string, most: number): readonly Table[] {
    const value = this.take(key);
    if (value === null) {
      return [];
    }
    const items = Array.isArray(value) ? (value as readonly JsonValue[]) : [];
    if (items.length < 1 || items.length > most) {
      this.complain(`${key} is a list of 1 to ${most} tables`);
      return [];
    }
    return items.map((item, place) => {
      const name = item instanceof Map ? (item as JsonObject).get("name") : undefined;
      return new Table(item, this.#beneath(`${key}[${isName(name) ? name : place}]`), this.complaints);
    });
  }

  #beneath(key: string): string {
    return this.where === "" ? key : `${this.where}.${key}`;
  }

  #required<T>(key: string, value: T | null, harmless: T): T {
    if (value === null) {
      this.complain(`${key} is missing`);
      return harmless;
    }
    return value;
  }
}
