/** The files of what is being written, with their keys: in the worker and in sealed drafts alone. */

import { hex } from "../bytes";
import { UsageError } from "../errors";
import { MAX_ATTACHMENTS, type Attachment } from "../forms/attachment";
import type { AttachmentView, DraftView } from "./views";

export class DraftFiles {
  readonly #files = new Map<string, { readonly attachment: Attachment; readonly channel: string }>();

  /** The file lies whole at the relay, sealed for `channel`; drafts there may name it. */
  add(attachment: Attachment, channel: string): AttachmentView {
    this.#files.set(hex(attachment.id), { attachment, channel });
    return attachmentView(attachment);
  }

  /** What the envelope says of the files that a draft names. @throws UsageError one of them is not here, or of another channel. */
  of(draft: DraftView): readonly Attachment[] {
    if (draft.body.attachments.length > MAX_ATTACHMENTS) {
      throw new UsageError(`a message has at most ${MAX_ATTACHMENTS} attachments: send the others with another one`);
    }
    return draft.body.attachments.map(({ attachment, name }) => {
      const file = this.#files.get(attachment);
      if (file === undefined) {
        throw new UsageError(`${name} is not here any more: attach it again`);
      }
      if (file.channel !== draft.channel) {
        throw new UsageError(`${name} was sealed for another channel: attach it again`); // nobody could open it (A2)
      }
      return file.attachment;
    });
  }
}

export function attachmentView({ id, name, mediaType, size }: Attachment): AttachmentView {
  return { attachment: hex(id), name, mediaType, size };
}
