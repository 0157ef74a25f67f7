/** Single keys, when nobody writes and nothing else is held down. */

import { useLayoutEffect, useRef } from "preact/hooks";

export type Keys = Readonly<Record<string, () => void>>;

export function useKeys(keys: Keys, letters: boolean): void {
  const newest = useRef(keys); // whoever types fast meets the newest, not those of before the last letter
  useLayoutEffect(() => {
    newest.current = keys;
  });
  // With the screen, not a frame after it: the next key may come in between.
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const held = event.ctrlKey || event.metaKey || event.altKey;
      if (held || event.defaultPrevented || isWriting(event.target) || isCovered()) {
        return;
      }
      const act = Object.hasOwn(newest.current, event.key) ? newest.current[event.key] : undefined;
      if (act !== undefined && (letters || event.key.length > 1)) {
        event.preventDefault();
        act();
      }
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [letters]);
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, dialog") !== null;
}

/** By a dialog: while the focus is between its last control and its first, the page behind it does not act. */
function isCovered(): boolean {
  return document.querySelector("dialog[open]") !== null;
}
