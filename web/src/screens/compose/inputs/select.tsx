/** A plain list, with nothing chosen as its first line. */

import type { JSX } from "preact";

interface Props {
  readonly id: string;
  readonly label?: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly describedBy?: string;
  readonly invalid?: boolean;
  readonly required?: boolean;
  readonly without?: string; // what is said for nothing; absent: a dash
  readonly onChange: (value: string | undefined) => void;
}

export function Select(props: Props): JSX.Element {
  return (
    <select
      id={props.id}
      autocomplete="off"
      aria-label={props.label}
      aria-describedby={props.describedBy}
      aria-invalid={props.invalid ?? false}
      aria-required={props.required ?? false}
      value={props.value}
      onChange={(event) => {
        const { value } = event.currentTarget;
        props.onChange(value === "" ? undefined : value);
      }}
    >
      <option value="">{props.without ?? "—"}</option>
      {props.options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
