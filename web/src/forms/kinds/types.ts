/** The type names that a form may use, and what reads the rest of such a field. */

import type { Table } from "../table";
import { dateKind, instantKind, timeKind, type DateKind, type InstantKind, type TimeKind } from "./calendar";
import { codeKind, codesKind, type CodeKind, type CodesKind } from "./code";
import { identifierKind, type IdentifierKind } from "./identifier";
import { booleanKind, decimalKind, integerKind, type BooleanKind, type DecimalKind, type IntegerKind } from "./number";
import { coordinateKind, placeKind, type CoordinateKind, type PlaceKind } from "./place";
import { moneyKind, quantityKind, type MoneyKind, type QuantityKind } from "./quantity";
import { attachmentKind, messageKind, type ReferenceKind } from "./reference";
import { longTextKind, textKind, type TextKind } from "./text";

/** Every kind of field; `type` tells them apart. */
export type Kind =
  | TextKind
  | IntegerKind
  | DecimalKind
  | BooleanKind
  | DateKind
  | TimeKind
  | InstantKind
  | CodeKind
  | CodesKind
  | PlaceKind
  | CoordinateKind
  | QuantityKind
  | MoneyKind
  | IdentifierKind
  | ReferenceKind;

// A Map: a form that names `constructor` as a type shall find nothing.
export const KINDS: ReadonlyMap<string, (record: Table) => Kind> = new Map<string, (record: Table) => Kind>([
  ["text", textKind],
  ["long_text", longTextKind],
  ["integer", integerKind],
  ["decimal", decimalKind],
  ["boolean", booleanKind],
  ["date", dateKind],
  ["time", timeKind],
  ["instant", instantKind],
  ["code", codeKind],
  ["codes", codesKind],
  ["place", placeKind],
  ["coordinate", coordinateKind],
  ["quantity", quantityKind],
  ["money", moneyKind],
  ["identifier", identifierKind],
  ["message", messageKind],
  ["attachment", attachmentKind],
]);
