/** The browser's own "Back", on a phone a gesture: it closes what is open, as everywhere else, and does not sign out. */

import { useEffect, useRef } from "preact/hooks";

/**
 * One step of history stands before the mailbox, with nothing in it. Who goes back twice without touching the page
 * leaves it: browsers let no page keep anybody.
 */
export function useBackButton(onBack: () => void): void {
  const newest = useRef(onBack);
  newest.current = onBack;
  useEffect(() => {
    const onPopState = (): void => {
      history.pushState(null, "");
      newest.current();
    };
    history.pushState(null, "");
    window.addEventListener("popstate", onPopState);
    return () => window.removeEventListener("popstate", onPopState);
  }, []);
}
