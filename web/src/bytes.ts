/** Bytes, and the two spellings in which they travel as text. */

import { MalformedError } from "./errors";

export type Bytes = Uint8Array;

const HEX_OF_BYTE = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const HEX = /^(?:[0-9a-f]{2})*$/;

export function concat(...parts: readonly Bytes[]): Bytes {
  return joined(parts);
}

/** As `concat`, of a list that others made: no engine takes a hundred thousand arguments. */
export function joined(parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}

/** Compares public values; secrets are never compared, they are used. */
export function equal(a: Bytes, b: Bytes): boolean {
  return a.length === b.length && a.every((byte, place) => byte === b[place]);
}

export function isZero(value: Bytes): boolean {
  return value.every((byte) => byte === 0);
}

export function hex(value: Bytes): string {
  let text = "";
  for (const byte of value) {
    text += HEX_OF_BYTE[byte];
  }
  return text;
}

/**
 * The bytes that `text` writes in lower-case hexadecimal, and nothing else: one identifier has one spelling.
 *
 * @throws MalformedError upper case, another length, or not hexadecimal.
 */
export function fromHex(text: string, length?: number): Bytes {
  if (!HEX.test(text) || (length !== undefined && text.length !== 2 * length)) {
    throw new MalformedError("not a hexadecimal identifier");
  }
  return Uint8Array.from({ length: text.length / 2 }, (_, place) => parseInt(text.slice(2 * place, 2 * place + 2), 16));
}

export function utf8(text: string): Bytes {
  return new TextEncoder().encode(text);
}

/**
 * The text that exactly these bytes encode: no replacement characters, and a byte order mark is a character.
 *
 * @throws MalformedError bytes that are no UTF-8.
 */
export function fromUtf8(value: Bytes): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    throw new MalformedError("not UTF-8");
  }
}
