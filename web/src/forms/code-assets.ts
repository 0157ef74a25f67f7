/** The code lists as the client's build writes them (`cencomm/forms/browser_terms.py`); labels are in the `Terms`. */

import { CodeList, type CodeLists } from "./code-list";

/** What `codes.json` holds: of each list its codes in their order, what is usual left out. */
export type CodesAsset = Readonly<
  Record<
    string,
    readonly {
      readonly code: string;
      readonly parent?: string;
      readonly from?: string;
      readonly to?: string;
      readonly flags?: Readonly<Record<string, readonly string[]>>;
    }[]
  >
>;

export function codeLists(asset: CodesAsset): CodeLists {
  return new Map(
    Object.entries(asset).map(([name, entries]) => [
      name,
      new CodeList(
        name,
        entries.map((entry) => ({
          code: entry.code,
          parent: entry.parent ?? null,
          validFrom: entry.from ?? null,
          validTo: entry.to ?? null,
          flags: new Map(Object.entries(entry.flags ?? {})),
        })),
      ),
    ]),
  );
}
