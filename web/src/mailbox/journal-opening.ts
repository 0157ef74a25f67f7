/**
 * The journal as a mailbox opens it: headlines of everything, and the first words of the newest (ADR 0029).
 *
 * Rows that no headline names (of the mailbox's earlier form, or of an opening that was interrupted) are read whole, once,
 * and get their headlines.
 */

import type { Bytes } from "../bytes";
import { MalformedError } from "../errors";
import { decodeBriefs, NEWEST_BRIEFS_KEY } from "./brief-pages";
import { Digest } from "./digest";
import { decodeHeadlines, HEADLINES_PREFIX, headlinesKey, type HeadlinePage } from "./headline-pages";
import { listedOf, type Listed } from "./headline";
import { COUNT_KEY, decodeCount, decodeKept, journalKey } from "./journal";
import type { Mailbox } from "./mailbox";

const ROWS_AT_ONCE = 500; // of the journal: one request's worth
const FIRST_SCREEN = 64; // messages whose first words are here at once

/** Messages read so far, and how many there are. */
export type ReadProgress = (read: number, all: number) => void;

/**
 * Everything in the journal is listed in the mailbox's holdings.
 *
 * @throws MalformedError the store was written by something else.
 * @throws MailboxAltered a row is not the one that was sealed.
 */
export async function openJournal(mailbox: Mailbox, progress: ReadProgress): Promise<void> {
  const count = decodeCount(await mailbox.store.get(COUNT_KEY));
  const pages = await headlinePages(mailbox);
  const listed = pages.flatMap((page) => page.items);
  if (listed.length > count) {
    throw new MalformedError("the mailbox has more headlines than messages");
  }
  for (const page of pages) {
    page.items.forEach((item) => mailbox.holdings.add(item));
  }
  const digest = await newestDigest(mailbox, pages);
  mailbox.resumeJournal(count, await digestRest(mailbox, digest, listed.length, count, progress));
  await fetchFirstScreen(mailbox, listed);
}

async function headlinePages(mailbox: Mailbox): Promise<readonly HeadlinePage[]> {
  const rows = await mailbox.store.scan(HEADLINES_PREFIX);
  const pages = rows.map(([key, value], page) => {
    if (key !== headlinesKey(page)) {
      throw new MalformedError(`the mailbox lacks its headlines number ${page}`);
    }
    return decodeHeadlines(value, page);
  });
  pages.forEach(({ briefs }, page) => {
    if (briefs !== null) {
      mailbox.contents.expect(page, briefs);
    } else if (page !== pages.length - 1) {
      throw new MalformedError(`the mailbox's headlines number ${page} are not whole`);
    }
  });
  return pages;
}

/** The page that is being filled, with its first words. */
async function newestDigest(mailbox: Mailbox, pages: readonly HeadlinePage[]): Promise<Digest> {
  const newest = pages.at(-1);
  if (newest === undefined || newest.briefs !== null) {
    return Digest.EMPTY;
  }
  const value = await mailbox.store.get(NEWEST_BRIEFS_KEY);
  if (value === null) {
    throw new MalformedError("the mailbox lacks the first words of its newest messages");
  }
  const briefs = decodeBriefs(value, pages.length - 1);
  mailbox.contents.addBriefs(briefs);
  return Digest.resume(newest.items, briefs);
}

/** Rows behind number `listed`, read and listed; the digest that goes on behind them, which is written. */
async function digestRest(
  mailbox: Mailbox,
  before: Digest,
  listed: number,
  count: number,
  progress: ReadProgress,
): Promise<Digest> {
  const writes = new Map<string, Bytes | null>();
  const keep = (some: Digest): void => some.writes().forEach((value, key) => writes.set(key, value));
  let digest = before;
  for (let first = listed + 1; first <= count; first += ROWS_AT_ONCE) {
    const numbers = Array.from({ length: Math.min(ROWS_AT_ONCE, count - first + 1) }, (_, place) => first + place);
    const rows = await mailbox.store.getAll(numbers.map(journalKey));
    for (const [place, row] of rows.entries()) {
      if (row === null) {
        throw new MalformedError(`the mailbox lacks what it took in as number ${first + place}`);
      }
      const kept = decodeKept(row, first + place, mailbox.certificates);
      digest = digest.with(kept, row, mailbox.device.account);
      if (digest.isWhole) {
        keep(digest);
      }
      mailbox.holdings.add(listedOf(kept, mailbox.device.account));
      if (kept.kind === "message") {
        mailbox.contents.add(kept);
      }
    }
    progress(Math.min(first + ROWS_AT_ONCE - 1, count), count);
  }
  if (listed < count) {
    keep(digest);
    await mailbox.write(writes);
  }
  return digest;
}

async function fetchFirstScreen(mailbox: Mailbox, listed: readonly Listed[]): Promise<void> {
  const newest = listed.filter((item) => item.kind === "message").slice(-FIRST_SCREEN);
  await mailbox.contents.fetchBriefsOf(newest);
}
