/** Where a list of containers is pasted, and what became of it. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { JsonObject } from "../../forms/canonical-json";
import { withContainers, type Pasted } from "../../forms/container-paste";
import type { Block } from "../../forms/form";
import { useWords, type Words } from "../../words";

interface Props {
  readonly block: Block;
  readonly rows: readonly JsonObject[];
  readonly onRows: (rows: readonly JsonObject[]) => void;
}

export function ContainerPaste({ block, rows, onRows }: Props): JSX.Element {
  const words = useWords();
  const [outcome, setOutcome] = useState<Pasted | null>(null);
  const onPaste = (event: ClipboardEvent): void => {
    event.preventDefault();
    const pasted = withContainers(block, rows, event.clipboardData?.getData("text/plain") ?? "");
    setOutcome(pasted);
    if (pasted.taken > 0) {
      onRows(pasted.rows);
    }
  };
  return (
    <div class="paste-list">
      <input
        type="text"
        class="paste"
        autocomplete="off"
        value=""
        placeholder={words.say("Paste a list of containers here")}
        aria-label={words.say("Paste a list of containers here")}
        onPaste={onPaste}
      />
      <small role="status">{outcome !== null && told(outcome, block.maxRows, words)}</small>
    </div>
  );
}

function told({ taken, wrong, known, left }: Pasted, most: number, words: Words): string {
  if (taken + known + left === 0) {
    return words.say("No container number was found in what was pasted.");
  }
  return [
    words.say("Containers taken: {taken}.", { taken }),
    ...(wrong > 0 ? [words.say("Their check digit is wrong: {wrong}. Read those again.", { wrong })] : []),
    ...(known > 0 ? [words.say("There already, or twice: {known}.", { known })] : []),
    ...(left > 0
      ? [words.say("Left out: {left}. A report takes {most} entries: attach the list as a file.", { left, most })]
      : []),
  ].join(" ");
}
