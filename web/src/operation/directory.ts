/** Names: what the ledger points to by salted hash and only members can read (rules L6, L7). */

import type { Bytes } from "../bytes";
import { MalformedError } from "../errors";
import * as json from "../forms/canonical-json";
import type { JsonObject, JsonValue } from "../forms/canonical-json";
import { record, text } from "../forms/fields";

const MAX_NAME_BYTES = 16 << 10;
const MAX_PROFILE_LETTERS = 200;
const NOT_PRINTED = /[\p{C}\p{Zl}\p{Zp}\p{Zs}]/u;
const ALSO_PRINTED = new Set([" ", "\u00a0", "\u202f", "\u200c", "\u200d"]); // spaces of French, joiners of Persian

/** Who a member is to the others: a post or person, its service, its country (ISO 3166-1 alpha-2, or null). */
export interface Profile {
  readonly name: string;
  readonly organisation: string;
  readonly country: string | null;
}

/** Language -> text; English is always there. */
export type Labels = Readonly<Record<string, string>>;

/** What an operation is for. */
export interface Purpose {
  readonly title: Labels;
  readonly purpose: Labels;
  readonly legalBasis: string;
}

/** @throws MalformedError anything that no program of ours writes, and words that are no one line. */
export function decodeProfile(data: Bytes): Profile {
  const fields = record(json.decode(data, MAX_NAME_BYTES), ["country", "name", "organisation"]);
  const country = fields.get("country");
  const profile = {
    name: text(fields.get("name")),
    organisation: text(fields.get("organisation")),
    country: country === null ? null : text(country),
  };
  for (const line of [profile.name, profile.organisation, profile.country ?? ""]) {
    judgeLine(line, MAX_PROFILE_LETTERS);
  }
  return profile;
}

/** @throws MalformedError not an operation's plan. */
export function decodePurpose(data: Bytes): Purpose {
  const fields = record(json.decode(data, MAX_NAME_BYTES), ["legal_basis", "purpose", "title"]);
  return {
    title: titles(fields.get("title")),
    purpose: labels(fields.get("purpose")),
    legalBasis: text(fields.get("legal_basis")),
  };
}

/** @throws MalformedError no texts by language, or words that are no one line. */
export function decodeLabels(data: Bytes): Labels {
  return titles(json.decode(data, MAX_NAME_BYTES));
}

/** The text in `language`, else in English, else in any: a name is never empty because of a language. */
export function label(texts: Labels, language: string): string {
  return texts[language] || texts["en"] || Object.values(texts)[0] || "";
}

/** One line, read in the order in which it is stored: it cannot pass for another line of a screen. */
function judgeLine(line: string, most: number): void {
  const letters = Array.from(line);
  if (letters.length > most || letters.some((letter) => NOT_PRINTED.test(letter) && !ALSO_PRINTED.has(letter))) {
    throw new MalformedError(`a name is one line of at most ${most} letters, without control characters`);
  }
}

function titles(value: JsonValue | undefined): Labels {
  const texts = labels(value);
  for (const title of Object.values(texts)) {
    judgeLine(title, MAX_NAME_BYTES);
  }
  return texts;
}

function labels(value: JsonValue | undefined): Labels {
  if (!(value instanceof Map) || value.size === 0) {
    throw new MalformedError("texts by language are needed");
  }
  const pairs = [...(value as JsonObject)].map(([language, given]) => [language, text(given)] as const);
  return Object.assign(Object.create(null) as Record<string, string>, Object.fromEntries(pairs));
}
