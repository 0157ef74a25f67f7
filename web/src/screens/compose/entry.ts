/** What every part of an entry screen shares: how its reader says things, and where something is wrong. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";

import type { JsonObject, JsonValue } from "../../forms/canonical-json";
import type { CodeLists } from "../../forms/code-list";
import type { Variant } from "../../forms/envelope";
import type { Fault } from "../../forms/fault";
import type { KnownPlaces } from "../../forms/known-places";
import type { Tongue } from "../../forms/tongue";
import type { AttachmentView } from "../../mailbox/views";

/** A message that a field can refer to. */
export interface Related {
  readonly message: string; // its id, hexadecimal
  readonly title: string;
}

export interface Entry {
  readonly tongue: Tongue;
  readonly lists: CodeLists;
  readonly places: KnownPlaces | null; // null: not fetched, or not to be had just now
  readonly variant: Variant;
  readonly onDate: string; // ISO date by which codes are judged
  readonly today: string; // ISO date, UTC
  readonly header: JsonObject;
  readonly faults: readonly Fault[]; // those that are to be shown
  readonly related: readonly Related[];
  readonly attachments: readonly AttachmentView[];
  readonly onLeave: (path: string) => void; // the writer has finished there
}

export const EntryContext = createContext<Entry | null>(null);

export function useEntry(): Entry {
  const entry = useContext(EntryContext);
  if (entry === null) {
    throw new Error("outside of an entry screen");
  }
  return entry;
}

/** What each kind of input takes. `label` is said where the input has parts of its own. */
export interface InputProps<Kind> {
  readonly id: string;
  readonly path: string; // of the answer in the report
  readonly label: string;
  readonly kind: Kind;
  readonly value: JsonValue | undefined;
  readonly row: JsonObject;
  readonly describedBy: string;
  readonly invalid: boolean;
  readonly required: boolean;
  readonly onChange: (value: JsonValue | undefined) => void;
}

/** The element of a path: `items[0].quantity` -> `f-items-0-quantity`, `items[0]` -> `f-items-0`. */
export function idOf(path: string): string {
  return `f-${path.replace(/\]$/, "").replace(/[[\].]+/g, "-")}`;
}

/** Whether a fault lies at `path` or beneath it. */
export function liesAt(fault: Fault, path: string): boolean {
  return fault.path === path || fault.path.startsWith(`${path}.`) || fault.path.startsWith(`${path}[`);
}
