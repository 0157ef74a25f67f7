/**
 * What somebody typed, as forms write it. Only spelling is put right, where the writer sees it: case, spaces, digits of
 * other scripts, the decimal comma. Whether it is an answer is for the validation to say.
 */

import { SCHEMES, type SchemeName } from "./check-digits";
import type { JsonValue } from "./canonical-json";

const DIGIT_ZEROS = [0x0660, 0x06f0]; // Arabic-Indic, extended

/** Letters and their accents together (NFC), as forms require. */
export function typedText(typed: string): string {
  return typed.normalize("NFC").replace(/\r\n?/g, "\n");
}

/** `12,5` and `١٢٫٥` are 12.5; `1 200` is 1200. What is not so simple stays as it is, to be judged. */
export function typedDecimal(typed: string): string {
  const text = westernDigits(typed).replaceAll("٫", ".").replace(/[\s\u00a0\u202f]/g, "");
  return /^-?[0-9]+,[0-9]{1,2}$|^-?[0-9]+,[0-9]{4,}$/.test(text) ? text.replace(",", ".") : text;
}

/** A whole number, or what was typed instead of one. */
export function typedInteger(typed: string): JsonValue {
  const text = westernDigits(typed).replace(/[\s\u00a0\u202f]/g, "");
  return /^-?[0-9]{1,15}$/.test(text) && !/^-0+$/.test(text) ? Number(text) : text;
}

/** Capitals without spaces and hyphens where the number has none; addresses keep their letters. */
export function typedIdentifier(typed: string, scheme: SchemeName): string {
  const text = westernDigits(typed.normalize("NFC")).trim();
  if (scheme === "email") {
    return text;
  }
  const capitals = text.toUpperCase().replace(/[\s\u00a0\u200e\u200f]/g, "");
  if (scheme === "phone") {
    return capitals.replace(/^00/, "+").replace(/[().-]/g, "");
  }
  return scheme === "cas" || scheme === "aircraft_registration" ? capitals : capitals.replace(/[-./]/g, "");
}

/** `6:10`, `610`, `6h10` are 06:10. */
export function typedTime(typed: string): string {
  const found = /^([0-9]{1,2})[:h.]?([0-9]{2})$/.exec(westernDigits(typed).trim());
  return found === null ? typed : `${(found[1] ?? "").padStart(2, "0")}:${found[2]}`;
}

/** `5.3.2026`, `05/03/2026` are 2026-03-05, `3.2026` is 2026-03: the day first, as on customs papers. */
export function typedDate(typed: string): string {
  const text = westernDigits(typed).trim();
  const found = /^(?:([0-9]{1,2})[./-])?([0-9]{1,2})[./-]([0-9]{4})$/.exec(text);
  if (found === null) {
    return text;
  }
  const parts = [found[3], found[2]?.padStart(2, "0"), found[1]?.padStart(2, "0")];
  return parts.filter((part) => part !== undefined).join("-");
}

/** Whether a text is complete and its check digit, if the scheme has one, is right. */
export function isConfirmed(text: string, scheme: SchemeName): boolean {
  const { pattern, check } = SCHEMES[scheme];
  return check !== undefined && pattern.test(text) && check(text) === text;
}

/** Digits of other scripts as those of the papers. */
export function westernDigits(text: string): string {
  return text.replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => {
    const point = digit.codePointAt(0) ?? 0;
    const zero = DIGIT_ZEROS.find((first) => point >= first && point < first + 10) ?? point;
    return String(point - zero);
  });
}
