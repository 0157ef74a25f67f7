/**
 * How values are said in a reader's language, whatever the writer's was. Digits are Western and dates Gregorian in
 * every language: a container number or a date read aloud over the telephone is the same for both ends.
 */

import type { Fault, FaultCode } from "./fault";
import { placesOf } from "./kinds/number";
import { direction, tag, type Direction } from "./language";

/** What the client's build wrote for one language; where it has no word, the fallback's stands in its place. */
export interface Terms {
  readonly labels: Readonly<Record<string, Readonly<Record<string, string>>>>; // list -> code -> label
  readonly units: Readonly<Record<string, Readonly<Record<string, string>>>>; // unit -> plural form -> "{0} kg"
  readonly words: Readonly<Record<string, string>>;
  readonly faults: Readonly<Record<FaultCode, string>>;
}

const UNIT = "unit";
const SLOT = /\{([a-z]+)\}/g;

/** One reader's language. Make it once and keep it. A code that the lists do not know is said as it stands. */
export class Tongue {
  readonly #locale: string;
  readonly #numbers = new Map<string, Intl.NumberFormat>(); // made once each: making one takes longer than using it
  readonly #dates = new Map<string, Intl.DateTimeFormat>();
  readonly #plurals = new Map<number, Intl.PluralRules>(); // by decimal places

  constructor(
    readonly language: string,
    private readonly terms: Terms,
  ) {
    this.#locale = `${tag(language)}-u-ca-gregory-nu-latn`;
  }

  get direction(): Direction {
    return direction(this.language);
  }

  word(name: string): string {
    return own(this.terms.words, name) ?? "";
  }

  /** What to do about a fault. */
  explain(fault: Fault): string {
    return this.terms.faults[fault.code].replace(SLOT, (_, name: string) => own(fault.facts, name) ?? "");
  }

  code(list: string, code: string): string {
    const labels = own(this.terms.labels, list);
    return (labels === undefined ? undefined : own(labels, code)) ?? code;
  }

  several(texts: readonly string[]): string {
    return texts.join(this.direction === "rtl" ? "، " : ", ");
  }

  /** With every digit that was given. */
  number(number: string): string {
    return this.#format(number, { style: "decimal" });
  }

  quantity(amount: string, unit: string): string {
    const forms = own(this.terms.units, unit);
    if (forms === undefined) {
      return `${this.number(amount)} ${this.code(UNIT, unit)}`;
    }
    const places = placesOf(amount);
    const rules = kept(this.#plurals, places, () => new Intl.PluralRules(this.#locale, { minimumFractionDigits: places }));
    const pattern = forms[rules.select(Number(amount))] ?? forms.other ?? "{0}";
    return pattern.replace("{0}", () => this.number(amount));
  }

  /** With the currency's name: several are written with one sign. */
  money(amount: string, currency: string): string {
    return this.#format(amount, { style: "currency", currency, currencyDisplay: "name" });
  }

  /** `2014-03-05`, `2014-03` or `2014`. */
  date(date: string): string {
    const [year, month, day] = date.split("-").map(Number);
    if (year === undefined || month === undefined) {
      return date;
    }
    const options: Intl.DateTimeFormatOptions =
      day === undefined ? { year: "numeric", month: "long" } : { dateStyle: "long" };
    const make = (): Intl.DateTimeFormat => new Intl.DateTimeFormat(this.#locale, { ...options, timeZone: "UTC" });
    return kept(this.#dates, day === undefined ? "month" : "day", make).format(Date.UTC(year, month - 1, day ?? 1));
  }

  /** In UTC, seconds only if there are some. */
  instant(instant: string): string {
    return `${this.date(instant.slice(0, 10))} ${instant.slice(11, 19).replace(/:00$/, "")} UTC`;
  }

  #format(number: string, options: Intl.NumberFormatOptions): string {
    const places = placesOf(number);
    const exact = { ...options, minimumFractionDigits: places, maximumFractionDigits: places };
    const make = (): Intl.NumberFormat => new Intl.NumberFormat(this.#locale, exact);
    return kept(this.#numbers, JSON.stringify(exact), make).format(number as Intl.StringNumericLiteral); // a text, so that no digit is lost in a float
  }
}

/** What was made under this name; at most a few hundred, since a number has few decimal places (`placesOf`). */
function kept<Name, Made>(made: Map<Name, Made>, name: Name, make: () => Made): Made {
  const found = made.get(name) ?? make();
  made.set(name, found);
  return found;
}

/** Not a property of every object of JavaScript: codes and names come from other people's forms. */
function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
