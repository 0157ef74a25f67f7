/** The envelope: what one officer wrote, signed by the device (rule S8). Source: docs/protocol.md section 6. */

import { fromHex, hex, utf8, type Bytes } from "../bytes";
import { decode, Reader } from "../codec";
import { MalformedError } from "../errors";
import { verifyWithLabel } from "../primitives/signatures";
import { decodeAttachment, type Attachment } from "./attachment";
import * as json from "./canonical-json";
import type { JsonObject, JsonValue } from "./canonical-json";
import { list, oneOf, record, shortTextOrNull, text, whole } from "./fields";

export const VERSION = 1;
export const VERSION_WITH_ATTACHMENTS = 2; // ADR 0009: only where there are some, so that an envelope has one encoding
export const LABEL_ENVELOPE = utf8("cencomm envelope");

export const MAX_ENVELOPE_BYTES = 1 << 19;
export const MAX_BODY_BYTES = 400_000;
export const MAX_ADDRESSEES = 800;
const MAX_ATTACHMENTS = 20;
const MAX_SECONDS = 7_258_118_400; // 2200-01-01
const MAX_ROLE_LETTERS = 32;
const ID_BYTES = 16;
const HASH_BYTES = 32;

export const LANGUAGES = ["en", "fr", "es", "pt", "de", "ru", "ar", "fa_AF", "ur"] as const;
export type Language = (typeof LANGUAGES)[number];
export const PRIORITIES = ["routine", "urgent", "flash"] as const;
export type Priority = (typeof PRIORITIES)[number];
export const TLPS = ["RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR"] as const;
export type Tlp = (typeof TLPS)[number];
export const HANDLINGS = ["H0", "H1", "H2", "H3"] as const;
export type Handling = (typeof HANDLINGS)[number];
export const VARIANTS = ["long", "simplified"] as const;
export type Variant = (typeof VARIANTS)[number];
export const SOURCES = ["A", "B", "C", "X"] as const;
export const INFORMATION = ["1", "2", "3", "4"] as const;

/** Who must act: exactly one of an account (hexadecimal), all of a country, all of a role. */
export type Addressee = { readonly account: string } | { readonly country: string } | { readonly role: string };

/** 4x4: A, B, C or X for the source, 1 to 4 for the information. */
export interface Evaluation {
  readonly source: (typeof SOURCES)[number];
  readonly information: (typeof INFORMATION)[number];
}

/** What is said and how it is to be handled; times in seconds since 1970. */
export interface Body {
  readonly values: JsonObject;
  readonly language: Language;
  readonly writtenAt: number;
  readonly to: readonly Addressee[];
  readonly answerBy: number | null;
  readonly expectedAction: string | null;
  readonly priority: Priority;
  readonly handling: Handling;
  readonly handlingText: string | null;
  readonly tlp: Tlp;
  readonly evaluation: Evaluation | null;
  readonly variant: Variant;
  readonly attachments: readonly Attachment[];
}

/** One message of an operation. `author` is the hash of the device certificate, `ledger…` the head at writing. */
export interface Envelope {
  readonly message: Bytes;
  readonly operation: Bytes;
  readonly channel: Bytes;
  readonly author: Bytes;
  readonly ledgerSequence: bigint;
  readonly ledgerHash: Bytes;
  readonly form: Bytes;
  readonly formHash: Bytes;
  readonly replyTo: Bytes | null;
  readonly body: Body;
}

/** Exact bytes and a signature over them. Nothing is known of the signature before `verifyEnvelope`. */
export interface SignedEnvelope {
  readonly content: Bytes;
  readonly signature: Bytes;
}

/**
 * The device that holds `signatureKey` wrote exactly this envelope.
 *
 * @throws BadSignature it did not.
 * @throws MalformedError it signed something that is no envelope.
 */
export function verifyEnvelope(signed: SignedEnvelope, signatureKey: Bytes): Envelope {
  verifyWithLabel(signatureKey, LABEL_ENVELOPE, signed.content, signed.signature);
  return decodeEnvelope(signed.content);
}

/** The envelope that exactly `data` encodes; whether its values fit its form is the form's question. @throws MalformedError */
export function decodeEnvelope(data: Bytes): Envelope {
  return decode(data, readEnvelope);
}

