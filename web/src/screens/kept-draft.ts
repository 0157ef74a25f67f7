/** The draft that is being written: kept half a second after the last letter, at once when the page may go away. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import type { DraftView } from "../mailbox/views";

const QUIET_MILLISECONDS = 500;

interface KeptDraft {
  readonly draft: DraftView | null; // null: nothing is being written
  readonly write: (draft: DraftView) => void;
  readonly leave: (keep?: boolean) => void; // it was sent or thrown away, unless it is to be kept
}

/** `save` says whether it was kept; if not, the next letter tries again. */
export function useKeptDraft(save: (draft: DraftView) => Promise<boolean>): KeptDraft {
  const [draft, setDraft] = useState<DraftView | null>(null);
  const unsaved = useRef<DraftView | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const keep = useRef(save);
  keep.current = save;

  const flush = useCallback(() => {
    clearTimeout(timer.current);
    const waiting = unsaved.current;
    unsaved.current = null;
    if (waiting !== null) {
      void keep.current(waiting).then((kept) => {
        unsaved.current ??= kept ? null : waiting;
      });
    }
  }, []);
  const write = useCallback(
    (changed: DraftView) => {
      if (unsaved.current !== null && unsaved.current.draft !== changed.draft) {
        flush(); // of another one: it is kept too
      }
      setDraft(changed);
      unsaved.current = changed;
      clearTimeout(timer.current);
      timer.current = setTimeout(flush, QUIET_MILLISECONDS);
    },
    [flush],
  );
  const leave = useCallback(
    (keepIt = false) => {
      if (keepIt) {
        flush();
      }
      clearTimeout(timer.current);
      unsaved.current = null;
      setDraft(null);
    },
    [flush],
  );

  useEffect(() => {
    const ask = (event: BeforeUnloadEvent): void => {
      if (unsaved.current !== null) {
        flush();
        event.preventDefault(); // the browser asks whether to go before it is kept
      }
    };
    window.addEventListener("blur", flush);
    document.addEventListener("visibilitychange", flush);
    window.addEventListener("beforeunload", ask);
    return () => {
      window.removeEventListener("blur", flush);
      document.removeEventListener("visibilitychange", flush);
      window.removeEventListener("beforeunload", ask);
    };
  }, [flush]);
  return { draft, write, leave };
}
