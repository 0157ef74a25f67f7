/** A file that goes with a message: what the envelope says of it (docs/protocol.md section 6.2). */

import { fromHex, hex, type Bytes } from "../bytes";
import { MalformedError } from "../errors";
import type { JsonValue } from "./canonical-json";
import { record, text, whole } from "./fields";

const CHUNK_SIZES: readonly number[] = [64 << 10, 128 << 10, 256 << 10];
export const CHUNK_SIZE = 256 << 10; // what we write
export const MAX_ATTACHMENT_BYTES = 100 << 20;
export const MAX_ATTACHMENTS = 20; // of one message
const SMALLEST_PADDED_BYTES = 4 << 10;
export const MAX_NAME_LETTERS = 500;
export const ID_BYTES = 16;
export const KEY_BYTES = 32;
const HASH_BYTES = 32;
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}$/; // RFC 6838 section 4.2
const KEYS = ["chunk_size", "hash", "id", "key", "media_type", "name", "size"];

/** What a reader needs to fetch, open and check a file. `name` is any letters, also hostile ones. */
export interface Attachment {
  readonly id: Bytes;
  readonly name: string;
  readonly mediaType: string;
  readonly size: number; // bytes
  readonly key: Bytes;
  readonly hash: Bytes;
  readonly chunkSize: number; // bytes of plaintext
}

/** The length that travels (Padmé): padded by 12 % at most, and shared with files of other lengths (rule A2). */
export function paddedSize(size: number): number {
  const least = Math.max(size, SMALLEST_PADDED_BYTES);
  const exponent = 31 - Math.clz32(least);
  const step = 2 ** Math.max(0, exponent - (32 - Math.clz32(exponent)));
  return Math.ceil(least / step) * step;
}

/** How many chunks there are, the padding's too. */
export function chunkCount({ size, chunkSize }: Pick<Attachment, "size" | "chunkSize">): number {
  return Math.ceil(paddedSize(size) / chunkSize);
}

/** Bytes of plaintext and padding in a chunk: all are full but the last. */
export function chunkLength({ size, chunkSize }: Pick<Attachment, "size" | "chunkSize">, index: number): number {
  return Math.min(chunkSize, paddedSize(size) - index * chunkSize);
}

/** Bytes of content in a chunk; the rest is padding. */
export function contentLength({ size, chunkSize }: Pick<Attachment, "size" | "chunkSize">, index: number): number {
  return Math.max(0, Math.min(chunkSize, size - index * chunkSize));
}

export function encodeAttachment(attachment: Attachment): JsonValue {
  return new Map<string, JsonValue>([
    ["chunk_size", attachment.chunkSize],
    ["hash", hex(attachment.hash)],
    ["id", hex(attachment.id)],
    ["key", hex(attachment.key)],
    ["media_type", attachment.mediaType],
    ["name", attachment.name],
    ["size", attachment.size],
  ]);
}

/** @throws MalformedError anything that no writer of ours writes. */
export function decodeAttachment(value: JsonValue): Attachment {
  const fields = record(value, KEYS);
  const attachment = {
    id: fromHex(text(fields.get("id")), ID_BYTES),
    name: text(fields.get("name")),
    mediaType: text(fields.get("media_type")),
    size: whole(fields.get("size")),
    key: fromHex(text(fields.get("key")), KEY_BYTES),
    hash: fromHex(text(fields.get("hash")), HASH_BYTES),
    chunkSize: whole(fields.get("chunk_size")),
  };
  const letters = Array.from(attachment.name).length;
  if (letters < 1 || letters > MAX_NAME_LETTERS) {
    throw new MalformedError(`a file's name has 1 to ${MAX_NAME_LETTERS} letters`);
  }
  if (attachment.size < 1 || attachment.size > MAX_ATTACHMENT_BYTES) {
    throw new MalformedError(`an attachment has 1 to ${MAX_ATTACHMENT_BYTES >> 20} MiB`);
  }
  if (!MEDIA_TYPE.test(attachment.mediaType) || !CHUNK_SIZES.includes(attachment.chunkSize)) {
    throw new MalformedError("an attachment has a media type and one of the sizes that chunks have");
  }
  return attachment;
}
