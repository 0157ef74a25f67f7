/** What is wrong with a report: where, and which rule. The sentence for people is looked up in their language. */

const MAX_QUOTED = 40; // characters of somebody's value that an error repeats
const NOT_PRINTED = /[\p{C}\p{Zl}\p{Zp}\p{Zs}]/u;

/** Stable: tests and translations go by them. `templates/messages/wording.toml` has a sentence for each. */
export const FAULT_CODES = [
  "required",
  "unknown_field",
  "not_applicable",
  "not_in_variant",
  "empty",
  "wrong_type",
  "part_missing",
  "too_few_rows",
  "too_many_rows",
  "too_many",
  "repeated",
  "report_too_large",
  "unknown_variant",
  "too_long",
  "text_blank",
  "text_broken",
  "text_not_nfc",
  "text_control",
  "text_lines",
  "text_direction",
  "text_invisible",
  "text_marks",
  "number_format",
  "too_small",
  "too_large",
  "too_exact",
  "unweighed_not_allowed",
  "unweighed_with_amount",
  "date_format",
  "date_too_coarse",
  "date_in_future",
  "time_format",
  "instant_format",
  "code_unknown",
  "code_not_valid_then",
  "code_not_offered",
  "code_wrong_level",
  "code_not_under",
  "list_unknown",
  "place_code_format",
  "place_code_country",
  "identifier_format",
  "check_digit",
  "needless_confirmation",
  "reference_format",
] as const;
export type FaultCode = (typeof FAULT_CODES)[number];

/**
 * One thing to put right. `path` is where, as `case_ref` or `items[2].quantity.unit` (rows count from 0); `facts` are
 * what the sentence fills in: limits, or the quoted value.
 */
export interface Fault {
  readonly path: string;
  readonly code: FaultCode;
  readonly facts: Readonly<Record<string, string>>;
}

/** The beginning of somebody's value, fit to be repeated in an error: nothing in it acts on the screen. */
export function quoted(value: string): string {
  const letters = Array.from(value)
    .slice(0, MAX_QUOTED + 1)
    .map((letter) => (letter !== " " && NOT_PRINTED.test(letter) ? "\ufffd" : letter));
  return letters.length <= MAX_QUOTED ? letters.join("") : `${letters.slice(0, MAX_QUOTED).join("")}…`;
}
