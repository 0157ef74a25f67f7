/**
 * JSON in one spelling, for everything of ours that is signed or hashed and is not TLS-encoded.
 *
 * UTF-8, keys sorted by code point, no insignificant white space, whole numbers only, strings escaped only where JSON
 * asks for it. Objects are Maps: `__proto__` is a key like any other, and keys that look like numbers keep their place.
 */

import { equal, fromUtf8, utf8, type Bytes } from "../bytes";
import { MalformedError, UsageError } from "../errors";

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export type JsonObject = ReadonlyMap<string, JsonValue>;

/** The largest whole number that travels. */
export const MAX_SAFE_INTEGER = Number.MAX_SAFE_INTEGER;
const MAX_DEPTH = 16; // deeper than any form
const LONE_SURROGATE = /\p{Surrogate}/u;

/** The one encoding of `value`. @throws UsageError it has none. */
export function encode(value: JsonValue): Bytes {
  return utf8(write(value, MAX_DEPTH));
}

/**
 * The value that exactly `data` encodes.
 *
 * @throws MalformedError not JSON, not the canonical spelling of it, or longer than `most` bytes.
 */
export function decode(data: Bytes, most: number): JsonValue {
  if (data.length > most) {
    throw new MalformedError(`${data.length} bytes of JSON where at most ${most} are allowed`);
  }
  const value = new Parser(fromUtf8(data)).parse();
  let spelling: Bytes;
  try {
    spelling = encode(value);
  } catch {
    throw new MalformedError("not JSON as we write it");
  }
  if (!equal(spelling, data)) {
    throw new MalformedError("JSON in another spelling than the canonical one");
  }
  return value;
}

function write(value: JsonValue, levels: number): string {
  if (levels < 0) {
    throw new UsageError("nested too deeply");
  }
  if (value === null || typeof value === "boolean") {
    return String(value);
  }
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      throw new UsageError(`${value} is not exact in every reader`);
    }
    return String(value);
  }
  if (typeof value === "string") {
    return writeText(value);
  }
  if (value instanceof Map) {
    const fields = [...(value as JsonObject)].sort(([a], [b]) => compareCodePoints(a, b));
    return `{${fields.map(([key, item]) => `${writeText(key)}:${write(item, levels - 1)}`).join(",")}}`;
  }
  return `[${(value as readonly JsonValue[]).map((item) => write(item, levels - 1)).join(",")}]`;
}

/** As JSON.stringify, which escapes what JSON asks for, and U+007F like any letter. */
function writeText(text: string): string {
  if (LONE_SURROGATE.test(text)) {
    throw new UsageError("half a surrogate pair has no UTF-8");
  }
  return JSON.stringify(text);
}

/** By code point, as UTF-8 sorts and Python does; `<` compares UTF-16, where U+1F600 comes before U+FF5E. */
function compareCodePoints(a: string, b: string): number {
  const left = Array.from(a, (letter) => letter.codePointAt(0)!);
  const right = Array.from(b, (letter) => letter.codePointAt(0)!);
  const differs = left.findIndex((point, place) => point !== right[place]);
  if (differs < 0) {
    return left.length - right.length;
  }
  return left[differs]! - (right[differs] ?? -1);
}

/** Reads JSON without building objects of JavaScript, for which some keys have a meaning and others lose their order. */
class Parser {
  #position = 0;

  constructor(private readonly text: string) {}

  parse(): JsonValue {
    const value = this.value(MAX_DEPTH);
    if (this.#position !== this.text.length) {
      throw new MalformedError("not JSON as we write it");
    }
    return value;
  }

  private value(levels: number): JsonValue {
    if (levels < 0) {
      throw new MalformedError("nested too deeply");
    }
    switch (this.text[this.#position]) {
      case "{":
        return this.object(levels);
      case "[":
        return this.list(levels);
      case '"':
        return this.string();
      default:
        return this.atom();
    }
  }

  private object(levels: number): JsonObject {
    const found = new Map<string, JsonValue>();
    this.items("}", () => {
      const key = this.string();
      this.expect(":");
      if (found.has(key)) {
        throw new MalformedError("a key stands twice");
      }
      found.set(key, this.value(levels - 1));
    });
    return found;
  }

  private list(levels: number): readonly JsonValue[] {
    const found: JsonValue[] = [];
    this.items("]", () => found.push(this.value(levels - 1)));
    return found;
  }

  private items(end: string, item: () => void): void {
    this.#position += 1;
    if (this.text[this.#position] === end) {
      this.#position += 1;
      return;
    }
    for (;;) {
      item();
      if (this.text[this.#position] === end) {
        this.#position += 1;
        return;
      }
      this.expect(",");
    }
  }

  private string(): string {
    const literal = this.match(/"[^"\\]*(?:\\.[^"\\]*)*"/y);
    try {
      return JSON.parse(literal) as string;
    } catch {
      throw new MalformedError("not JSON as we write it");
    }
  }

  private atom(): null | boolean | number {
    const literal = this.match(/null|true|false|-?\d+/y);
    switch (literal) {
      case "null":
        return null;
      case "true":
        return true;
      case "false":
        return false;
      default:
        return Number(literal);
    }
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.text);
    if (found === null) {
      throw new MalformedError("not JSON as we write it");
    }
    this.#position = pattern.lastIndex;
    return found[0];
  }

  private expect(letter: string): void {
    if (this.text[this.#position] !== letter) {
      throw new MalformedError("not JSON as we write it");
    }
    this.#position += 1;
  }
}
