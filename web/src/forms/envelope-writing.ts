/** Writing an envelope: its one encoding, signed by the device (rule S8). Source: docs/protocol.md section 6. */

import { concat, type Bytes } from "../bytes";
import { fixed, opaque, optional, uint } from "../codec";
import { signWithLabel, type SigningKey } from "../primitives/signatures";
import { encodeAttachment } from "./attachment";
import * as json from "./canonical-json";
import type { JsonValue } from "./canonical-json";
import {
  decodeEnvelope,
  LABEL_ENVELOPE,
  VERSION,
  VERSION_WITH_ATTACHMENTS,
  type Addressee,
  type Body,
  type Envelope,
  type Evaluation,
  type SignedEnvelope,
} from "./envelope";

const ID_BYTES = 16;
const HASH_BYTES = 32;

/** The envelope as readers verify it. @throws MalformedError nobody would read it: nothing is signed. */
export function signEnvelope(envelope: Envelope, key: SigningKey): SignedEnvelope {
  const content = encodeEnvelope(envelope);
  decodeEnvelope(content); // a page that hands over what no form allows learns it now, not from everybody's quarantine
  return { content, signature: signWithLabel(key, LABEL_ENVELOPE, content) };
}

export function encodeEnvelope(envelope: Envelope): Bytes {
  const { body, replyTo } = envelope;
  return concat(
    uint(body.attachments.length > 0 ? VERSION_WITH_ATTACHMENTS : VERSION, 2),
    fixed(envelope.message, ID_BYTES),
    fixed(envelope.operation, HASH_BYTES),
    fixed(envelope.channel, ID_BYTES),
    fixed(envelope.author, HASH_BYTES),
    uint(envelope.ledgerSequence, 8),
    fixed(envelope.ledgerHash, HASH_BYTES),
    fixed(envelope.form, ID_BYTES),
    fixed(envelope.formHash, HASH_BYTES),
    optional(replyTo === null ? null : fixed(replyTo, ID_BYTES)),
    opaque(encodeBody(body)),
  );
}

function encodeBody(body: Body): Bytes {
  return json.encode(
    new Map<string, JsonValue>([
      ["answer_by", body.answerBy],
      ["attachments", body.attachments.map(encodeAttachment)],
      ["evaluation", body.evaluation === null ? null : encodeEvaluation(body.evaluation)],
      ["expected_action", body.expectedAction],
      ["handling", object({ code: body.handling, text: body.handlingText })],
      ["language", body.language],
      ["priority", body.priority],
      ["tlp", body.tlp],
      ["to", body.to.map(encodeAddressee)],
      ["values", body.values],
      ["variant", body.variant],
      ["written_at", body.writtenAt],
    ]),
  );
}

function encodeEvaluation(evaluation: Evaluation): JsonValue {
  return object({ information: evaluation.information, source: evaluation.source });
}

function encodeAddressee(addressee: Addressee): JsonValue {
  return object(addressee);
}

function object(fields: Readonly<Record<string, JsonValue>>): JsonValue {
  return new Map(Object.entries(fields));
}
