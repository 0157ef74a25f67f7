/**
 * What a search compares, as it lies in the mailbox: 256 numbers of the journal to a row, deflated (ADR 0032,
 * docs/protocol.md section 7.1).
 *
 * Each channel is deflated by itself: how long a row gets tells nobody whether words of one channel stand in another.
 */

import { concat, fromUtf8, utf8, type Bytes } from "../bytes";
import { decode, fixed, opaque, optional, uint, vector, type Reader } from "../codec";
import { deflate, inflate } from "../deflate";
import { MalformedError } from "../errors";
import * as json from "../forms/canonical-json";
import type { JsonObject } from "../forms/canonical-json";
import { HASH_BYTES } from "../ledger/sizes";
import { PAGE_NUMBERS } from "./headline-pages";
import type { KeptMessage } from "./journal";
import type { Said } from "./search";

export const BUNDLES_KEY = "search-bundles"; // hot: names each bundle by hash
const BUNDLE_PREFIX = "brief/search/"; // cold, also to a program that knows first words and no bundles
const MAX_SAID_BYTES = 8 << 10; // of one message; a long report has 2 kB
const MAX_TOGETHER_BYTES = 448 << 10; // of a page; honest ones have 200 kB
const MAX_BUNDLE_BYTES = 512 << 10; // with everything around, before it is deflated: no row is beyond the relay's 2 MiB

/** A message for a bundle. */
export interface Bundled {
  readonly number: number;
  readonly channel: string;
  readonly said: Said;
}

/** By number; null: it is too long for a bundle, its row in the journal says it. */
export type SaidByNumber = ReadonlyMap<number, Said | null>;

export interface Bundle {
  readonly madeOf: Bytes; // SHA-256 of the first words of the numbers that it covers, which name their rows in the journal
  readonly said: SaidByNumber;
}

/** A bundle that is there: how many numbers of its page it covers, from the first on, and the SHA-256 of its row. */
export interface ListedBundle {
  readonly numbers: number;
  readonly row: Bytes;
}

export function bundleKey(page: number): string {
  return BUNDLE_PREFIX + String(page).padStart(9, "0");
}

export function saidOf({ envelope: { body } }: KeptMessage): Said {
  return { values: body.values, files: body.attachments.map((file) => file.name) };
}

/** Of one page. What does not fit is left to the journal: whatever an insider's program wrote, the row can be kept. */
export async function encodeBundle(madeOf: Bytes, messages: readonly Bundled[]): Promise<Bytes> {
  const channels = new Map<string, Bytes[]>();
  let size = 0;
  for (const { number, channel, said } of messages) {
    const encoded = encodeSaid(said);
    const fits = encoded.length <= MAX_SAID_BYTES && size + encoded.length <= MAX_TOGETHER_BYTES;
    size += fits ? encoded.length : 0;
    const item = concat(uint((number - 1) % PAGE_NUMBERS, 1), optional(fits ? encoded : null));
    channels.set(channel, [...(channels.get(channel) ?? []), item]);
  }
  const streams: Bytes[] = [];
  for (const items of channels.values()) {
    const plain = concat(...items);
    streams.push(concat(uint(plain.length, 4), opaque(await deflate(plain))));
  }
  return concat(fixed(madeOf, HASH_BYTES), vector(streams));
}

/** @throws MalformedError anything that `encodeBundle` does not write. */
export async function decodeBundle(data: Bytes, page: number): Promise<Bundle> {
  const { madeOf, streams } = decode(data, (reader) => ({
    madeOf: reader.fixed(HASH_BYTES),
    streams: reader.vector((inner) => ({ length: inner.uint(4), deflated: inner.opaque() })),
  }));
  const said = new Map<number, Said | null>();
  let size = 0;
  for (const { length, deflated } of streams) {
    size += length;
    if (size > MAX_BUNDLE_BYTES) {
      throw new MalformedError(`a bundle of more than ${MAX_BUNDLE_BYTES} bytes`);
    }
    const plain = await inflate(deflated, length);
    if (plain.length !== length) {
      throw new MalformedError("a bundle is shorter than it says");
    }
    decode(plain, (reader) => {
      while (!reader.atEnd()) {
        const number = page * PAGE_NUMBERS + 1 + reader.uint(1);
        if (said.has(number)) {
          throw new MalformedError("a bundle says a message twice");
        }
        said.set(number, reader.optional(readSaid));
      }
    });
  }
  return { madeOf, said };
}

/** By page. */
export function encodeBundleList(listed: ReadonlyMap<number, ListedBundle>): Bytes {
  const pages = [...listed].sort(([one], [other]) => one - other);
  return vector(pages.map(([page, { numbers, row }]) => concat(uint(page, 4), uint(numbers, 2), fixed(row, HASH_BYTES))));
}

/** @throws MalformedError anything that `encodeBundleList` does not write. */
export function decodeBundleList(data: Bytes): ReadonlyMap<number, ListedBundle> {
  const listed = new Map<number, ListedBundle>();
  let last = -1;
  decode(data, (reader) =>
    reader.vector((inner) => {
      const page = inner.uint(4);
      const numbers = inner.uint(2);
      if (page <= last || numbers < 1 || numbers > PAGE_NUMBERS) {
        throw new MalformedError("bundles are listed in the order of their pages, each of 1 to 256 numbers");
      }
      listed.set((last = page), { numbers, row: inner.fixed(HASH_BYTES) });
    }),
  );
  return listed;
}

export function encodeSaid({ values, files }: Said): Bytes {
  return concat(opaque(json.encode(values)), vector(files.map((name) => opaque(utf8(name)))));
}

function readSaid(reader: Reader): Said {
  const values = json.decode(reader.opaque(MAX_SAID_BYTES), MAX_SAID_BYTES);
  if (!(values instanceof Map)) {
    throw new MalformedError("what a message says is an object");
  }
  const files = reader.vector((inner) => fromUtf8(inner.opaque()));
  return { values: values as JsonObject, files };
}
