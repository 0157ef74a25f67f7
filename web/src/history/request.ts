/**
 * A request for history as this device keeps it until it is answered: its one-time key, how far the answer came.
 *
 * The outline of the log part that is asked for lies beside it, so that each chunk is judged as it comes and nothing is
 * read twice. All of it goes, the key first of all, in the write that takes in the last chunk.
 */

import { concat, equal, fromUtf8, hex, utf8, type Bytes } from "../bytes";
import type { LogPlace } from "../channel/session";
import { decode, fixed, opaque, uint, vector, type Reader } from "../codec";
import { MalformedError } from "../errors";
import type { HistoryRequest } from "../ledger/history-request";
import { ACCOUNT_ID_BYTES, CHANNEL_ID_BYTES, OPERATION_ID_BYTES, REQUEST_ID_BYTES } from "../ledger/sizes";
import { keyPair, PRIVATE_KEY_BYTES } from "../primitives/x25519";
import type { StateStore, Writes } from "../store/state-store";
import type { Span } from "./attendance";
import { decodeOutline, encodeOutline, SEGMENT_ENTRIES, type LoggedEntry } from "./outline";
import { Outline } from "./verifying";

const REQUEST_PREFIX = "history-request/";
const OUTLINE_PREFIX = "history-outline/";
const MAX_WHY_BYTES = 1 << 10;

/** A server whose answer is not taken. `why`: what is wrong with what it signed; empty: it lacked the entries. */
export interface PassedOver {
  readonly server: Bytes;
  readonly why: string;
}

/**
 * `taken` chunks are taken in; entry `following` is the next that is to be answered for.
 *
 * `messages`, `wrong` and `missing` count what came so far. `askedAt`: seconds by our clock, when it was last given to
 * be put into the log. `lacking`: it asks for what servers lacked before, and nothing else of its span is looked at.
 */
export interface Asked extends LogPlace {
  readonly request: Bytes;
  readonly span: Span;
  readonly privateKey: Bytes;
  readonly askedAt: number;
  readonly taken: number;
  readonly following: number;
  readonly messages: number;
  readonly wrong: number;
  readonly missing: number;
  readonly lacking: boolean;
  readonly passedOver: readonly PassedOver[];
}

/** What the members are asked for. */
export function bodyOf({ request, generation, span, privateKey }: Asked): HistoryRequest {
  const { publicKey } = keyPair(privateKey);
  return { request, generation, first: BigInt(span.first), last: BigInt(span.last), publicKey };
}

export function wasPassedOver({ passedOver }: Asked, server: Bytes): boolean {
  return passedOver.some((one) => equal(one.server, server));
}

/** The request as it is now. */
export function askedWrites(asked: Asked): Writes {
  return new Map([[keyOf(asked), encodeAsked(asked)]]);
}

/** The request and the outline of what it asks for, from the Commit on that began the first entry's epoch. */
export function beginWrites(asked: Asked, outline: readonly LoggedEntry[]): Writes {
  const writes = new Map<string, Bytes | null>(askedWrites(asked));
  for (let start = 0, number = 0; start < outline.length; start += SEGMENT_ENTRIES, number += 1) {
    const segment = encodeOutline(outline.slice(start, start + SEGMENT_ENTRIES));
    writes.set(outlineAt(asked) + String(number).padStart(8, "0"), segment);
  }
  return writes;
}

/** Nothing of it is left. */
export async function endWrites(store: Pick<StateStore, "scan">, asked: Asked): Promise<Writes> {
  const rows = await store.scan(outlineAt(asked));
  return new Map([keyOf(asked), ...rows.map(([key]) => key)].map((key) => [key, null]));
}

/** Every request that is not answered in whole. */
export async function loadAsked(store: Pick<StateStore, "scan">): Promise<readonly Asked[]> {
  return (await store.scan(REQUEST_PREFIX)).map(([, value]) => decodeAsked(value));
}

/** The request as it is kept now; null: it was answered in whole, or given up. */
export async function loadRequest(store: Pick<StateStore, "get">, asked: Asked): Promise<Asked | null> {
  const value = await store.get(keyOf(asked));
  return value === null ? null : decodeAsked(value);
}

export async function loadOutline(store: Pick<StateStore, "scan">, asked: Asked): Promise<Outline> {
  const segments = await store.scan(outlineAt(asked));
  return new Outline(asked, segments.flatMap(([, value]) => decodeOutline(value)));
}

function keyOf({ request }: Asked): string {
  return REQUEST_PREFIX + hex(request);
}

function outlineAt({ request }: Asked): string {
  return `${OUTLINE_PREFIX}${hex(request)}/`;
}

function encodeAsked(asked: Asked): Bytes {
  const { span, passedOver } = asked;
  return concat(
    fixed(asked.request, REQUEST_ID_BYTES),
    fixed(asked.operation, OPERATION_ID_BYTES),
    fixed(asked.channel, CHANNEL_ID_BYTES),
    uint(asked.generation, 4),
    ...[span.first, span.last].map((number) => uint(number, 8)),
    fixed(asked.privateKey, PRIVATE_KEY_BYTES),
    ...[asked.askedAt, asked.taken, asked.following].map((number) => uint(number, 8)),
    ...[asked.messages, asked.wrong, asked.missing].map((number) => uint(number, 8)),
    uint(asked.lacking ? 1 : 0, 1),
    vector(passedOver.map((one) => concat(fixed(one.server, ACCOUNT_ID_BYTES), opaque(utf8(one.why))))),
  );
}

function decodeAsked(data: Bytes): Asked {
  return decode(data, (reader) => ({
    request: reader.fixed(REQUEST_ID_BYTES),
    operation: reader.fixed(OPERATION_ID_BYTES),
    channel: reader.fixed(CHANNEL_ID_BYTES),
    generation: reader.uint(4),
    span: { first: Number(reader.uint64()), last: Number(reader.uint64()) },
    privateKey: reader.fixed(PRIVATE_KEY_BYTES),
    askedAt: Number(reader.uint64()),
    taken: Number(reader.uint64()),
    following: Number(reader.uint64()),
    messages: Number(reader.uint64()),
    wrong: Number(reader.uint64()),
    missing: Number(reader.uint64()),
    lacking: readFlag(reader),
    passedOver: reader.vector(readPassedOver),
  }));
}

function readPassedOver(reader: Reader): PassedOver {
  return { server: reader.fixed(ACCOUNT_ID_BYTES), why: fromUtf8(reader.opaque(MAX_WHY_BYTES)) };
}

function readFlag(reader: Reader): boolean {
  const value = reader.uint(1);
  if (value > 1) {
    throw new MalformedError("a flag is 0 or 1");
  }
  return value === 1;
}
