/**
 * The newest page of headlines, which grows with everything that is taken in, and what is written of it.
 *
 * Immutable: the mailbox adopts the next one when its write is done.
 */

import type { Bytes } from "../bytes";
import { sha256 } from "../primitives/hashes";
import type { Writes } from "../store/state-store";
import { briefOf } from "./brief";
import { briefsKey, encodeBrief, encodeBriefs, NEWEST_BRIEFS_KEY, type Brief } from "./brief-pages";
import { encodeHeadlines, headlinesKey, PAGE_NUMBERS, pageOf } from "./headline-pages";
import { listedOf, type Listed } from "./headline";
import { encodeKept, journalKey, type Kept } from "./journal";

/** What of a message's row is kept beside its headline. Null: it is no message, and nothing of it is fetched again. */
export function briefFor(kept: Kept, row: Bytes): Brief | null {
  return kept.kind === "message"
    ? { number: kept.number, row: sha256(row), words: briefOf(kept.envelope.body.values) }
    : null;
}

export class Digest {
  static readonly EMPTY = new Digest([], []);

  private constructor(
    private readonly items: readonly Listed[], // of the newest page
    private readonly briefs: readonly Bytes[], // of its messages, encoded
  ) {}

  /** As it was left: the items of the newest page with their first words. */
  static resume(items: readonly Listed[], briefs: readonly Brief[]): Digest {
    return items.length === PAGE_NUMBERS ? Digest.EMPTY : new Digest(items, briefs.map(encodeBrief));
  }

  /** With what was kept under the next number, whose row in the journal is `row`; `account` is ours. */
  with(kept: Kept, row: Bytes, account: Bytes): Digest {
    const isFull = this.items.length === PAGE_NUMBERS;
    const brief = briefFor(kept, row);
    return new Digest(
      [...(isFull ? [] : this.items), listedOf(kept, account)],
      [...(isFull ? [] : this.briefs), ...(brief === null ? [] : [encodeBrief(brief)])],
    );
  }

  /** Behind these entries: their rows in the journal, and what changes of headlines. */
  takingIn(entries: readonly Kept[], account: Bytes): { readonly digest: Digest; readonly writes: Writes } {
    const writes = new Map<string, Bytes | null>();
    let digest: Digest = this;
    for (const [place, entry] of entries.entries()) {
      const row = encodeKept(entry);
      writes.set(journalKey(entry.number), row);
      digest = digest.with(entry, row, account);
      if (digest.isWhole || place === entries.length - 1) {
        digest.writes().forEach((value, key) => writes.set(key, value));
      }
    }
    return { digest, writes };
  }

  get isWhole(): boolean {
    return this.items.length === PAGE_NUMBERS;
  }

  /** The rows of its page. */
  writes(): Writes {
    const [first] = this.items;
    if (first === undefined) {
      return new Map();
    }
    const page = pageOf(first.number);
    const words = encodeBriefs(this.briefs);
    const headlines = encodeHeadlines({ items: this.items, briefs: this.isWhole ? sha256(words) : null });
    return new Map([
      [headlinesKey(page), headlines],
      ...(this.isWhole
        ? ([[briefsKey(page), words], [NEWEST_BRIEFS_KEY, null]] as const)
        : ([[NEWEST_BRIEFS_KEY, words]] as const)),
    ]);
  }
}
