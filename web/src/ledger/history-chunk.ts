/**
 * A part of an answer to a history request: sealed to the one-time key of the request, signed by who serves it (H2).
 *
 *     SignedChunk --certificate, signature--> who serves; header, ciphertext
 *     ciphertext --HPKE: one-time key, header as associated data--> plaintext --> items
 *
 * Sealed and signed for one request, number, place and device, a chunk is no chunk of any other answer.
 */

import { concat, type Bytes } from "../bytes";
import { decode, fixed, opaque, uint, type Reader } from "../codec";
import { MalformedError } from "../errors";
import * as hpke from "../primitives/hpke";
import * as signatures from "../primitives/signatures";
import { PUBLIC_KEY_BYTES } from "../primitives/x25519";
import { MAX_CERTIFICATE_BYTES, verifyCertificate, type DeviceCertificate } from "./certificate";
import { decodeItems, type Item } from "./history-items";
import * as labels from "./labels";
import { FIRST_SEQUENCE } from "./log";
import { ACCOUNT_ID_BYTES, CHANNEL_ID_BYTES, DEVICE_ID_BYTES, OPERATION_ID_BYTES, REQUEST_ID_BYTES } from "./sizes";

const VERSION = 1;
export const MAX_CHUNK_BYTES = (1 << 20) + (1 << 10); // a plaintext of the largest bucket, with all around it
const INFO = opaque(labels.HISTORY);

/**
 * Log entries `first` to `last` of one log, as part `number` (from 0) of a server's answer to `request`.
 *
 * `account` and `device` are who asked. `isLast`: nothing follows.
 */
export interface ChunkHeader {
  readonly operation: Bytes;
  readonly channel: Bytes;
  readonly generation: number;
  readonly request: Bytes;
  readonly account: Bytes;
  readonly device: Bytes;
  readonly number: number;
  readonly first: bigint;
  readonly last: bigint;
  readonly isLast: boolean;
}

/** Signed by the device of `certificate`. Whether that one may serve history, `requireServer` says. */
export interface Chunk {
  readonly header: ChunkHeader;
  readonly certificate: DeviceCertificate;
  readonly kemOutput: Bytes;
  readonly ciphertext: Bytes;
}

/**
 * A chunk that the device in its certificate signed as a whole.
 *
 * @throws MalformedError not a chunk of version 1.
 * @throws BadSignature of the certificate or of the chunk.
 */
export function verifyChunk(encoded: Bytes): Chunk {
  if (encoded.length > MAX_CHUNK_BYTES) {
    throw new MalformedError(`a chunk of history has at most ${MAX_CHUNK_BYTES} bytes, not ${encoded.length}`);
  }
  const { content, signature } = decode(encoded, (reader) => ({
    content: reader.opaque(MAX_CHUNK_BYTES),
    signature: reader.opaque(signatures.SIGNATURE_BYTES),
  }));
  const chunk = decode(content, readChunk);
  signatures.verifyWithLabel(chunk.certificate.signatureKey, labels.HISTORY_CHUNK, content, signature);
  return chunk;
}

/**
 * What it says of the entries `first` to `last`, none of it verified against the log yet.
 *
 * @throws DecryptionFailed, BadPublicKey sealed to another key, or under another header.
 * @throws MalformedError it holds something else, or entries beyond its header.
 */
export function openChunk({ header, kemOutput, ciphertext }: Chunk, privateKey: Bytes): readonly Item[] {
  const items = decodeItems(hpke.open(privateKey, { kemOutput, ciphertext }, INFO, encodeHeader(header)));
  const [first, last] = [items.at(0), items.at(-1)];
  if (first !== undefined && last !== undefined && (first.sequence < header.first || last.sequence > header.last)) {
    throw new MalformedError("a chunk of history answers for other entries than its header says");
  }
  return items;
}

function encodeHeader(header: ChunkHeader): Bytes {
  return concat(
    uint(VERSION, 2),
    fixed(header.operation, OPERATION_ID_BYTES),
    fixed(header.channel, CHANNEL_ID_BYTES),
    uint(header.generation, 4),
    fixed(header.request, REQUEST_ID_BYTES),
    fixed(header.account, ACCOUNT_ID_BYTES),
    fixed(header.device, DEVICE_ID_BYTES),
    uint(header.number, 4),
    uint(header.first, 8),
    uint(header.last, 8),
    uint(header.isLast ? 1 : 0, 1),
  );
}

function readChunk(reader: Reader): Chunk {
  return {
    header: readHeader(reader),
    certificate: verifyCertificate(reader.opaque(MAX_CERTIFICATE_BYTES)),
    kemOutput: reader.opaque(PUBLIC_KEY_BYTES),
    ciphertext: reader.opaque(MAX_CHUNK_BYTES),
  };
}

function readHeader(reader: Reader): ChunkHeader {
  const version = reader.uint(2);
  if (version !== VERSION) {
    throw new MalformedError(`chunks of history of version ${version} need a newer version of this program`);
  }
  const header = {
    operation: reader.fixed(OPERATION_ID_BYTES),
    channel: reader.fixed(CHANNEL_ID_BYTES),
    generation: reader.uint(4),
    request: reader.fixed(REQUEST_ID_BYTES),
    account: reader.fixed(ACCOUNT_ID_BYTES),
    device: reader.fixed(DEVICE_ID_BYTES),
    number: reader.uint(4),
    first: reader.uint64(),
    last: reader.uint64(),
    isLast: readFlag(reader),
  };
  if (header.first < BigInt(FIRST_SEQUENCE) || header.last < header.first) {
    throw new MalformedError("a chunk of history is about log entries from the first on, in their order");
  }
  return header;
}

function readFlag(reader: Reader): boolean {
  const value = reader.uint(1);
  if (value > 1) {
    throw new MalformedError("a flag is 0 or 1");
  }
  return value === 1;
}
