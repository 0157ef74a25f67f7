/** How messages are read here: code lists and words, fetched until the line gives them. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { Readings } from "../mailbox/readings";
import type { Resources } from "../resources";
import { CLOCK_MILLISECONDS } from "./clock";

/** How messages are read in that language; null until code lists and words are here. */
export function useReadings(resources: Resources, language: string): Readings | null {
  const [readings, setReadings] = useState<Readings | null>(null);
  const wanted = useRef(language);
  wanted.current = language;
  const fetchThem = useCallback(async () => {
    const [lists, tongue] = await Promise.all([resources.codes(), resources.tongue(language)]);
    if (wanted.current === language) {
      setReadings(new Readings(tongue, lists));
    }
  }, [resources, language]);
  useEffect(() => {
    const retry = (): void => void fetchThem().catch(() => setTimeout(retry, CLOCK_MILLISECONDS)); // the line comes back
    retry();
  }, [fetchThem]);
  return readings;
}
