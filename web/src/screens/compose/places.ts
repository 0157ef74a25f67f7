/** The places that an entry screen knows. */

import { useEffect, useState } from "preact/hooks";

import type { KnownPlaces } from "../../forms/known-places";

/** The list of places once it is there; whoever writes does not wait for it. */
export function usePlaces(load: () => Promise<KnownPlaces>): KnownPlaces | null {
  const [places, setPlaces] = useState<KnownPlaces | null>(null);
  useEffect(() => {
    let current = true;
    load().then(
      (loaded) => current && setPlaces(loaded),
      () => undefined, // a report can do without: its writer is told at the field
    );
    return () => {
      current = false;
    };
  }, [load]);
  return places;
}
