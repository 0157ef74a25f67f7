/**
 * An attachment's content as the sealed chunks that the relay keeps, and back (rule A2). No input or output.
 *
 * What a chunk is, stands in its associated data: of which operation, channel and attachment, at which place, whether
 * the last. A chunk of another attachment, or from another place of this one, does not open.
 */

import { sha256 } from "@noble/hashes/sha2.js";

import { concat, equal, utf8, type Bytes } from "../bytes";
import { opaque, uint, vectorLength } from "../codec";
import { DecryptionFailed, ProtocolError } from "../errors";
import { chunkCount, chunkLength, contentLength, type Attachment } from "../forms/attachment";
import { openPiece, sealPiece, TAG_BYTES } from "../primitives/chunk-stream";

const LABEL_CHUNK = utf8("cencomm attachment chunk");
const LABEL_HASH = utf8("cencomm attachment hash");

/** What the relay gives is not what the author sent; nothing of it is kept. */
export class AttachmentAltered extends ProtocolError {}

/** Where a file belongs; a chunk opens nowhere else. */
export interface Belonging {
  readonly operation: Bytes;
  readonly channel: Bytes;
}

/** All of an attachment that its content's hash does not say. */
export type Unhashed = Omit<Attachment, "hash">;

/** The salted hash of a file's content, taken in piece by piece. */
export class ContentHash {
  readonly #hash = sha256.create();

  constructor(attachment: Unhashed) {
    this.#hash.update(concat(opaque(LABEL_HASH), attachment.id, attachment.key, vectorLength(attachment.size)));
  }

  add(piece: Bytes): void {
    this.#hash.update(piece);
  }

  digest(): Bytes {
    return this.#hash.digest();
  }
}

/** Chunk `index`, of the file's bytes at its place; the same bytes give the same chunk, so a retry repeats it. */
export function sealChunk(belonging: Belonging, attachment: Unhashed, index: number, content: Bytes): Bytes {
  const padded = new Uint8Array(chunkLength(attachment, index));
  padded.set(content);
  const at = { index, last: index === chunkCount(attachment) - 1 };
  return sealPiece(attachment.key, padded, binding(belonging, attachment.id, at), at);
}

/** Opens the chunks of one attachment in their order, and says at the end whether they are the file. */
export class Opening {
  readonly #hash: ContentHash;
  #index = 0;

  constructor(
    private readonly belonging: Belonging,
    private readonly attachment: Attachment,
  ) {
    this.#hash = new ContentHash(attachment);
  }

  /**
   * The content of the next chunk, without padding. The file is not known to be whole before `finish`.
   *
   * @throws AttachmentAltered it is not the chunk that the author sealed for this place.
   */
  open(sealed: Bytes): Bytes {
    const { attachment } = this;
    const at = { index: this.#index, last: this.#index === chunkCount(attachment) - 1 };
    const part = `part ${this.#index + 1} of the attachment`;
    if (sealed.length !== chunkLength(attachment, at.index) + TAG_BYTES) {
      throw new AttachmentAltered(`${part} has another length than its author gave it`);
    }
    const padded = this.openPadded(sealed, at, part);
    const content = padded.slice(0, contentLength(attachment, at.index));
    if (padded.slice(content.length).some((byte) => byte !== 0)) {
      throw new AttachmentAltered("the attachment carries something in its padding");
    }
    this.#hash.add(content);
    this.#index += 1;
    return content;
  }

  /** All chunks were opened, and are the file whose hash the author signed. @throws AttachmentAltered they are not. */
  finish(): void {
    if (this.#index !== chunkCount(this.attachment)) {
      throw new AttachmentAltered("parts of the attachment are missing");
    }
    if (!equal(this.#hash.digest(), this.attachment.hash)) {
      throw new AttachmentAltered("the attachment is not the file whose hash its author signed");
    }
  }

  private openPadded(sealed: Bytes, at: { index: number; last: boolean }, part: string): Bytes {
    try {
      return openPiece(this.attachment.key, sealed, binding(this.belonging, this.attachment.id, at), at);
    } catch (error) {
      if (error instanceof DecryptionFailed) {
        throw new AttachmentAltered(`${part} is not what its author sealed`);
      }
      throw error;
    }
  }
}

function binding({ operation, channel }: Belonging, id: Bytes, at: { index: number; last: boolean }): Bytes {
  return concat(opaque(LABEL_CHUNK), operation, channel, id, uint(at.index, 4), uint(at.last ? 1 : 0, 1));
}
