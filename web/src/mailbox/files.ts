/** The files of messages: brought to the relay for a draft, fetched back for a reader (rules A2, A6, A7, A8). */

import { download } from "../attachments/downloading";
import { readyToSend } from "../attachments/pictures";
import { describe, upload, type Progress } from "../attachments/uploading";
import { fromHex, hex, type Bytes } from "../bytes";
import { UsageError } from "../errors";
import { CHANNEL_ID_BYTES, OPERATION_ID_BYTES } from "../ledger/sizes";
import { AttachmentRoutes } from "../relay/attachment-routes";
import type { DraftFiles } from "./draft-files";
import type { Mailbox } from "./mailbox";
import type { AttachmentView } from "./views";

/** A file that lies sealed at the relay; `remade`: a picture, with nothing but its pixels. */
export interface AttachedFile {
  readonly file: AttachmentView;
  readonly remade: boolean;
}

/** A file that is what its author signed. Its name and type are the author's words: show them, never obey them. */
export interface FetchedFile {
  readonly name: string;
  readonly mediaType: string;
  readonly content: Bytes;
}

/** The relay holds `file`, sealed for this channel; a draft may name it. Throws as `readyToSend` and `upload`. */
export async function attachFile(
  mailbox: Mailbox,
  files: DraftFiles,
  asked: { readonly operation: string; readonly channel: string; readonly file: File },
  progress: Progress,
): Promise<AttachedFile> {
  const belonging = {
    operation: fromHex(asked.operation, OPERATION_ID_BYTES),
    channel: fromHex(asked.channel, CHANNEL_ID_BYTES),
  };
  const { content, remade } = await readyToSend(asked.file);
  const attachment = await describe(content, mailbox.entropy);
  const routes = new AttachmentRoutes(mailbox.relay);
  await upload(routes, belonging, attachment, content, progress, (tries) => mailbox.sleep(2 ** tries));
  return { file: files.add(attachment), remade };
}

/** @throws UsageError there is no such message or file here. Throws as `download` too. */
export async function fetchFile(
  mailbox: Mailbox,
  asked: { readonly key: string; readonly attachment: string },
  progress: Progress,
): Promise<FetchedFile> {
  const message = mailbox.holdings.at(asked.key);
  const attachment = message?.envelope.body.attachments.find(({ id }) => hex(id) === asked.attachment);
  if (message === null || attachment === undefined) {
    throw new UsageError("there is no such file in this mailbox");
  }
  const content = await download(new AttachmentRoutes(mailbox.relay), message.place, attachment, progress);
  return { name: attachment.name, mediaType: attachment.mediaType, content };
}
