/**
 * The first words of messages as they lie in the mailbox, 256 numbers of the journal to a row, each beside the hash of
 * its message's row: what names a row by hash may fetch it alone (docs/protocol.md section 7.1).
 */

import { concat, type Bytes } from "../bytes";
import { decode, fixed, opaque, uint, vector } from "../codec";
import { MalformedError } from "../errors";
import * as json from "../forms/canonical-json";
import type { JsonObject } from "../forms/canonical-json";
import { HASH_BYTES } from "../ledger/sizes";
import { PAGE_NUMBERS } from "./headline-pages";

export const BRIEF_PREFIX = "brief/"; // of whole pages: cold
export const NEWEST_BRIEFS_KEY = "newest-briefs"; // of the page that is being filled: hot

const MAX_BRIEF_BYTES = 4096;

/** Of the message under `number`. */
export interface Brief {
  readonly number: number;
  readonly row: Bytes; // SHA-256 of its row in the journal
  readonly words: JsonObject;
}

export function briefsKey(page: number): string {
  return BRIEF_PREFIX + String(page).padStart(9, "0");
}

export function encodeBrief({ number, row, words }: Brief): Bytes {
  return concat(uint((number - 1) % PAGE_NUMBERS, 1), fixed(row, HASH_BYTES), opaque(json.encode(words)));
}

/** Of briefs that are encoded already. */
export function encodeBriefs(briefs: readonly Bytes[]): Bytes {
  return vector(briefs);
}

/** Of a page of headlines. @throws MalformedError anything that `encodeBriefs` does not write. */
export function decodeBriefs(data: Bytes, page: number): readonly Brief[] {
  const briefs = decode(data, (reader) =>
    reader.vector((inner) => {
      const number = page * PAGE_NUMBERS + 1 + inner.uint(1);
      const row = inner.fixed(HASH_BYTES);
      const words = json.decode(inner.opaque(MAX_BRIEF_BYTES), MAX_BRIEF_BYTES);
      if (!(words instanceof Map)) {
        throw new MalformedError("first words are an object");
      }
      return { number, row, words: words as JsonObject };
    }),
  );
  if (briefs.some(({ number }, place) => place > 0 && number <= (briefs[place - 1]?.number ?? 0))) {
    throw new MalformedError("first words stand in the order of their messages");
  }
  return briefs;
}
