/** Extensions: typed bytes that leaves, key packages, groups and GroupInfos carry (RFC 9420 sections 13.4, 17.3). */

import { concat, type Bytes } from "../bytes";
import { opaque, uint, vector, type Reader } from "../codec";
import { MalformedError } from "../errors";

export const GROUP_INFO_EXTENSION = 0xf0ce; // holds the anchor (C1); from 0xF000 on they are for private use
export const LAST_RESORT = 0x000a; // draft-ietf-mls-extensions: a key package that may serve more than once
const DEFAULT_TYPES: ReadonlySet<number> = new Set([1, 2, 3, 4, 5]); // section 7.2: nobody has to list them

export interface Extension {
  readonly type: number;
  readonly data: Bytes;
}

/** Extension extensions<V>; a type appears at most once. */
export function readExtensions(reader: Reader): readonly Extension[] {
  const extensions = reader.vector((inner) => ({ type: inner.uint(2), data: inner.opaque() }));
  if (new Set(extensions.map((one) => one.type)).size !== extensions.length) {
    throw new MalformedError("an extension type appears twice");
  }
  return extensions;
}

export function encodeExtensions(extensions: readonly Extension[]): Bytes {
  return vector(extensions.map((one) => concat(uint(one.type, 2), opaque(one.data))));
}

/** The first type that `listed` capabilities do not cover, or undefined. */
export function unlisted(extensions: readonly Extension[], listed: readonly number[]): number | undefined {
  return extensions.map((one) => one.type).find((type) => !DEFAULT_TYPES.has(type) && !listed.includes(type));
}
