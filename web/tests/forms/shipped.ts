/** The code lists and words as the build compiled them from templates/. */

import { readFileSync } from "node:fs";

import { codeLists, type CodesAsset } from "../../src/forms/code-assets";
import type { JsonValue } from "../../src/forms/canonical-json";
import { decodeForm } from "../../src/forms/form-json";
import type { Form } from "../../src/forms/form";
import { Tongue, type Terms } from "../../src/forms/tongue";
import { ROOT } from "../vectors";

function shipped(name: string): unknown {
  return JSON.parse(readFileSync(`${ROOT}/web/build/terms/${name}`, "utf-8"));
}

export const LISTS = codeLists(shipped("codes.json") as CodesAsset);

export function tongue(language: string): Tongue {
  return new Tongue(language, shipped(`terms-${language}.json`) as Terms);
}

export const SMALL: Form = decodeForm(readFileSync(`${ROOT}/tests/vectors/forms/small.json`));

/** What JSON.parse gave, as forms take it. */
export function given(value: unknown): JsonValue {
  if (Array.isArray(value)) {
    return value.map(given);
  }
  if (typeof value === "object" && value !== null) {
    return new Map(Object.entries(value).map(([key, inner]) => [key, given(inner)]));
  }
  return value as JsonValue;
}

/** A form that ships. */
export function form(name: string): Form {
  return decodeForm(new Uint8Array(readFileSync(`${ROOT}/web/build/forms/${name}.json`)));
}
