/** Standard base64, as documents of the relay carry bytes. */

import type { Bytes } from "../bytes";
import { MalformedError } from "../errors";

const AT_ONCE = 8192; // bytes: arguments of one call

export function toBase64(value: Bytes): string {
  let binary = "";
  for (let at = 0; at < value.length; at += AT_ONCE) {
    binary += String.fromCharCode(...value.subarray(at, at + AT_ONCE));
  }
  return btoa(binary);
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
  if (btoa(binary) !== text) {
    throw new MalformedError("bytes in base64 are needed");
  }
  const value = new Uint8Array(binary.length); // a loop: megabytes come this way when a mailbox is opened
  for (let at = 0; at < value.length; at += 1) {
    value[at] = binary.charCodeAt(at);
  }
  return value;
}
