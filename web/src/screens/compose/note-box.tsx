/** One box and Enter: the quickest way to say something. Shift and Enter begin a new line. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { JsonObject } from "../../forms/canonical-json";
import type { CodeLists } from "../../forms/code-list";
import type { Form } from "../../forms/form";
import { pick } from "../../forms/language";
import type { Tongue } from "../../forms/tongue";
import { typedText } from "../../forms/typing";
import { assess } from "../../forms/validation";
import { useWords } from "../../words";

interface Props {
  readonly form: Form; // whose one required question is a text
  readonly lists: CodeLists;
  readonly tongue: Tongue;
  readonly now: () => number; // seconds
  readonly text: string; // of the draft
  readonly disabled: boolean;
  readonly onChange: (text: string) => void;
  readonly onSend: (values: JsonObject) => void;
}

export function NoteBox(props: Props): JSX.Element | null {
  const { form, lists, tongue, text } = props;
  const words = useWords();
  const [fault, setFault] = useState<string | null>(null);
  const field = form.fields.find((one) => one.required === true && one.kind.ownWords);
  const [variant] = form.variants;
  if (field === undefined || variant === undefined) {
    return null;
  }
  const label = pick(form.label, tongue.language);
  const send = (): void => {
    const values: JsonObject = new Map([[field.name, text.trim()]]);
    const [first] = assess(form, values, { variant, lists, writtenAt: props.now() }).faults;
    setFault(first === undefined ? null : tongue.explain(first));
    if (first === undefined) {
      props.onSend(values);
    }
  };
  return (
    <div class={`note-box k-${form.name}`}>
      <textarea
        aria-label={label}
        aria-describedby={fault === null ? undefined : "note-fault"}
        aria-invalid={fault !== null}
        placeholder={words.say("Note to all who read this channel; Enter sends it")}
        rows={1}
        dir="auto"
        disabled={props.disabled}
        value={text}
        onInput={(event) => {
          setFault(null);
          props.onChange(typedText(event.currentTarget.value));
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
            event.preventDefault();
            if (text.trim() !== "") {
              send();
            }
          }
        }}
      />
      <button type="button" class="primary" disabled={props.disabled || text.trim() === ""} onClick={send}>
        {words.say("Send")}
      </button>
      {fault !== null && (
        <p class="fault" id="note-fault" role="alert">
          {fault}
        </p>
      )}
    </div>
  );
}
