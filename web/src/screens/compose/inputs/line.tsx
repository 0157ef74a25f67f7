/** One line of text that becomes a value in its own spelling: `12,5` is 12.5 once the writer goes on. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";

interface Props {
  readonly id: string;
  readonly label?: string;
  readonly text: string; // as the value has it
  readonly describedBy?: string | undefined;
  readonly invalid?: boolean;
  readonly required?: boolean;
  readonly mode?: "text" | "decimal" | "numeric" | "tel" | "email";
  readonly mono?: boolean;
  readonly placeholder?: string;
  readonly spelled: (typed: string) => string;
  readonly onChange: (text: string) => void;
}

export function Line(props: Props): JSX.Element {
  const [typed, setTyped] = useState<string | null>(null); // null: not being typed in
  const { mono = false, mode = "text" } = props;
  return (
    <input
      id={props.id}
      type="text"
      inputMode={mode}
      autocomplete="off"
      autocapitalize={mono ? "characters" : "sentences"}
      class={mono ? "mono" : undefined}
      dir={mono ? "ltr" : "auto"}
      aria-label={props.label}
      aria-describedby={props.describedBy}
      aria-invalid={props.invalid ?? false}
      aria-required={props.required ?? false}
      placeholder={props.placeholder}
      value={typed ?? props.text}
      onInput={(event) => {
        setTyped(event.currentTarget.value);
        props.onChange(props.spelled(event.currentTarget.value));
      }}
      onBlur={() => setTyped(null)}
    />
  );
}
