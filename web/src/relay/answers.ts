/** What the relay answers, read field by field: nothing of a document is believed to have a shape (section 8). */

import type { Bytes } from "../bytes";
import { MalformedError } from "../errors";
import { fromBase64 } from "./base64";

export type Document = Readonly<Record<string, unknown>>;

export function asDocument(value: unknown): Document {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new MalformedError("the relay's answer is no document");
  }
  return value as Document;
}

export function bytesOf(document: Document, field: string, length?: number): Bytes {
  const value = fromBase64(document[field]);
  if (length !== undefined && value.length !== length) {
    throw new MalformedError(`${field} has ${value.length} bytes, not ${length}`);
  }
  return value;
}

export function numberOf(document: Document, field: string): number {
  const value = document[field];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw new MalformedError(`${field} is no counter`);
  }
  return value;
}

export function textOf(document: Document, field: string): string {
  const value = document[field];
  if (typeof value !== "string") {
    throw new MalformedError(`${field} is no text`);
  }
  return value;
}

export function listOf<T>(document: Document, field: string, item: (value: unknown) => T): readonly T[] {
  const value = document[field];
  if (!Array.isArray(value)) {
    throw new MalformedError(`${field} is no list`);
  }
  return value.map(item);
}

export function flagOf(document: Document, field: string): boolean {
  const value = document[field];
  if (typeof value !== "boolean") {
    throw new MalformedError(`${field} is neither true nor false`);
  }
  return value;
}
