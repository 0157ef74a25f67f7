/** The time of the screens: seconds, and a clock that moves on. */

import { useEffect, useState } from "preact/hooks";

export const CLOCK_MILLISECONDS = 5000; // clocks show minutes

export function seconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** Seconds, moving on. */
export function useClock(): number {
  const [now, setNow] = useState(seconds);
  useEffect(() => {
    const timer = setInterval(() => setNow(seconds()), CLOCK_MILLISECONDS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
