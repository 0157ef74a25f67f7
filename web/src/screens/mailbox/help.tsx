/** The keys, in a dialog; single letters can be switched off (WCAG 2.1.4). */

import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

import { useWords } from "../../words";

interface Props {
  readonly open: boolean;
  readonly letters: boolean; // single letters do something
  readonly onLetters: (letters: boolean) => void;
  readonly onClose: () => void;
}

export function Help({ open, letters, onLetters, onClose }: Props): JSX.Element {
  const words = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  // before the next key: a Tab in between would take the focus on, and closing would give it back elsewhere
  useLayoutEffect(() => {
    if (open) {
      dialog.current?.showModal();
    } else {
      dialog.current?.close();
    }
  }, [open]);
  const keys: readonly (readonly [string, string])[] = [
    ["j  k", words.say("Next message, the one before")],
    ["Enter", words.say("Read the chosen message")],
    ["r", words.say("Respond")],
    ["a", words.say("Acknowledge")],
    ["f", words.say("Flag")],
    ["n", words.say("Write a note")],
    ["/", words.say("Search")],
    ["Esc", words.say("Back to the list")],
    ["?", words.say("These keys")],
  ];
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={onClose}>
      <h2 id="help-title">{words.say("Keys")}</h2>
      <dl>
        {keys.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input type="checkbox" checked={letters} onChange={(event) => onLetters(event.currentTarget.checked)} />
        {words.say("Single letters do this")}
      </label>
      <form method="dialog">
        <button class="primary">{words.say("Close")}</button>
      </form>
    </dialog>
  );
}
