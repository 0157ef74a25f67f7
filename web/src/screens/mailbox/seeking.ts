/** A search as the list shows it: what was found stays while more is found. */

import { useEffect, useRef, useState } from "preact/hooks";

import type { Finding, Sought } from "../../worker/calls";
import type { MailboxActions } from "./actions";

/** How far the search went. `since`: all that was written later was searched; null: nothing is known yet. */
export type SearchProgress =
  | { readonly state: "complete" }
  | { readonly state: "searching"; readonly since: number | null }
  | { readonly state: "stopped" }; // the line broke; `again` goes on

export interface Search {
  readonly found: ReadonlySet<string>; // keys of messages
  readonly progress: SearchProgress;
  readonly again: () => void;
}

type Result = Omit<Search, "again">;

const BEGINNING: Result = { found: new Set(), progress: { state: "searching", since: null } };

/** What is found of `sought` among so many messages; null: nothing is sought. */
export function useSearch(sought: Sought | null, messages: number, onSearch: MailboxActions["onSearch"]): Search {
  const [result, setResult] = useState(BEGINNING);
  const newest = useRef(0);
  const again = (): void => {
    newest.current += 1;
    const search = newest.current;
    if (sought === null) {
      setResult(BEGINNING);
      return;
    }
    let isFirst = true;
    const hear = (finding: Finding): void => {
      if (search === newest.current) {
        const isBeginning = isFirst;
        isFirst = false;
        setResult(({ found }) => after(isBeginning ? new Set() : found, finding));
      }
    };
    void onSearch(sought, hear).then((isDone) => {
      if (!isDone && search === newest.current) {
        setResult(({ found }) => ({ found, progress: { state: "stopped" } }));
      }
    });
  };
  useEffect(again, [sought?.typed, sought?.language, messages]);
  return { ...result, again };
}

function after(before: ReadonlySet<string>, { found, since }: Finding): Result {
  return {
    found: found.length === 0 ? before : new Set([...before, ...found]),
    progress: since === null ? { state: "complete" } : { state: "searching", since },
  };
}
