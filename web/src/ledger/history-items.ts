/**
 * What a chunk of history says of each application entry of the log: what it committed to, or why that is missing.
 *
 * Nothing in it is believed: an answer opens the commitment that the log itself holds (S7), and a missing one is shown
 * as missing. An entry that is not answered at all is noticed, since the reader holds the log.
 */

import { concat, fromUtf8, isZero, utf8, type Bytes } from "../bytes";
import { opaque, Reader, uint } from "../codec";
import { MalformedError } from "../errors";
import { MAX_CERTIFICATE_BYTES } from "./certificate";
import { readKind } from "./kinds";
import { HASH_BYTES } from "./sizes";

const MAX_SIGNED_BYTES = 1 << 19; // as the largest payload
const MAX_ITEMS_BYTES = MAX_SIGNED_BYTES + (1 << 10); // one message of the largest size, with its certificate and salt
const MAX_REASON_BYTES = 32;
const REASON = /^[a-z_]*$/;
const SMALLEST_BYTES = 1 << 10; // padding to 1, 2, 4, … KiB, as payloads (S7)

const ItemKind = { opened: 1, missing: 2 } as const;
type ItemKind = (typeof ItemKind)[keyof typeof ItemKind];

/** Why a server does not answer for an entry. Whatever a later version distinguishes goes into the reason's word. */
export const Missing = {
  notHeld: 0, // it was not there, or has deleted it
  setAside: 1, // it could not read it either: it lies in its quarantine
  repeated: 2, // the same message as an earlier entry, accepted twice
  notAddressed: 3, // TLP:RED, for others than whoever asks
} as const;
export type Missing = (typeof Missing)[keyof typeof Missing];

/** What entry `sequence` committed to: the author's certificate, the salt, and the exact bytes that they signed. */
export interface Opened {
  readonly kind: "opened";
  readonly sequence: bigint;
  readonly certificate: Bytes;
  readonly salt: Bytes;
  readonly signed: Bytes;
}

/** Entry `sequence` brings nothing, and why. `reason`: the server's word for what it set aside, for people. */
export interface Absent {
  readonly kind: "absent";
  readonly sequence: bigint;
  readonly why: Missing;
  readonly reason: string;
}

export type Item = Opened | Absent;

/**
 * The items that `data` holds, each entry once, in the order of the log.
 *
 * @throws MalformedError anything else, padding that we do not write included.
 */
export function decodeItems(data: Bytes): readonly Item[] {
  if (data.length > bucket(MAX_ITEMS_BYTES)) {
    throw new MalformedError("a chunk of history beyond the largest bucket");
  }
  const reader = new Reader(data);
  const items = reader.vector(readItem, MAX_ITEMS_BYTES);
  const used = reader.mark();
  if (data.length !== bucket(used) || !isZero(reader.rest())) {
    throw new MalformedError("padding that we do not write");
  }
  let before = -1n;
  for (const { sequence } of items) {
    if (sequence <= before) {
      throw new MalformedError("the entries of a chunk stand in the order of the log, each once");
    }
    before = sequence;
  }
  return items;
}

/** Within something larger: why, and the server's word. @throws MalformedError no reason of version 1. */
export function readAbsence(reader: Reader): Pick<Absent, "why" | "reason"> {
  const why = readKind(reader, Missing, "Missing");
  const reason = fromUtf8(reader.opaque(MAX_REASON_BYTES));
  if (!REASON.test(reason)) {
    throw new MalformedError("the reason why an entry is missing is one word");
  }
  return { why, reason };
}

export function encodeAbsence({ why, reason }: Pick<Absent, "why" | "reason">): Bytes {
  return concat(uint(why, 1), opaque(utf8(reason)));
}

function readItem(reader: Reader): Item {
  const sequence = reader.uint64();
  if (readKind(reader, ItemKind, "ItemKind") === ItemKind.missing) {
    return { kind: "absent", sequence, ...readAbsence(reader) };
  }
  return {
    kind: "opened",
    sequence,
    certificate: reader.opaque(MAX_CERTIFICATE_BYTES),
    salt: reader.fixed(HASH_BYTES),
    signed: reader.opaque(MAX_SIGNED_BYTES),
  };
}

function bucket(size: number): number {
  let bytes = SMALLEST_BYTES;
  while (bytes < size) {
    bytes *= 2;
  }
  return bytes;
}
