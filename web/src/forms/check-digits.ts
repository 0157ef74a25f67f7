/**
 * Identifiers that others issue: a fixed pattern, and often a check digit that finds a slip of the pen. The patterns
 * are ours and have names: a form cannot bring its own, which could take a reader's machine for hours.
 */

/** `check` gives the text with the right check digit in place, for a text that has the pattern. */
export interface Scheme {
  readonly pattern: RegExp;
  readonly check?: (text: string) => string;
}

export const SCHEME_NAMES = [
  "container",
  "imo",
  "mmsi",
  "awb",
  "flight",
  "aircraft_registration",
  "vin",
  "upu_s10",
  "hs6",
  "cas",
  "phone",
  "email",
] as const;
export type SchemeName = (typeof SCHEME_NAMES)[number];

export const SCHEMES: Readonly<Record<SchemeName, Scheme>> = {
  container: { pattern: /^[A-Z]{3}[UJZ][0-9]{7}$/, check: container },
  imo: { pattern: /^[0-9]{7}$/, check: imo },
  mmsi: { pattern: /^[0-9]{9}$/ },
  awb: { pattern: /^[0-9]{11}$/, check: airWaybill },
  flight: { pattern: /^(?:[A-Z][A-Z0-9]|[0-9][A-Z]|[A-Z]{3})[0-9]{1,4}[A-Z]?$/ },
  aircraft_registration: { pattern: /^[A-Z0-9]{1,3}-?[A-Z0-9]{1,6}$/ },
  vin: { pattern: /^[A-HJ-NPR-Z0-9]{17}$/, check: vehicle },
  upu_s10: { pattern: /^[A-Z]{2}[0-9]{9}[A-Z]{2}$/, check: postalItem },
  hs6: { pattern: /^[0-9]{6}$/ },
  cas: { pattern: /^[1-9][0-9]{1,6}-[0-9]{2}-[0-9]$/, check: chemical },
  phone: { pattern: /^\+[1-9][0-9]{5,14}$/ }, // ITU-T E.164
  email: { pattern: /^[^\s@<>(),:;"\x00-\x20\x7f-\x9f]{1,64}@[A-Za-z0-9.-]{1,190}$/ },
};

function digits(text: string): readonly number[] {
  return Array.from(text, Number);
}

function weighed(values: readonly number[], weight: (place: number) => number): number {
  return values.reduce((sum, value, place) => sum + value * weight(place), 0);
}

/** ISO 6346: letters count 10 to 38 without multiples of 11, each place twice the one before; modulo 11, 10 is 0. */
function container(text: string): string {
  const values = Array.from(text.slice(0, 10), (letter) => {
    const place = parseInt(letter, 36);
    return place < 10 ? place : place + Math.floor((place - 1) / 10);
  });
  return text.slice(0, 10) + ((weighed(values, (place) => 2 ** place) % 11) % 10);
}

/** IMO resolution A.1117(30): six digits by 7 to 2, the last digit of the sum. */
function imo(text: string): string {
  return text.slice(0, 6) + (weighed(digits(text.slice(0, 6)), (place) => 7 - place) % 10);
}

/** CAS registry number: the digits from the right by 1, 2, 3 …, modulo 10. */
function chemical(text: string): string {
  const reversed = digits(text.slice(0, -1).replaceAll("-", "")).toReversed();
  return text.slice(0, -1) + (weighed(reversed, (place) => place + 1) % 10);
}

/** IATA resolution 600a: after the airline's three digits seven of a number, and that number modulo 7. */
function airWaybill(text: string): string {
  return text.slice(0, 10) + (Number(text.slice(3, 10)) % 7);
}

const S10_WEIGHTS = [8, 6, 4, 2, 3, 5, 9, 7];

/** UPU standard S10: eight digits by their weights, 11 minus the rest modulo 11, 10 is 0 and 11 is 5. */
function postalItem(text: string): string {
  const rest = 11 - (weighed(digits(text.slice(2, 10)), (place) => S10_WEIGHTS[place] ?? 0) % 11);
  return text.slice(0, 10) + (rest === 10 ? 0 : rest === 11 ? 5 : rest) + text.slice(11);
}

const VIN_WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
const VIN_LETTERS = ["AJ", "BKS", "CLT", "DMU", "ENV", "FW", "GPX", "HY", "RZ"]; // those that count 1, 2 … 9

/** ISO 3779; the check digit at the ninth place only where it is law: 49 CFR 565, North America (1 to 5). */
function vehicle(text: string): string {
  if (!/^[1-5]/.test(text)) {
    return text;
  }
  const values = Array.from(text, (letter) =>
    /[0-9]/.test(letter) ? Number(letter) : VIN_LETTERS.findIndex((letters) => letters.includes(letter)) + 1,
  );
  const rest = weighed(values, (place) => VIN_WEIGHTS[place] ?? 0) % 11;
  return text.slice(0, 8) + (rest === 10 ? "X" : rest) + text.slice(9);
}
