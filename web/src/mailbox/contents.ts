/**
 * What messages say, as far as it is here: first words page by page, whole messages when somebody opens them.
 *
 * Everything is named by a hash that a row under the seal holds, so what the relay gives is the row that was written or
 * it is refused (D4). What arrives while the mailbox is open is here whole.
 */

import type { Bytes } from "../bytes";
import { MalformedError } from "../errors";
import type { CertificateMemo } from "../ledger/certificate-memo";
import type { StateStore } from "../store/state-store";
import { briefsKey, decodeBriefs, type Brief } from "./brief-pages";
import type { Headline } from "./headline";
import { pageOf } from "./headline-pages";
import { decodeKept, journalKey, type KeptMessage } from "./journal";

export class Contents {
  readonly #briefs = new Map<number, Brief>(); // by number in the journal
  readonly #whole = new Map<number, KeptMessage>();
  readonly #unread = new Map<number, Bytes>(); // pages whose first words lie at the relay: their hashes

  constructor(
    private readonly store: Pick<StateStore, "getAttested">,
    private readonly certificates: CertificateMemo,
  ) {}

  /** The first words of page `page` lie in the row with that hash. */
  expect(page: number, hash: Bytes): void {
    this.#unread.set(page, hash);
  }

  addBriefs(briefs: readonly Brief[]): void {
    briefs.forEach((brief) => this.#briefs.set(brief.number, brief));
  }

  /** A message as it was taken in. */
  add(kept: KeptMessage): void {
    this.#whole.set(kept.number, kept);
  }

  brief({ number }: Headline): Brief | null {
    return this.#briefs.get(number) ?? null;
  }

  whole({ number }: Headline): KeptMessage | null {
    return this.#whole.get(number) ?? null;
  }

  /** Pages whose first words are not here, the newest first. */
  get unreadPages(): readonly number[] {
    return [...this.#unread.keys()].sort((one, other) => other - one);
  }

  /** What the first words of the page hash to, while they are not here. */
  unreadHash(page: number): Bytes | null {
    return this.#unread.get(page) ?? null;
  }

  /**
   * The first words of these pages are here; those of how many messages came.
   *
   * @throws MailboxAltered the relay keeps them back, or gives others than were written.
   */
  async fetchBriefs(pages: Iterable<number>): Promise<readonly Brief[]> {
    const wanted = new Map<string, Bytes>();
    const asked = new Set<number>();
    for (const page of pages) {
      const hash = this.#unread.get(page);
      if (hash !== undefined) {
        wanted.set(briefsKey(page), hash);
        asked.add(page);
      }
    }
    const rows = await this.store.getAttested(wanted);
    const found = [...asked].flatMap((page) => decodeBriefs(rows.get(briefsKey(page)) ?? new Uint8Array(0), page));
    this.addBriefs(found);
    asked.forEach((page) => this.#unread.delete(page));
    return found;
  }

  /** The first words of these messages are here. Throws as `fetchBriefs`. */
  async fetchBriefsOf(messages: readonly Headline[]): Promise<void> {
    const missing = messages.filter((one) => this.brief(one) === null && this.whole(one) === null);
    await this.fetchBriefs(new Set(missing.map(({ number }) => pageOf(number))));
  }

  /**
   * These messages are here whole. Throws as `fetchBriefs`.
   *
   * The signature of the envelope was verified when it came: see `decodeKept`.
   */
  async fetch(messages: readonly Headline[]): Promise<void> {
    (await this.read(messages.filter((one) => this.whole(one) === null))).forEach((kept) => this.add(kept));
  }

  /** These messages whole, which are not kept here. Throws as `fetchBriefs`. */
  async read(messages: readonly Headline[]): Promise<readonly KeptMessage[]> {
    const missing = messages.filter((one) => this.whole(one) === null);
    await this.fetchBriefsOf(missing);
    const wanted = new Map(missing.map((one) => [journalKey(one.number), this.hashOf(one)] as const));
    const rows = await this.store.getAttested(wanted);
    return messages.map((message) => {
      const { number } = message;
      const known = this.whole(message);
      if (known !== null) {
        return known;
      }
      const kept = decodeKept(rows.get(journalKey(number)) ?? new Uint8Array(0), number, this.certificates);
      if (kept.kind !== "message") {
        throw new MalformedError(`what the mailbox took in as number ${number} is no message`);
      }
      return kept;
    });
  }

  private hashOf(message: Headline): Bytes {
    const brief = this.brief(message);
    if (brief === null) {
      throw new MalformedError(`the mailbox lacks the first words of number ${message.number}`);
    }
    return brief.row;
  }
}
