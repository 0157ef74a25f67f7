/** Standard base64, as documents of the relay carry bytes. */

import type { Bytes } from "../bytes";
import { MalformedError } from "../errors";

export function toBase64(value: Bytes): string {
  return btoa(Array.from(value, (byte) => String.fromCharCode(byte)).join(""));
}

/** @throws MalformedError text that `toBase64` does not write. */
export function fromBase64(text: unknown): Bytes {
  if (typeof text !== "string") {
    throw new MalformedError("bytes in base64 are needed");
  }
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    throw new MalformedError("bytes in base64 are needed");
  }
  const value = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
  if (toBase64(value) !== text) {
    throw new MalformedError("bytes in base64 are needed");
  }
  return value;
}
