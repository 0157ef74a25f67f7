/** "New message", and which form: only those that the unit allows now, in the reader's language. */

import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";

import type { JsonObject, JsonValue } from "../../forms/canonical-json";
import { useWords, type Words } from "../../words";
import { operationTitle } from "../people";
import { mayWrite, type BoardOperation } from "./board";

interface Props {
  readonly operations: readonly BoardOperation[];
  readonly onNew: (operation: string, formHash: string) => void;
}

export function NewMessage({ operations, onNew }: Props): JSX.Element | null {
  const words = useWords();
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const writable = operations.filter((one) => mayWrite(one) && one.mailbox.current.length > 0);
  if (writable.length === 0) {
    return null;
  }
  return (
    <div
      class="new-message"
      onKeyDown={(event) => {
        if (open && event.key === "Escape") {
          event.preventDefault(); // nothing else is left by it
          setOpen(false);
          button.current?.focus();
        }
      }}
    >
      <button ref={button} class="primary" aria-expanded={open} onClick={() => setOpen(!open)}>
        {words.say("New message")}
      </button>
      {open && (
        <ul class="new-forms">
          {writable.map((one) => (
            <li key={one.operation}>
              {writable.length > 1 && (
                <small>
                  <bdi>{one.overview === null ? one.operation.slice(0, 8) : operationTitle(words, one.overview)}</bdi>
                </small>
              )}
              {one.mailbox.current.map(({ formHash }) => (
                <button
                  key={formHash}
                  class={`box k-${formText(one, formHash, "name")}`}
                  onClick={() => {
                    setOpen(false);
                    onNew(one.operation, formHash);
                  }}
                >
                  <span class="kind">{formLabel(words, one, formHash)}</span>
                </button>
              ))}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** What a form is called in the reader's language. */
export function formLabel(words: Words, one: BoardOperation, formHash: string): string {
  const label = one.mailbox.forms.get(formHash)?.get("label");
  if (!(label instanceof Map)) {
    return formHash.slice(0, 8);
  }
  const texts = label as JsonObject;
  return textOr(texts.get(words.language), textOr(texts.get("en"), formHash.slice(0, 8)));
}

function formText(one: BoardOperation, formHash: string, key: string): string {
  return textOr(one.mailbox.forms.get(formHash)?.get(key), "");
}

function textOr(value: JsonValue | undefined, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}
