/** The shapes that canonical JSON of ours is made of; each throws MalformedError for any other. */

import { MalformedError } from "../errors";
import type { JsonObject, JsonValue } from "./canonical-json";

/** An object with exactly these keys. */
export function record(value: JsonValue | undefined, keys: readonly string[]): JsonObject {
  if (!(value instanceof Map) || value.size !== keys.length || !keys.every((key) => value.has(key))) {
    throw new MalformedError(`an object with exactly ${[...keys].sort().join(", ")} is needed`);
  }
  return value as JsonObject;
}

export function list(value: JsonValue | undefined, most: number): readonly JsonValue[] {
  if (!Array.isArray(value) || value.length > most) {
    throw new MalformedError(`a list of at most ${most} is needed`);
  }
  return value as readonly JsonValue[];
}

export function text(value: JsonValue | undefined): string {
  if (typeof value !== "string") {
    throw new MalformedError("a text is needed");
  }
  return value;
}

/** At most 1,000 letters, or nothing. */
export function shortTextOrNull(value: JsonValue | undefined): string | null {
  if (value === null) {
    return null;
  }
  const given = text(value);
  if (Array.from(given).length > 1000) {
    throw new MalformedError("a short text or null is needed");
  }
  return given;
}

export function whole(value: JsonValue | undefined): number {
  if (typeof value !== "number") {
    throw new MalformedError("a whole number is needed");
  }
  return value;
}

export function oneOf<T extends string>(value: JsonValue | undefined, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined) {
    throw new MalformedError(`one of ${allowed.join(", ")} is needed`);
  }
  return found;
}
