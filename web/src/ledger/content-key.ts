/**
 * The operation content key, and the blobs that it seals: names, titles, form definitions (rule L7).
 *
 * The ledger holds salted hashes only, over plaintext and salt; a swapped form or name is noticed by its hash.
 */

import { concat, equal, type Bytes } from "../bytes";
import { decode, fixed, opaque, Reader, uint } from "../codec";
import { MalformedError, ProtocolError } from "../errors";
import * as hpke from "../primitives/hpke";
import * as secretBox from "../primitives/secret-box";
import * as labels from "./labels";
import { BLOB_ID_BYTES, HASH_BYTES } from "./sizes";

const SALT_BYTES = 32;
const MAX_BLOB_BYTES = 256 * 1024; // sealed; docs/protocol.md section 9
const MAX_WRAP_BYTES = 1024;

/** What the ledger says of a content key: enough to recognise it, not to guess it. */
export interface ContentKeyRef {
  readonly number: number;
  readonly hash: Bytes;
}

/** What the ledger says of a blob: its name, and the salted hash of its content. */
export interface BlobRef {
  readonly blob: Bytes;
  readonly hash: Bytes;
}

/** Numbered from 1 per operation; the next one begins at each revocation. */
export interface ContentKey {
  readonly number: number;
  readonly key: Bytes;
}

/** A key that is not the one of the ledger: whoever handed it out could read what is sealed under it. */
export class WrongContentKey extends ProtocolError {}

/** Content that the ledger does not name: another form, another name, or another version of it. */
export class WrongBlob extends ProtocolError {}

export function readContentKeyRef(reader: Reader): ContentKeyRef {
  return { number: reader.uint(4), hash: reader.fixed(HASH_BYTES) };
}

export function readBlobRef(reader: Reader): BlobRef {
  return { blob: reader.fixed(BLOB_ID_BYTES), hash: reader.fixed(HASH_BYTES) };
}

/**
 * The content key that the ledger names by `ref`. Nothing is said about who wrapped it: HPKE base mode hides that.
 *
 * @throws MalformedError not a wrap.
 * @throws BadPublicKey, DecryptionFailed not for this member, operation or number.
 * @throws WrongContentKey a key that does not hash to `ref`.
 */
export function unwrap(
  wrapped: Bytes,
  operation: Bytes,
  ref: ContentKeyRef,
  identityKey: Bytes,
  exchangeKey: Bytes,
): ContentKey {
  if (wrapped.length > MAX_WRAP_BYTES) {
    throw new MalformedError(`a wrapped key has at most ${MAX_WRAP_BYTES} bytes`);
  }
  const sealed = decode(wrapped, (reader) => ({ kemOutput: reader.opaque(), ciphertext: reader.opaque() }));
  const info = concat(opaque(labels.CONTENT_KEY_WRAP), operation, uint(ref.number, 4), identityKey);
  const plain = hpke.open(exchangeKey, sealed, info, new Uint8Array(0));
  if (plain.length !== SALT_BYTES + secretBox.KEY_BYTES) {
    throw new WrongContentKey("the wrapped content key has a wrong length");
  }
  const salt = plain.slice(0, SALT_BYTES);
  const key = plain.slice(SALT_BYTES);
  if (!equal(labels.labelledHash(labels.CONTENT_KEY, uint(ref.number, 4), salt, key), ref.hash)) {
    throw new WrongContentKey("the wrapped content key is not the one that the ledger names");
  }
  return { number: ref.number, key };
}

/**
 * The content that the ledger names by `ref`, whoever sealed it and wherever it was kept.
 *
 * @throws MalformedError longer than any blob.
 * @throws DecryptionFailed not sealed under this key as this blob of this operation.
 * @throws WrongBlob sealed under the right key, but not what the ledger names: a swapped form or name.
 */
export function openBlob(key: ContentKey, operation: Bytes, ref: BlobRef, sealed: Bytes): Bytes {
  if (sealed.length > MAX_BLOB_BYTES) {
    throw new MalformedError(`a sealed blob has at most ${MAX_BLOB_BYTES} bytes, not ${sealed.length}`);
  }
  const associatedData = concat(opaque(labels.BLOB), operation, ref.blob, uint(key.number, 4));
  const plain = secretBox.open(key.key, sealed, associatedData);
  if (plain.length < SALT_BYTES) {
    throw new WrongBlob("the blob has no salt");
  }
  const salt = plain.slice(0, SALT_BYTES);
  const content = plain.slice(SALT_BYTES);
  const hash = labels.labelledHash(labels.SALTED_HASH, fixed(ref.blob, BLOB_ID_BYTES), salt, opaque(content));
  if (!equal(hash, ref.hash)) {
    throw new WrongBlob("the content is not the one that the ledger names");
  }
  return content;
}
