/** What an officer writes and has not sent: an envelope that nobody signed yet, kept from its first letter on. */

import { concat, fromHex, hex, type Bytes } from "../bytes";
import { decode, opaque, uint } from "../codec";
import { MalformedError, UsageError } from "../errors";
import { decodeEnvelope, type Envelope } from "../forms/envelope";
import { encodeEnvelope } from "../forms/envelope-writing";
import { CHANNEL_ID_BYTES, HASH_BYTES, OPERATION_ID_BYTES } from "../ledger/sizes";
import type { Draft } from "../channel/posting";
import { bodyView } from "./bodies";
import type { DraftFiles } from "./draft-files";
import type { DraftView } from "./views";

export const DRAFT_PREFIX = "draft/";
const ID_BYTES = 16;

export function draftKey(draft: string): string {
  return DRAFT_PREFIX + draft;
}

/**
 * The envelope that a draft becomes, but for author and ledger, which are those of the moment of sending.
 *
 * @throws MalformedError identifiers that are none.
 * @throws UsageError a file that it names is not in `files`.
 */
export function envelopeOf(
  draft: DraftView,
  author: Bytes,
  at: { sequence: number; hash: Bytes },
  files: DraftFiles,
): Envelope {
  return {
    message: fromHex(draft.draft, ID_BYTES),
    operation: fromHex(draft.operation, OPERATION_ID_BYTES),
    channel: fromHex(draft.channel, CHANNEL_ID_BYTES),
    author,
    ledgerSequence: BigInt(at.sequence),
    ledgerHash: at.hash,
    form: fromHex(draft.form, ID_BYTES),
    formHash: fromHex(draft.formHash, HASH_BYTES),
    replyTo: draft.replyTo === null ? null : fromHex(draft.replyTo, ID_BYTES),
    body: { ...draft.body, attachments: files.of(draft) },
  };
}

/** What of a draft is given to be sent, at `now`. @throws MalformedError, UsageError as `envelopeOf`. */
export function postedOf(draft: DraftView, now: number, files: DraftFiles): Draft {
  const { message, operation, channel, form, replyTo, body } = unsigned(draft, files);
  return { message, operation, channel, form, replyTo, body: { ...body, writtenAt: now } };
}

/** A draft as the page is shown it; also of what was signed and waits, or came back. */
export function draftOf(envelope: Envelope, changedAt: number): DraftView {
  return {
    draft: hex(envelope.message),
    operation: hex(envelope.operation),
    channel: hex(envelope.channel),
    form: hex(envelope.form),
    formHash: hex(envelope.formHash),
    replyTo: envelope.replyTo === null ? null : hex(envelope.replyTo),
    body: bodyView(envelope.body),
    changedAt,
  };
}

/**
 * With the keys of its files. What could not be read back is never written: one such draft, of a text that somebody
 * pasted, would keep the whole mailbox from being opened again.
 *
 * @throws MalformedError as `envelopeOf`.
 * @throws UsageError as `envelopeOf`, or a text is too long to be kept.
 */
export function encodeDraft(draft: DraftView, files: DraftFiles): Bytes {
  const content = encodeEnvelope(unsigned(draft, files));
  try {
    decodeEnvelope(content);
  } catch (error) {
    if (!(error instanceof MalformedError)) {
      throw error;
    }
    throw new UsageError("this draft is too long to be kept: attach a long text as a file");
  }
  return concat(uint(draft.changedAt, 8), opaque(content));
}

/** The draft, its files added to `files`. @throws MalformedError anything that `encodeDraft` does not write. */
export function decodeDraft(data: Bytes, files: DraftFiles): DraftView {
  const { changedAt, envelope } = decode(data, (reader) => ({
    changedAt: Number(reader.uint64()),
    envelope: decodeEnvelope(reader.opaque()),
  }));
  if (!Number.isSafeInteger(changedAt)) {
    throw new MalformedError("a draft from after the last calendar");
  }
  for (const attachment of envelope.body.attachments) {
    files.add(attachment, hex(envelope.channel));
  }
  return draftOf(envelope, changedAt);
}

function unsigned(draft: DraftView, files: DraftFiles): Envelope {
  const nobody = new Uint8Array(HASH_BYTES);
  return envelopeOf(draft, nobody, { sequence: 0, hash: nobody }, files);
}
