/**
 * What a member asks for who came later: a part of one log, sealed to a key that is used for this answer only (H2).
 *
 * The request travels as a control message in the channel itself, so it is signed, ordered and seen by all its members.
 */

import { concat, type Bytes } from "../bytes";
import { decode, fixed, uint } from "../codec";
import { MalformedError } from "../errors";
import { PUBLIC_KEY_BYTES } from "../primitives/x25519";
import { FIRST_SEQUENCE } from "./log";
import { REQUEST_ID_BYTES } from "./sizes";

const VERSION = 1;

/** Log entries `first` to `last` of one generation, sealed to the one-time X25519 key `publicKey`. */
export interface HistoryRequest {
  readonly request: Bytes;
  readonly generation: number;
  readonly first: bigint;
  readonly last: bigint;
  readonly publicKey: Bytes;
}

export function encodeHistoryRequest(request: HistoryRequest): Bytes {
  return concat(
    uint(VERSION, 2),
    fixed(request.request, REQUEST_ID_BYTES),
    uint(request.generation, 4),
    uint(request.first, 8),
    uint(request.last, 8),
    fixed(request.publicKey, PUBLIC_KEY_BYTES),
  );
}

/** What exactly `data` encodes; whether it may be answered is for who serves. @throws MalformedError anything else. */
export function decodeHistoryRequest(data: Bytes): HistoryRequest {
  const request = decode(data, (reader) => {
    const version = reader.uint(2);
    if (version !== VERSION) {
      throw new MalformedError(`history requests of version ${version} need a newer version of this program`);
    }
    return {
      request: reader.fixed(REQUEST_ID_BYTES),
      generation: reader.uint(4),
      first: reader.uint64(),
      last: reader.uint64(),
      publicKey: reader.fixed(PUBLIC_KEY_BYTES),
    };
  });
  if (request.first < BigInt(FIRST_SEQUENCE) || request.last < request.first) {
    throw new MalformedError("a history request asks for log entries from the first on, in their order");
  }
  return request;
}
