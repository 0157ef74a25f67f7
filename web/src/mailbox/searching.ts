/**
 * Searching everything that was taken in: what is known at once, the rest page by page, the newest first.
 *
 * What was read for one search stands ready for the next. A search ends when another begins.
 */

import { hex } from "../bytes";
import { overviewOf } from "../operation/overview";
import type { Operation } from "../operation/operation";
import type { Headline } from "./headline";
import { pageOf } from "./headline-pages";
import { placeKey } from "./holdings";
import type { Mailbox } from "./mailbox";
import type { Readings } from "./readings";
import { foldAll, wordsOf, type Said } from "./search";
import { saidOf } from "./search-bundle";
import { SearchBundles } from "./search-bundles";
import { Spoken } from "./spoken";

const PAGES_AT_ONCE = 4; // whose bundles come together: 70 kB, 1.4 s at 400 kbit/s
const MESSAGES_AT_ONCE = 64; // of the journal: 4 s at 400 kbit/s

/** How readers of a language are told what reports say. */
export type ReadingsIn = (language: string) => Promise<Readings>;

export interface Sought {
  readonly typed: string;
  readonly language: string; // the reader's
}

/** Messages that were found, by key. `since`: all that was written later was searched; null: everything was. */
export interface Finding {
  readonly found: readonly string[];
  readonly since: number | null; // seconds
}

type Tell = (finding: Finding) => void;

interface Listed {
  readonly message: Headline;
  readonly operation: Operation;
}

export class Searching {
  readonly bundles: SearchBundles;
  #spoken: { readonly language: string; readonly spoken: Promise<Spoken> } | null = null;
  #searches = 0;

  constructor(
    private readonly mailbox: Mailbox,
    private readonly readingsIn: ReadingsIn,
  ) {
    this.bundles = new SearchBundles(mailbox);
  }

  /**
   * Every message that has all words that were typed, told in several findings, each message in one; an end before all
   * was searched means that another search began.
   *
   * @throws Unavailable, RelayRefuses the rest cannot be had now.
   * @throws MailboxAltered, MalformedError what is in the journal is not what was taken in (D4).
   */
  async search({ typed, language }: Sought, tell: Tell): Promise<void> {
    this.#searches += 1;
    const search = this.#searches;
    const spoken = await this.spokenIn(language);
    const words = wordsOf(typed);
    const authors = this.authors();
    const found = (all: readonly Listed[]): readonly string[] =>
      all
        .filter(({ message }) => spoken.has(words, message, authors(message)))
        .map(({ message }) => placeKey(message.place));
    await this.dropContradicted(spoken);
    if (search !== this.#searches) {
      return;
    }
    const all = this.listed();
    const unknown = all.filter(({ message, operation }) => !spoken.knows(message, operation));
    const missing = new Map<number, Listed[]>();
    unknown.forEach((one) => append(missing, pageOf(one.message.number), one));
    const since = (): number | null => latest([...missing.values()].flat());
    tell({ found: found(all), since: since() });
    for await (const page of this.coming([...missing.keys()].sort((one, other) => other - one))) {
      const asked = missing.get(page) ?? [];
      await this.read(page, asked, spoken);
      if (search !== this.#searches) {
        return;
      }
      missing.delete(page);
      tell({ found: found(asked), since: since() });
      await this.mailbox.breathe(); // who typed another letter is heard
    }
  }

  /** The pages as their bundles come: the first alone, to be shown soon, then some together while others are read. */
  private async *coming(pages: readonly number[]): AsyncGenerator<number> {
    let fetched = this.bundles.fetch(pages.slice(0, 1));
    for (let [first, behind] = [0, 1]; first < pages.length; [first, behind] = [behind, behind + PAGES_AT_ONCE]) {
      await fetched;
      fetched = this.bundles.fetch(pages.slice(behind, behind + PAGES_AT_ONCE));
      fetched.catch(() => undefined); // thrown when it is waited for
      yield* pages.slice(first, behind);
    }
  }

  /**
   * Messages that have no bundle get one, the newest first, a piece whenever `quiet` resolves to true; false ends it.
   * Throws as `search`.
   */
  async bundle(quiet: () => Promise<boolean>): Promise<void> {
    if (!(await quiet())) {
      return;
    }
    await this.bundles.keep(); // what searches made
    for (const page of this.bundles.pages) {
      if (await this.bundles.isDue(page)) {
        const said = new Map<number, Said>();
        const missing = await this.bundled(page, this.bundles.messagesOf(page), said);
        for (const some of sliced(missing)) {
          if (!(await quiet())) {
            return;
          }
          await this.journal(some, said);
        }
        await this.bundles.make(page, said);
        await this.bundles.keep();
      }
    }
  }

