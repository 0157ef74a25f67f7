/** The screen's words: the English sentence is the key, a catalogue of locale/ has the others. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";

const NAMES = {
  en: "English",
  fr: "Français",
  es: "Español",
  pt: "Português",
  de: "Deutsch",
  ru: "Русский",
  ar: "العربية",
  fa_AF: "دری",
  ur: "اردو",
} as const;
export type Language = keyof typeof NAMES;

/** The folders of locale/, by name: what was there when this was built (`build.mjs`). */
declare const TRANSLATED: readonly string[];

/** English, and each language that has a catalogue; a test holds those to be complete. */
export const LANGUAGES: Readonly<Partial<Record<Language, string>>> = Object.fromEntries(
  Object.entries(NAMES).filter(([language]) => language === "en" || TRANSLATED.includes(language)),
);

const RIGHT_TO_LEFT: ReadonlySet<Language> = new Set(["ar", "fa_AF", "ur"]);
const DAY = 86_400; // seconds
const HALF_A_YEAR = 183 * DAY;
const LAST_MOMENT = 8.64e12; // seconds; ECMA-262, time values
const MEGABYTE = 1_000_000; // bytes
const PLACE = /\{(\w+)\}/g;
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g; // embeds, overrides or isolates a direction
const RUNS_LEFT = /[\u200f\u061c]|(?=\p{L})[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const [ISOLATE, END] = ["\u2068", "\u2069"]; // in the direction of what stands between them (UAX #9)

/** Sentences of one language, by the English one. */
export type Catalogue = Readonly<Record<string, string>>;

export class Words {
  readonly #hours = new Map<string, Intl.DateTimeFormat>();
  #regions: Intl.DisplayNames | null = null;

  constructor(
    readonly language: Language,
    private readonly catalogue: Catalogue,
  ) {}

  get direction(): "ltr" | "rtl" {
    return RIGHT_TO_LEFT.has(this.language) ? "rtl" : "ltr";
  }

  /**
   * The sentence in the reader's language, with `{name}` replaced by its value.
   *
   * A value may be a peer's words: those of another direction keep to themselves, and none moves ours.
   */
  say(sentence: string, values: Readonly<Record<string, string | number>> = {}): string {
    const text = this.catalogue[sentence] ?? sentence;
    return text.replace(PLACE, (whole, name: string) => {
      const value = values[name];
      return typeof value === "number" ? this.number(value) : value === undefined ? whole : this.quoted(value);
    });
  }

  private quoted(value: string): string {
    const text = value.replace(TURNS, "\ufffd");
    const turns = this.direction === "rtl" ? /\p{L}/u.test(text) : RUNS_LEFT.test(text);
    return turns || text !== value ? ISOLATE + text + END : value;
  }

  number(value: number): string {
    return new Intl.NumberFormat(this.locale).format(value);
  }

  /** A moment in UTC, since officers of many zones speak of it; of 24 hours, as on their papers. */
  moment(seconds: number): string {
    if (!(Math.abs(seconds) <= LAST_MOMENT)) {
      return "?"; // a relay signs any number as a time, and the page goes on
    }
    return this.hours({
      dateStyle: "medium",
      timeStyle: "short",
      hourCycle: "h23",
      timeZone: "UTC",
    }).format(seconds * 1000);
  }

  /** A moment as a list shows it: the hour of this day, else the day. In UTC. */
  short(seconds: number, now: number): string {
    const day = (moment: number): number => Math.floor(moment / DAY);
    const parts: Intl.DateTimeFormatOptions =
      day(seconds) === day(now)
        ? { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }
        : { day: "numeric", month: "short", ...(now - seconds > HALF_A_YEAR ? { year: "numeric" } : {}) };
    return this.hours({ ...parts, timeZone: "UTC" }).format(seconds * 1000);
  }

  /** The same moment where the reader sits, with its zone. */
  local(seconds: number): string {
    return this.hours({
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
      timeZoneName: "short",
    }).format(seconds * 1000);
  }

  /** What a language is called, by its tag. */
  tongue(tag: string): string {
    return new Intl.DisplayNames(this.locale, { type: "language" }).of(tag) ?? tag;
  }

  /** Some bytes, as people say the size of a file. */
  size(bytes: number): string {
    const [amount, unit] = bytes < MEGABYTE ? [bytes / 1000, "kilobyte"] : [bytes / MEGABYTE, "megabyte"];
    const maximumFractionDigits = amount < 10 ? 1 : 0;
    return new Intl.NumberFormat(this.locale, { style: "unit", unit, maximumFractionDigits }).format(amount);
  }

  country(code: string): string {
    try {
      this.#regions ??= new Intl.DisplayNames(this.locale, { type: "region" });
      return this.#regions.of(code) ?? code;
    } catch {
      return code; // no code of a region: shown as it was signed
    }
  }

  /** Made once each: a list that is scrolled says the hour of each row, and making one takes longer than all of a row. */
  private hours(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    const name = JSON.stringify(options);
    const known = this.#hours.get(name) ?? new Intl.DateTimeFormat(this.locale, options);
    this.#hours.set(name, known);
    return known;
  }

  /** Digits that everybody reads alike, and the calendar of the papers. */
  private get locale(): string {
    return `${tagOf(this.language)}-u-ca-gregory-nu-latn`;
  }
}

export const WordsContext = createContext(new Words("en", {}));

export function useWords(): Words {
  return useContext(WordsContext);
}

/** The catalogue that was built from locale/; English needs none. */
export async function loadWords(language: Language): Promise<Words> {
  if (language === "en") {
    return new Words("en", {});
  }
  const answer = await fetch(`/assets/words-${language}.json`, { credentials: "omit" });
  return new Words(language, (await answer.json()) as Catalogue);
}

/** The first of the reader's languages that we speak. */
export function preferredLanguage(wanted: readonly string[]): Language {
  const spoken = Object.keys(LANGUAGES) as Language[];
  for (const tag of wanted) {
    const tags = [tag.toLowerCase(), tag.toLowerCase().split("-")[0]]; // one that is spoken there, else anywhere
    const found = spoken.find((language) => tags.includes(tagOf(language).toLowerCase()));
    if (found !== undefined) {
      return found;
    }
  }
  return "en";
}

/** As pages and browsers write it (BCP 47). */
export function tagOf(language: Language): string {
  return language.replace("_", "-");
}
