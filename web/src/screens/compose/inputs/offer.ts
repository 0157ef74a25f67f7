/** Which codes a field offers just now, and how they are found by what somebody types. */

import type { JsonObject } from "../../../forms/canonical-json";
import type { CodeEntry, CodeList } from "../../../forms/code-list";
import { search } from "../../../forms/code-search";
import type { CodeKind, CodesKind } from "../../../forms/kinds/code";
import type { Tongue } from "../../../forms/tongue";
import type { Option } from "./combobox";

const MAX_SHOWN = 50;

/** As many can be chosen from a plain list, which every telephone shows in its own way. */
export const FEW = 12;

/** The codes that may be chosen, those that the form puts first before the others. */
export function offered(kind: CodeKind | CodesKind, list: CodeList, row: JsonObject, onDate: string): readonly CodeEntry[] {
  const wider = kind.type === "code" && kind.under !== null ? row.get(kind.under) : undefined;
  const level = kind.type === "code" ? kind.level : null;
  const fitting = list.entries.filter(
    ({ code }) =>
      (kind.only.length === 0 || kind.only.includes(code)) &&
      (level === null || list.ancestors(code).length + 1 === level) &&
      (kind.type !== "code" || kind.under === null || (typeof wider === "string" && list.ancestors(code).includes(wider))) &&
      list.valid(code, onDate),
  );
  return usualFirst(fitting, kind.first);
}

/** In the order of `first` and then of the list. */
export function usualFirst(entries: readonly CodeEntry[], first: readonly string[]): readonly CodeEntry[] {
  const usual = first.flatMap((code) => entries.filter((entry) => entry.code === code));
  return [...usual, ...entries.filter((entry) => !first.includes(entry.code))];
}

/** What somebody could mean by a text; beside each label its code where people know it, else the wider term. */
export function finder(
  entries: readonly CodeEntry[],
  list: CodeList,
  tongue: Tongue,
): (text: string) => readonly Option[] {
  const labelOf = (code: string): string => tongue.code(list.name, code);
  return (text) =>
    search(entries, labelOf, text, MAX_SHOWN).map(({ code }) => {
      const [wider] = list.ancestors(code);
      return { value: code, label: labelOf(code), hint: wider === undefined ? code : labelOf(wider) };
    });
}
