/**
 * The bundles of a mailbox: what a search compares, read from a few rows instead of ten thousand (ADR 0032).
 *
 * The journal is what was said. A bundle that is missing, is not the row that was listed, was made of other rows or lacks
 * a message is not believed: its page is read from the journal and bundled anew.
 */

import { equal, hex, type Bytes } from "../bytes";
import { ProtocolError } from "../errors";
import { sha256 } from "../primitives/hashes";
import { encodeBrief, encodeBriefs } from "./brief-pages";
import { briefFor } from "./digest";
import type { Headline } from "./headline";
import { PAGE_NUMBERS, pageOf } from "./headline-pages";
import { encodeKept } from "./journal";
import type { Mailbox } from "./mailbox";
import type { Said } from "./search";
import {
  BUNDLES_KEY,
  bundleKey,
  decodeBundle,
  decodeBundleList,
  encodeBundle,
  encodeBundleList,
  encodeSaid,
  saidOf,
  type ListedBundle,
  type SaidByNumber,
} from "./search-bundle";

const WORTH_BUNDLING = 16; // messages of the newest page: its bundle is written anew, 4 kB for each of them
const NONE: SaidByNumber = new Map();

export class SearchBundles {
  readonly #made = new Map<number, { readonly bundle: ListedBundle; readonly row: Bytes }>(); // and not written yet
  #listed: Map<number, ListedBundle> | null = null;

  constructor(private readonly mailbox: Pick<Mailbox, "store" | "holdings" | "contents" | "write">) {}

  /** Every page that has messages, the newest first. */
  get pages(): readonly number[] {
    const { newest } = this.mailbox.holdings;
    return Array.from({ length: Math.ceil(newest / PAGE_NUMBERS) }, (_, place) => place).reverse();
  }

  messagesOf(page: number): readonly Headline[] {
    const first = page * PAGE_NUMBERS + 1;
    return Array.from({ length: PAGE_NUMBERS }, (_, place) => this.mailbox.holdings.numbered(first + place)).flatMap(
      (message) => message ?? [],
    );
  }

  /** Bundles of these pages come together, as far as they can be had: `read` judges each. */
  async fetch(pages: readonly number[]): Promise<void> {
    const listed = await this.listed();
    const rows = pages.flatMap((page) => {
      const row = listed.get(page)?.row;
      return row === undefined ? [] : [[bundleKey(page), row] as const];
    });
    try {
      await this.mailbox.store.getAttested(new Map(rows));
    } catch (error) {
      if (!(error instanceof ProtocolError)) {
        throw error;
      }
    }
  }

  /** What the page's bundle says of the messages that it covers; nothing where none can be believed. */
  async read(page: number): Promise<SaidByNumber> {
    const listed = (await this.listed()).get(page);
    if (listed === undefined) {
      return NONE;
    }
    try {
      const key = bundleKey(page);
      const rows = await this.mailbox.store.getAttested(new Map([[key, listed.row]]));
      const { madeOf, said } = await decodeBundle(rows.get(key) ?? new Uint8Array(0), page);
      const covered = this.covered(page, listed);
      if (equal(madeOf, await this.nameOf(page, listed.numbers)) && isOf(covered, said) && this.agrees(covered, said)) {
        return said;
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) {
        throw error; // the line, say
      }
    }
    await this.distrust(page);
    return NONE;
  }

  /** The page has no bundle that is believed. */
  async distrust(page: number): Promise<void> {
    (await this.listed()).delete(page);
    this.#made.delete(page);
  }

  /** Whether a bundle of the page is to be made: of the newest page not for every message. */
  async isDue(page: number): Promise<boolean> {
    const listed = this.#made.get(page)?.bundle ?? (await this.listed()).get(page);
    const messages = this.messagesOf(page);
    const missing = messages.length - (listed === undefined ? 0 : this.covered(page, listed).length);
    return missing >= (page === pageOf(this.mailbox.holdings.newest) ? WORTH_BUNDLING : 1);
  }

  /** A bundle of the page, which `keep` writes. `said` has each of its messages. */
  async make(page: number, said: ReadonlyMap<number, Said>): Promise<void> {
    const messages = this.messagesOf(page).filter(({ number }) => said.has(number));
    const last = messages.at(-1);
    if (last === undefined) {
      return;
    }
    const numbers = page === pageOf(this.mailbox.holdings.newest) ? last.number - page * PAGE_NUMBERS : PAGE_NUMBERS;
    const bundled = messages.flatMap(({ number, place }) => {
      const one = said.get(number);
      return one === undefined ? [] : [{ number, channel: hex(place.channel), said: one }];
    });
    const row = await encodeBundle(await this.nameOf(page, numbers), bundled);
    this.#made.set(page, { bundle: { numbers, row: sha256(row) }, row });
  }

  /**
   * What was made is kept; where it cannot be, the next search reads the journal again.
   *
   * Throws as the store when the relay cannot be asked.
   */
  async keep(): Promise<void> {
    for (const [page, { bundle, row }] of this.#made) {
      const listed = new Map(await this.listed()).set(page, bundle);
      try {
        await this.mailbox.write(new Map([[bundleKey(page), row], [BUNDLES_KEY, encodeBundleList(listed)]]));
        this.#listed = listed;
      } catch (error) {
        if (!(error instanceof ProtocolError)) {
          throw error;
        }
      }
      this.#made.delete(page);
    }
  }

  private async listed(): Promise<Map<number, ListedBundle>> {
    const value = this.#listed === null ? await this.mailbox.store.get(BUNDLES_KEY) : null;
    this.#listed ??= value === null ? new Map() : listedIn(value);
    return this.#listed;
  }

  /** With what was taken in, as far as that is here. */
  private agrees(messages: readonly Headline[], said: SaidByNumber): boolean {
    return messages.every((message) => {
      const kept = this.mailbox.contents.whole(message);
      const one = said.get(message.number) ?? null;
      return kept === null || one === null || equal(encodeSaid(saidOf(kept)), encodeSaid(one));
    });
  }

  private covered(page: number, { numbers }: ListedBundle): readonly Headline[] {
    return this.messagesOf(page).filter(({ number }) => number <= page * PAGE_NUMBERS + numbers);
  }

  /** What the first words of the page's first `numbers` hash to: they name each message's row in the journal. */
  private async nameOf(page: number, numbers: number): Promise<Bytes> {
    const { contents } = this.mailbox;
    const whole = numbers === PAGE_NUMBERS ? contents.unreadHash(page) : null;
    if (whole !== null) {
      return whole;
    }
    await contents.fetchBriefs([page]);
    const briefs = this.covered(page, { numbers, row: new Uint8Array(0) }).map((message) => {
      const kept = contents.whole(message);
      const brief = contents.brief(message) ?? (kept === null ? null : briefFor(kept, encodeKept(kept)));
      return brief === null ? new Uint8Array(0) : encodeBrief(brief);
    });
    return sha256(encodeBriefs(briefs));
  }
}

/** A list of a newer program, or none: what it names is bundled again. */
function listedIn(value: Bytes): Map<number, ListedBundle> {
  try {
    return new Map(decodeBundleList(value));
  } catch (error) {
    if (error instanceof ProtocolError) {
      return new Map();
    }
    throw error;
  }
}

function isOf(messages: readonly Headline[], said: SaidByNumber): boolean {
  return messages.length === said.size && messages.every(({ number }) => said.has(number));
}
