/**
 * What of a seizure may go to CEN once its owner agrees: what the form says is not personal, field by field, as far as
 * the operation's form `release` asks for it. The same as `released_values` of `cencomm/client/releases/rules.py`. Names
 * that somebody wrote into a free text are not found here: the owner reads those before they go.
 */

import type { JsonObject, JsonValue } from "./canonical-json";
import type { Tlp } from "./envelope";
import type { Field, Form } from "./form";
import type { Answered, Answers } from "./report";

export const RELEASE = "release";
export const RELEASED_FORM = "seizure";
const KEPT_IN: ReadonlySet<Tlp> = new Set(["RED", "AMBER+STRICT"]);

/** `withheld` are paths of the seizure, for its owner to see first; a block that goes nowhere stands there by its name. */
export interface Released {
  readonly values: JsonObject;
  readonly withheld: readonly string[];
}

/** Whether a message under this marking can be released at all: the others stay among those whom they name. */
export function mayLeave(tlp: Tlp): boolean {
  return !KEPT_IN.has(tlp);
}

export function releasedValues({ form, header, blocks }: Answered, release: Form): Released {
  const withheld: string[] = [];
  const values = new Map<string, JsonValue>(strip(form.fields, header, "", withheld));
  for (const block of form.blocks) {
    const rows = (blocks.get(block.name) ?? [])
      .map((row, place) => strip(block.fields, row, `${block.name}[${place}].`, withheld))
      .filter((row) => row.size > 0);
    if (rows.length > 0) {
      values.set(block.name, rows);
    }
  }
  const known = new Set([...release.fields, ...release.blocks].map((part) => part.name));
  const beyond = [...values.keys()].filter((name) => !known.has(name));
  beyond.forEach((name) => values.delete(name));
  return { values, withheld: [...withheld, ...beyond] };
}

/** Whether an answer is personal, of whomever. */
export function namesSomebody({ form, header, blocks }: Answered): boolean {
  const within = (fields: readonly Field[], answers: Answers): boolean =>
    fields.some((field) => field.nominal === 1 && answers.has(field.name));
  return (
    within(form.fields, header) ||
    form.blocks.some((block) => (blocks.get(block.name) ?? []).some((row) => within(block.fields, row)))
  );
}

function strip(fields: readonly Field[], answers: Answers, prefix: string, withheld: string[]): JsonObject {
  const left = new Map<string, JsonValue>();
  for (const field of fields) {
    const answer = answers.get(field.name);
    if (answer === undefined) {
      continue;
    }
    if (field.nominal === 0) {
      left.set(field.name, answer.json);
    } else {
      withheld.push(prefix + field.name);
    }
  }
  return left;
}