function readEnvelope(reader: Reader): Envelope {
  const version = reader.uint(2);
  if (version !== VERSION && version !== VERSION_WITH_ATTACHMENTS) {
    throw new MalformedError(
      `an envelope of version ${version}; this program reads ${VERSION} and ${VERSION_WITH_ATTACHMENTS}`,
    );
  }
  const envelope = {
    message: reader.fixed(ID_BYTES),
    operation: reader.fixed(HASH_BYTES),
    channel: reader.fixed(ID_BYTES),
    author: reader.fixed(HASH_BYTES),
    ledgerSequence: reader.uint64(),
    ledgerHash: reader.fixed(HASH_BYTES),
    form: reader.fixed(ID_BYTES),
    formHash: reader.fixed(HASH_BYTES),
    replyTo: reader.optional((inner) => inner.fixed(ID_BYTES)),
    body: decodeBody(reader.opaque(MAX_BODY_BYTES)),
  };
  if (envelope.body.attachments.length > 0 !== (version === VERSION_WITH_ATTACHMENTS)) {
    throw new MalformedError("version 1 has no attachments, version 2 has some");
  }
  return envelope;
}

const BODY_KEYS = [
  "answer_by",
  "attachments",
  "evaluation",
  "expected_action",
  "handling",
  "language",
  "priority",
  "tlp",
  "to",
  "values",
  "variant",
  "written_at",
];

function decodeBody(data: Bytes): Body {
  const fields = record(json.decode(data, MAX_BODY_BYTES), BODY_KEYS);
  const handling = record(fields.get("handling"), ["code", "text"]);
  const values = fields.get("values");
  if (!(values instanceof Map)) {
    throw new MalformedError("`values` is an object");
  }
  const answerBy = fields.get("answer_by");
  const evaluation = fields.get("evaluation");
  return {
    values: values as JsonObject,
    language: oneOf(fields.get("language"), LANGUAGES),
    writtenAt: seconds(fields.get("written_at")),
    to: list(fields.get("to"), MAX_ADDRESSEES).map(decodeAddressee),
    answerBy: answerBy === null ? null : seconds(answerBy),
    expectedAction: shortTextOrNull(fields.get("expected_action")),
    priority: oneOf(fields.get("priority"), PRIORITIES),
    handling: oneOf(handling.get("code"), HANDLINGS),
    handlingText: shortTextOrNull(handling.get("text")),
    tlp: oneOf(fields.get("tlp"), TLPS),
    evaluation: evaluation === null ? null : decodeEvaluation(evaluation),
    variant: oneOf(fields.get("variant"), VARIANTS),
    attachments: decodeAttachments(fields.get("attachments")),
  };
}

function decodeAttachments(value: JsonValue | undefined): readonly Attachment[] {
  const attachments = list(value, MAX_ATTACHMENTS).map(decodeAttachment);
  if (new Set(attachments.map((attachment) => hex(attachment.id))).size !== attachments.length) {
    throw new MalformedError("an attachment is named twice");
  }
  return attachments;
}

function decodeEvaluation(value: JsonValue | undefined): Evaluation {
  const fields = record(value, ["source", "information"]);
  return { source: oneOf(fields.get("source"), SOURCES), information: oneOf(fields.get("information"), INFORMATION) };
}

/** @throws MalformedError not exactly one of the three. */
export function decodeAddressee(value: JsonValue): Addressee {
  if (value instanceof Map && value.size === 1) {
    const [kind, given] = [...(value as JsonObject)][0]!;
    const who = text(given);
    if (kind === "account") {
      fromHex(who, ID_BYTES);
      return { account: who };
    }
    if (kind === "country" && /^[A-Z]{2}$/.test(who)) {
      return { country: who };
    }
    if (kind === "role" && who !== "" && Array.from(who).length <= MAX_ROLE_LETTERS) {
      return { role: who };
    }
  }
  throw new MalformedError("an addressee is an account, a country or a role");
}

function seconds(value: JsonValue | undefined): number {
  const given = whole(value);
  if (given < 0 || given >= MAX_SECONDS) {
    throw new MalformedError("a time is a whole number of seconds");
  }
  return given;
}
