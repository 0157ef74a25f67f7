/** At the field: why TLP:RED is not sent where nobody was heard who would know of other readers (H3). */

import type { JSX } from "preact";

import { useWords } from "../../words";

/** `since` in seconds; null: nothing keeps it. */
export function StaleFault({ id, since }: { readonly id: string; readonly since: number | null }): JSX.Element | null {
  const words = useWords();
  return since === null ? null : (
    <p class="fault" id={id}>
      {words.say(
        "Nothing was heard from the archive or a coordinator since {time} UTC: TLP:RED is not sent until they are heard again.",
        { time: words.moment(since) },
      )}
    </p>
  );
}
