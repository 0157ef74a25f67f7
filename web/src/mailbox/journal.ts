/**
 * What this device took in of its channels, one row each, numbered as it came: messages, what was set aside, and who
 * acknowledged what. A message's row holds everything that proves it later: place, certificate, salt, exact bytes.
 *
 * The rows are cold: no other row depends on them, and their names follow from how many there are.
 */

import type { Bytes } from "../bytes";
import { concat, fromUtf8, utf8 } from "../bytes";
import { ALARMS, REASONS, type ChannelEvent, type MessageDelivered, type Place, type Reason } from "../channel/events";
import { decode, fixed, opaque, optional, uint, type Reader } from "../codec";
import { MalformedError } from "../errors";
import { decodeAcknowledgement, encodeAcknowledgement, type Acknowledgement } from "../forms/acknowledgement";
import { ControlKind } from "../forms/control";
import { decodeEnvelope } from "../forms/envelope";
import { SALT_BYTES } from "../forms/payload";
import { encodeSigned, readSigned } from "../forms/signed";
import type { CertificateMemo } from "../ledger/certificate-memo";
import { ACCOUNT_ID_BYTES, CHANNEL_ID_BYTES, HASH_BYTES, OPERATION_ID_BYTES } from "../ledger/sizes";

export const COUNT_KEY = "message-count";
export const JOURNAL_PREFIX = "message/";

/** A message as it was taken in; `number` counts everything in the journal from 1 on. */
export interface KeptMessage extends MessageDelivered {
  readonly number: number;
  readonly fromHistory: boolean;
}

/** What was set aside: a message, or a Commit for which the channel waits for a restart. */
export interface KeptAside {
  readonly kind: "aside";
  readonly number: number;
  readonly place: Place;
  readonly reason: Reason;
  readonly detail: string;
  readonly account: Bytes | null;
  readonly alarm: boolean;
}

/** `account` has seen a message of the same channel. */
export interface KeptAcknowledgement {
  readonly kind: "acknowledged";
  readonly number: number;
  readonly place: Place;
  readonly account: Bytes;
  readonly message: Acknowledgement;
}

export type Kept = KeptMessage | KeptAside | KeptAcknowledgement;

const KINDS = { message: 1, aside: 2, acknowledged: 3 } as const;

export function journalKey(number: number): string {
  return JOURNAL_PREFIX + String(number).padStart(12, "0");
}

/** How much the journal holds, by the value under COUNT_KEY. @throws MalformedError no count of ours. */
export function decodeCount(value: Bytes | null): number {
  return value === null ? 0 : safe(decode(value, (reader) => reader.uint64()));
}

/** What is kept of events, numbered behind `count`: of history, unless it is said that they came as they were said. */
export function keptAll(events: readonly ChannelEvent[], count: number, fromHistory = true): readonly Kept[] {
  const entries: Kept[] = [];
  for (const event of events) {
    const entry = keptOf(event, count + entries.length + 1, fromHistory);
    if (entry !== null) {
      entries.push(entry);
    }
  }
  return entries;
}

/** What is kept of an event under the next number; null: nothing, it changes no more than the channel's state. */
export function keptOf(event: ChannelEvent, number: number, fromHistory = false): Kept | null {
  const { place } = event;
  switch (event.kind) {
    case "message":
      return { ...event, number, fromHistory };
    case "quarantined": {
      const { reason, detail, account } = event;
      return { kind: "aside", number, place, reason, detail, account, alarm: ALARMS.has(reason) };
    }
    case "stalled":
      return { kind: "aside", number, place, reason: "bad_commit", detail: event.detail, account: null, alarm: true };
    case "control":
      return event.control.kind === ControlKind.acknowledgement // its body is judged before it is told (6.1)
        ? { kind: "acknowledged", number, place, account: event.account, message: decodeAcknowledgement(event.control.body) }
        : null;
    case "repeated":
    case "epoch":
    case "removed":
      return null;
  }
}

