/** Ledger entries: signed statements of coordinators, each with the hash of the one before (rule L1). */

import { concat, equal, type Bytes } from "../bytes";
import { decode, fixed, opaque, optional, Reader, uint } from "../codec";
import { MalformedError } from "../errors";
import { sha256 } from "../primitives/hashes";
import * as signatures from "../primitives/signatures";
import { decodeBody, type Body } from "./bodies";
import { EntryType } from "./kinds";
import * as labels from "./labels";
import { HASH_BYTES, OPERATION_ID_BYTES } from "./sizes";

const VERSION = 1;
const MAX_ENTRY_BYTES = 64 * 1024; // docs/protocol.md section 9
const COSIGNATURE_NONCE_BYTES = 16;

/** An entry that only a newer program can judge. Whoever cannot judge the ledger must not act on it. */
export class UnknownEntry extends MalformedError {}

/** A second coordinator wants this body in this operation, once (L5). */
export interface Cosignature {
  readonly signer: Bytes;
  readonly nonce: Bytes;
  readonly signature: Bytes;
}

/** The bytes of an entry as they were received, decoded once. No signature is verified, no place is judged. */
export interface SignedEntry {
  readonly content: Bytes;
  readonly signature: Bytes;
  readonly hash: Bytes; // SHA-256(content); of entry 0 it is the operation id (L2)
  readonly operation: Bytes | null; // null in entry 0 and only there: its own hash is not known yet
  readonly sequence: bigint;
  readonly previous: Bytes;
  readonly time: bigint; // seconds, advisory (L5)
  readonly signer: Bytes;
  readonly body: Body;
  readonly encodedBody: Bytes; // as it was received: what a cosignature covers
  readonly cosignatures: readonly Cosignature[];
}

/**
 * An entry in its bytes.
 *
 * @throws MalformedError anything else, or longer than an entry may be.
 * @throws UnknownEntry a type or version that only a newer program can judge.
 */
export function decodeSignedEntry(data: Bytes): SignedEntry {
  if (data.length > MAX_ENTRY_BYTES) {
    throw new MalformedError(`an entry has at most ${MAX_ENTRY_BYTES} bytes, not ${data.length}`);
  }
  const { content, signature } = decode(data, (reader) => ({
    content: reader.opaque(),
    signature: reader.opaque(signatures.SIGNATURE_BYTES),
  }));
  return { content, signature, hash: sha256(content), ...decode(content, readEntry) };
}

/** The signer that the entry names signed exactly these bytes. @throws BadSignature they did not. */
export function verifySignature(entry: SignedEntry): void {
  signatures.verifyWithLabel(entry.signer, labels.LEDGER_ENTRY, entry.content, entry.signature);
}

/** The cosigner wants exactly this entry's body in this operation. @throws BadSignature they said nothing of the kind. */
export function verifyCosignature(cosignature: Cosignature, entry: SignedEntry, operation: Bytes): void {
  const content = concat(
    optional(operation),
    uint(entry.body.type, 1),
    opaque(entry.encodedBody),
    fixed(cosignature.nonce, COSIGNATURE_NONCE_BYTES),
  );
  signatures.verifyWithLabel(cosignature.signer, labels.COSIGNATURE, content, cosignature.signature);
}

function readEntry(reader: Reader): Omit<SignedEntry, "content" | "signature" | "hash"> {
  if (!equal(reader.opaque(labels.LEDGER_ENTRY.length), labels.LEDGER_ENTRY)) {
    throw new MalformedError("not a ledger entry");
  }
  const version = reader.uint(2);
  if (version !== VERSION) {
    throw new UnknownEntry(`ledger entries of version ${version} need a newer version of this program`);
  }
  const operation = reader.optional((inner) => inner.fixed(OPERATION_ID_BYTES));
  const sequence = reader.uint64();
  if ((operation === null) !== (sequence === 0n)) {
    throw new MalformedError("exactly entry 0 names no operation");
  }
  const previous = reader.fixed(HASH_BYTES);
  const time = reader.uint64();
  const signer = reader.fixed(signatures.PUBLIC_KEY_BYTES);
  const type = readType(reader);
  const encodedBody = reader.opaque();
  const body = decodeBody(type, encodedBody);
  const cosignatures = reader.vector(readCosignature);
  return { operation, sequence, previous, time, signer, body, encodedBody, cosignatures };
}

function readType(reader: Reader): EntryType {
  const number = reader.uint(1);
  const type = Object.values(EntryType).find((known) => known === number);
  if (type === undefined) {
    throw new UnknownEntry(`entries of type ${number} need a newer version of this program`);
  }
  return type;
}

function readCosignature(reader: Reader): Cosignature {
  return {
    signer: reader.fixed(signatures.PUBLIC_KEY_BYTES),
    nonce: reader.fixed(COSIGNATURE_NONCE_BYTES),
    signature: reader.opaque(signatures.SIGNATURE_BYTES),
  };
}
