/** The form: what a message can say. Data that arrived from somewhere, so every part of it is checked and bounded. */

import { MalformedError } from "../errors";
import type { Condition } from "./condition";
import type { Variant } from "./envelope";
import type { Kind } from "./kinds/types";
import type { Labels } from "./language";

/** Not a form. The text has one line for each thing that is wrong, as `blocks[items].fields[vin]: unknown key`. */
export class FormError extends MalformedError {}

export interface Section {
  readonly name: string;
  readonly label: Labels;
}

/** Whether a field is personal data: 1 is, "X" can point to a person or a firm and is treated as personal. */
export type Nominal = 0 | 1 | "X";

/** One question. `section` is that of a header field; null in a block, which has its own. */
export interface Field {
  readonly name: string;
  readonly section: string | null;
  readonly label: Labels;
  readonly help: Labels | null;
  readonly nominal: Nominal;
  readonly required: boolean | Condition; // a field that does not apply is never required
  readonly applies: Condition | null; // null: always
  readonly simplified: boolean; // also in the simplified variant
  readonly kind: Kind;
}

/** Questions that are asked once a row. `minRows` holds where there are rows; `required` asks for some. */
export interface Block {
  readonly name: string;
  readonly section: string;
  readonly label: Labels;
  readonly help: Labels | null;
  readonly fields: readonly Field[];
  readonly minRows: number;
  readonly maxRows: number;
  readonly required: boolean | Condition;
  readonly applies: Condition | null;
  readonly simplified: boolean;
}

/** A form that is consistent in itself. `variants[0]` is the one that a new report begins with. */
export interface Form {
  readonly name: string;
  readonly version: number;
  readonly label: Labels;
  readonly sections: readonly Section[];
  readonly fields: readonly Field[];
  readonly blocks: readonly Block[];
  readonly variants: readonly Variant[];
  readonly datedBy: string | null; // the date by which codes are judged; null: the day of writing
  readonly narrowedFor: string | null;
}

export function isPersonal(field: Field): boolean {
  return field.nominal !== 0;
}