  /** What these messages of one page say is known, from their bundle as far as it is believed. */
  private async read(page: number, asked: readonly Listed[], spoken: Spoken): Promise<void> {
    const said = new Map<number, Said>();
    const ofPage = this.bundles.messagesOf(page);
    const missing = await this.bundled(page, ofPage, said);
    const bundled = new Set(said.keys());
    const wanted = new Set(asked.map(({ message }) => message.number));
    const { contents } = this.mailbox;
    for (const some of sliced(missing.filter((one) => wanted.has(one.number) || contents.whole(one) !== null))) {
      await this.journal(some, said);
    }
    for (const { message, operation } of asked) {
      const found = said.get(message.number);
      if (found !== undefined) {
        spoken.take(message, found, bundled.has(message.number) ? "bundle" : "journal", operation);
      }
    }
    if (said.size === ofPage.length && (await this.bundles.isDue(page))) {
      await this.bundles.make(page, said); // kept when the line is quiet
    }
  }

  /** Into `said` what the page's bundle says of the messages; those that it does not say. */
  private async bundled(page: number, messages: readonly Headline[], said: Map<number, Said>): Promise<readonly Headline[]> {
    for (const [number, one] of await this.bundles.read(page)) {
      if (one !== null) {
        said.set(number, one);
      }
    }
    return messages.filter(({ number }) => !said.has(number));
  }

  private async journal(messages: readonly Headline[], said: Map<number, Said>): Promise<void> {
    for (const kept of await this.mailbox.contents.read(messages)) {
      said.set(kept.number, saidOf(kept));
    }
  }

  /** What bundles said is compared with the messages that came whole since; the journal is right. */
  private async dropContradicted(spoken: Spoken): Promise<void> {
    const wrong = this.listed().filter(({ message, operation }) => spoken.isContradicted(message, operation));
    for (const page of new Set(wrong.map(({ message }) => pageOf(message.number)))) {
      spoken.forget(this.bundles.messagesOf(page));
      await this.bundles.distrust(page);
    }
  }

  private listed(): readonly Listed[] {
    const { ownOperations, holdings } = this.mailbox;
    return ownOperations.all.flatMap((operation) =>
      holdings.messages(hex(operation.ledger.operation)).map((message) => ({ message, operation })),
    );
  }

  private spokenIn(language: string): Promise<Spoken> {
    if (this.#spoken?.language !== language) {
      const spoken = this.readingsIn(language).then((readings) => new Spoken(readings, this.mailbox.contents));
      const made = { language, spoken };
      this.#spoken = made;
      spoken.catch(() => {
        this.#spoken = this.#spoken === made ? null : this.#spoken; // the next search asks again
      });
    }
    return this.#spoken.spoken;
  }

  /** What authors are called now, folded. */
  private authors(): (message: Headline) => string {
    const names = new Map<string, string>();
    const us = hex(this.mailbox.device.account);
    for (const operation of this.mailbox.ownOperations.all) {
      for (const { account, profile } of overviewOf(operation, us).members) {
        const name = foldAll([profile?.name ?? "", profile?.organisation ?? ""]);
        names.set(`${hex(operation.ledger.operation)}/${account}`, name);
      }
    }
    return ({ place, account }) => names.get(`${hex(place.operation)}/${hex(account)}`) ?? "";
  }
}

function latest(messages: readonly Listed[]): number | null {
  return messages.reduce<number | null>((found, { message }) => {
    const { writtenAt } = message.heading;
    return found === null || writtenAt > found ? writtenAt : found;
  }, null);
}

function* sliced(messages: readonly Headline[]): Generator<readonly Headline[]> {
  for (let end = messages.length; end > 0; end -= MESSAGES_AT_ONCE) {
    yield messages.slice(Math.max(0, end - MESSAGES_AT_ONCE), end);
  }
}

function append(lists: Map<number, Listed[]>, page: number, one: Listed): void {
  const list = lists.get(page);
  if (list === undefined) {
    lists.set(page, [one]);
  } else {
    list.push(one);
  }
}
