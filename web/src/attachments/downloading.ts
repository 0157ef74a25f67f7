/** From the relay back to the file that its author sent, or an error (rules A2, A7). */

import { joined, type Bytes } from "../bytes";
import { chunkCount, chunkLength, type Attachment } from "../forms/attachment";
import { TAG_BYTES } from "../primitives/chunk-stream";
import type { AttachmentRoutes } from "../relay/attachment-routes";
import { AttachmentAltered, Opening, type Belonging } from "./sealing";
import type { Progress } from "./uploading";

const CHUNKS_AT_ONCE = 16;

/**
 * The author's file, whole.
 *
 * @throws AttachmentAltered the relay gives something else; nothing of it is returned.
 * @throws RelayRefuses it gives us nothing.
 */
export async function download(
  routes: AttachmentRoutes,
  belonging: Belonging,
  attachment: Attachment,
  progress: Progress,
): Promise<Bytes> {
  const opening = new Opening(belonging, attachment);
  const place = { ...belonging, attachment: attachment.id };
  const all = chunkCount(attachment);
  const pieces: Bytes[] = [];
  for (let first = 0; first < all; first += CHUNKS_AT_ONCE) {
    const count = Math.min(CHUNKS_AT_ONCE, all - first);
    const lengths = Array.from({ length: count }, (_, place) => chunkLength(attachment, first + place) + TAG_BYTES);
    const expected = lengths.reduce((sum, length) => sum + length, 0);
    const sealed = await routes.chunks(place, first, count, expected);
    if (sealed.length !== expected) {
      throw new AttachmentAltered("the relay gives the attachment in another length than its author did");
    }
    let begin = 0;
    for (const length of lengths) {
      pieces.push(opening.open(sealed.slice(begin, begin + length)));
      begin += length;
    }
    progress(first + count, all);
  }
  opening.finish();
  return joined(pieces);
}
