/** Labels in a reader's language, and which way a language runs. */

import { LANGUAGES, type Language } from "./envelope";

const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(["ar", "fa_AF", "ur"]);

/** Language -> text in it. */
export type Labels = ReadonlyMap<string, string>;
export type Direction = "ltr" | "rtl";

/** What every reader falls back to; labels without a text in it are refused. */
export const LAST_RESORT = "en";

/** Where a text is looked for: the language, without its territory, English. */
export function fallbackChain(language: string): readonly string[] {
  return [...new Set([language, language.split("_")[0] ?? language, LAST_RESORT])];
}

/** The label for a reader of `language`; empty only if there is none that any reader falls back to. */
export function pick(labels: Labels, language: string): string {
  const found = fallbackChain(language).find((step) => labels.has(step));
  return found === undefined ? "" : (labels.get(found) ?? "");
}

/** How text in this language runs. */
export function direction(language: string): Direction {
  return RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr";
}

/** The name by which browsers know a language of ours, for `lang` and `Intl`. */
export function tag(language: string): string {
  return language.replace("_", "-");
}

export function isLanguage(text: string): text is Language {
  return LANGUAGES.some((language) => language === text);
}
