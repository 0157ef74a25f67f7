/** The files of messages: brought to the relay for a draft, fetched back for a reader (rules A2, A6, A7, A8). */

import { download } from "../attachments/downloading";
import { readyToSend } from "../attachments/pictures";
import { describe, upload, type Content, type Progress } from "../attachments/uploading";
import { fromHex, hex, type Bytes } from "../bytes";
import { UsageError } from "../errors";
import { CHANNEL_ID_BYTES, OPERATION_ID_BYTES } from "../ledger/sizes";
import { AttachmentRoutes } from "../relay/attachment-routes";
import type { DraftFiles } from "./draft-files";
import type { Mailbox } from "./mailbox";
import type { AttachmentView } from "./views";

/** A file that is what its author signed. Its name and type are the author's words: show them, never obey them. */
export interface FetchedFile {
  readonly name: string;
  readonly mediaType: string;
  readonly content: Bytes;
}

/**
 * The relay holds `file`, sealed for this channel; a draft in it may name it.
 *
 * Throws as `readyToSend` and `upload`, and the reason of `signal` once that says to stop.
 */
export async function attachFile(
  mailbox: Mailbox,
  files: DraftFiles,
  asked: { readonly operation: string; readonly channel: string; readonly file: File },
  progress: Progress,
  signal: AbortSignal,
): Promise<AttachmentView> {
  const belonging = {
    operation: fromHex(asked.operation, OPERATION_ID_BYTES),
    channel: fromHex(asked.channel, CHANNEL_ID_BYTES),
  };
  const content = stoppable(await readyToSend(asked.file), signal);
  const attachment = await describe(content, mailbox.entropy);
  const routes = new AttachmentRoutes(mailbox.relay);
  await upload(routes, belonging, attachment, content, progress, (tries) => mailbox.sleep(2 ** tries));
  signal.throwIfAborted();
  return files.add(attachment, asked.channel);
}

/** The same content, until somebody does not want it sent any more: each part that leaves is read here. */
function stoppable(content: Content, signal: AbortSignal): Content {
  const read = (from: number, to: number): Promise<Bytes> => {
    signal.throwIfAborted();
    return content.read(from, to);
  };
  return { ...content, read };
}

/** @throws UsageError there is no such message or file here. Throws as `download` too. */
export async function fetchFile(
  mailbox: Mailbox,
  asked: { readonly key: string; readonly attachment: string },
  progress: Progress,
): Promise<FetchedFile> {
  const message = mailbox.holdings.at(asked.key);
  await mailbox.contents.fetch(message === null ? [] : [message]);
  const envelope = message === null ? null : (mailbox.contents.whole(message)?.envelope ?? null);
  const attachment = envelope?.body.attachments.find(({ id }) => hex(id) === asked.attachment);
  if (message === null || attachment === undefined) {
    throw new UsageError("there is no such file in this mailbox");
  }
  const content = await download(new AttachmentRoutes(mailbox.relay), message.place, attachment, progress);
  return { name: attachment.name, mediaType: attachment.mediaType, content };
}
