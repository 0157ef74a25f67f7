/** What an officer writes and has not sent: an envelope that nobody signed yet, kept from its first letter on. */

import { concat, fromHex, hex, type Bytes } from "../bytes";
import { decode, opaque, uint } from "../codec";
import { MalformedError, UsageError } from "../errors";
import { decodeEnvelope, type Envelope } from "../forms/envelope";
import { encodeEnvelope } from "../forms/envelope-writing";
import { CHANNEL_ID_BYTES, HASH_BYTES, OPERATION_ID_BYTES } from "../ledger/sizes";
import { bodyView } from "./bodies";
import type { Draft } from "../channel/posting";
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
 * @throws UsageError files, which this program does not send yet.
 */
export function envelopeOf(draft: DraftView, author: Bytes, at: { sequence: number; hash: Bytes }): Envelope {
  if (draft.body.attachments.length > 0) {
    throw new UsageError("files are sent with the other program for now: send this without them");
  }
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
    body: { ...draft.body, attachments: [] },
  };
}

/** What of a draft is given to be sent, at `now`. @throws MalformedError, UsageError as `envelopeOf`. */
export function postedOf(draft: DraftView, now: number): Draft {
  const nobody = new Uint8Array(HASH_BYTES);
  const { message, operation, channel, form, replyTo, body } = envelopeOf(draft, nobody, { sequence: 0, hash: nobody });
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

export function encodeDraft(draft: DraftView): Bytes {
  const nobody = new Uint8Array(HASH_BYTES);
  const envelope = envelopeOf(draft, nobody, { sequence: 0, hash: nobody });
  return concat(uint(draft.changedAt, 8), opaque(encodeEnvelope(envelope)));
}

/** @throws MalformedError anything that `encodeDraft` does not write. */
export function decodeDraft(data: Bytes): DraftView {
  const { changedAt, envelope } = decode(data, (reader) => ({
    changedAt: Number(reader.uint64()),
    envelope: decodeEnvelope(reader.opaque()),
  }));
  if (!Number.isSafeInteger(changedAt)) {
    throw new MalformedError("a draft from after the last calendar");
  }
  return draftOf(envelope, changedAt);
}