export function encodeKept(kept: Kept): Bytes {
  const head = concat(uint(KINDS[kept.kind], 1), encodePlace(kept.place));
  switch (kept.kind) {
    case "message":
      return concat(
        head,
        opaque(kept.certificate),
        fixed(kept.salt, SALT_BYTES),
        opaque(encodeSigned(kept.signed)),
        flag(kept.own),
        flag(kept.authorRevoked),
        flag(kept.fromHistory),
      );
    case "aside":
      return concat(head, encodeGrounds(kept));
    case "acknowledged":
      return concat(head, fixed(kept.account, ACCOUNT_ID_BYTES), opaque(encodeAcknowledgement(kept.message)));
  }
}

/**
 * What lies under number `number`.
 *
 * The signature of the envelope was verified when it came and the row is sealed under the mailbox's key since: it is
 * not verified again. The certificate is, since who wrote it is read off it.
 *
 * @throws MalformedError, BadSignature anything that `encodeKept` does not write.
 */
export function decodeKept(data: Bytes, number: number, certificates: CertificateMemo): Kept {
  return decode(data, (reader) => {
    const kind = reader.uint(1);
    const place = readPlace(reader);
    switch (kind) {
      case KINDS.message:
        return readMessage(reader, number, place, certificates);
      case KINDS.aside:
        return readAside(reader, number, place);
      case KINDS.acknowledged: {
        const account = reader.fixed(ACCOUNT_ID_BYTES);
        return { kind: "acknowledged", number, place, account, message: decodeAcknowledgement(reader.opaque()) };
      }
      default:
        throw new MalformedError(`the mailbox holds something of kind ${kind}: a newer version of this program reads it`);
    }
  });
}

function readMessage(reader: Reader, number: number, place: Place, certificates: CertificateMemo): KeptMessage {
  const certificate = reader.opaque();
  const salt = reader.fixed(SALT_BYTES);
  const signed = decode(reader.opaque(), readSigned);
  const { account, identityKey } = certificates.verify(certificate);
  return {
    kind: "message",
    number,
    place,
    account,
    identityKey,
    certificate,
    salt,
    signed,
    envelope: decodeEnvelope(signed.content),
    own: readFlag(reader),
    authorRevoked: readFlag(reader),
    fromHistory: readFlag(reader),
  };
}

function readAside(reader: Reader, number: number, place: Place): KeptAside {
  return { kind: "aside", number, place, ...readGrounds(reader) };
}

/** Why something was set aside, as rows and headlines hold it. */
export function encodeGrounds({ reason, detail, account }: Pick<KeptAside, "reason" | "detail" | "account">): Bytes {
  return concat(opaque(utf8(reason)), opaque(utf8(detail)), optional(account));
}

/** The same again. @throws MalformedError no reason of ours. */
export function readGrounds(reader: Reader): Pick<KeptAside, "reason" | "detail" | "account" | "alarm"> {
  const word = fromUtf8(reader.opaque());
  const reason = REASONS.find((one) => one === word);
  if (reason === undefined) {
    throw new MalformedError("not a reason why a message was set aside");
  }
  const detail = fromUtf8(reader.opaque());
  const account = reader.optional((inner) => inner.fixed(ACCOUNT_ID_BYTES));
  return { reason, detail, account, alarm: ALARMS.has(reason) };
}

function encodePlace(place: Place): Bytes {
  return concat(
    fixed(place.operation, OPERATION_ID_BYTES),
    fixed(place.channel, CHANNEL_ID_BYTES),
    uint(place.generation, 4),
    uint(place.sequence, 8),
    fixed(place.logHash, HASH_BYTES),
    uint(place.epoch, 8),
  );
}

function readPlace(reader: Reader): Place {
  return {
    operation: reader.fixed(OPERATION_ID_BYTES),
    channel: reader.fixed(CHANNEL_ID_BYTES),
    generation: reader.uint(4),
    sequence: safe(reader.uint64()),
    logHash: reader.fixed(HASH_BYTES),
    epoch: reader.uint64(),
  };
}

function safe(value: bigint): number {
  const given = Number(value);
  if (!Number.isSafeInteger(given)) {
    throw new MalformedError("a number beyond every log");
  }
  return given;
}

function flag(value: boolean): Bytes {
  return uint(value ? 1 : 0, 1);
}

function readFlag(reader: Reader): boolean {
  const value = reader.uint(1);
  if (value > 1) {
    throw new MalformedError("a flag is 0 or 1");
  }
  return value === 1;
}
