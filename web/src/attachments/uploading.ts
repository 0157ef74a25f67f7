/**
 * A file sealed and brought to the relay before its message is sent (rule A6): only what is missing there, as often as
 * it takes. The same chunk is sealed to the same bytes, so an upload that broke off goes on where it was.
 */

import { hex, type Bytes } from "../bytes";
import { Unavailable, UsageError } from "../errors";
import {
  CHUNK_SIZE,
  chunkCount,
  contentLength,
  ID_BYTES,
  KEY_BYTES,
  MAX_ATTACHMENT_BYTES,
  MAX_NAME_LETTERS,
  paddedSize,
  type Attachment,
} from "../forms/attachment";
import { TAG_BYTES } from "../primitives/chunk-stream";
import type { Entropy } from "../primitives/entropy";
import type { AttachmentRoutes } from "../relay/attachment-routes";
import { RelayRefuses } from "../relay/relay-client";
import { ContentHash, sealChunk, type Belonging } from "./sealing";

const MAX_ROUNDS = 3; // in each of which the relay lost what it had
const MAX_PAUSES = 5; // of a line that breaks again and again
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}$/;
const OCTETS = "application/octet-stream";

/** Bytes that can be read again, a part at a time: a file that somebody chose, or a picture made anew. */
export interface Content {
  readonly name: string;
  readonly mediaType: string;
  readonly size: number; // bytes
  read(from: number, to: number): Promise<Bytes>;
}

/** Chunks at the relay, chunks in all. */
export type Progress = (done: number, all: number) => void;

/** Waits before a line that broke is tried again; `tries` counts from 1. */
export type Pause = (tries: number) => Promise<void>;

/** What the envelope will say of `content`, under a fresh key. @throws UsageError it is empty or too long. */
export async function describe(content: Content, entropy: Entropy): Promise<Attachment> {
  if (content.size < 1 || content.size > MAX_ATTACHMENT_BYTES) {
    throw new UsageError(`a file has 1 byte to ${MAX_ATTACHMENT_BYTES >> 20} MiB: attach another`);
  }
  const unhashed = {
    id: entropy(ID_BYTES),
    key: entropy(KEY_BYTES),
    name: Array.from(content.name).slice(-MAX_NAME_LETTERS).join("") || "file",
    mediaType: MEDIA_TYPE.test(content.mediaType) ? content.mediaType : OCTETS,
    size: content.size,
    chunkSize: CHUNK_SIZE,
  };
  const hash = new ContentHash(unhashed);
  for (let index = 0; index < chunkCount(unhashed); index += 1) {
    hash.add(await piece(content, unhashed, index));
  }
  return { ...unhashed, hash: hash.digest() };
}

/**
 * The relay holds every chunk, on disk.
 *
 * @throws RelayRefuses it never takes it.
 * @throws Unavailable not now; ask again, and only what is missing is sent.
 */
export async function upload(
  routes: AttachmentRoutes,
  belonging: Belonging,
  attachment: Attachment,
  content: Content,
  progress: Progress,
  pause: Pause,
): Promise<void> {
  const place = { ...belonging, attachment: attachment.id };
  const all = chunkCount(attachment);
  const size = paddedSize(attachment.size) + all * TAG_BYTES;
  for (let round = 0, pauses = 0; round < MAX_ROUNDS; ) {
    try {
      const { missing } = await routes.announce(place, size, attachment.chunkSize + TAG_BYTES);
      let done = all - missing.length;
      progress(done, all);
      if (missing.length === 0) {
        return;
      }
      for (const number of missing) {
        const sealed = sealChunk(belonging, attachment, number, await piece(content, attachment, number));
        await routes.putChunk(place, number, sealed);
        done += 1;
        progress(done, all);
      }
      round += 1;
    } catch (error) {
      if (error instanceof RelayRefuses && error.code === "not_found") {
        round += 1; // it ended between the announcement and the chunk
      } else if (error instanceof Unavailable && pauses < MAX_PAUSES) {
        pauses += 1;
        await pause(pauses);
      } else {
        throw error;
      }
    }
  }
  throw new Unavailable(`the relay lost the file ${hex(attachment.id).slice(0, 8)} again and again: try again later`);
}

async function piece(content: Content, attachment: Pick<Attachment, "size" | "chunkSize">, index: number): Promise<Bytes> {
  const from = index * attachment.chunkSize;
  const length = contentLength(attachment, index);
  const read = length === 0 ? new Uint8Array() : await content.read(from, from + length);
  if (read.length !== length) {
    throw new UsageError("the file changed while it was read: attach it again");
  }
  return read;
}
