/** Inputs of one line or one choice: text, numbers, dates, yes and no, references. */

import type { JSX } from "preact";

import type { DateKind, InstantKind, TimeKind } from "../../../forms/kinds/calendar";
import type { BooleanKind, DecimalKind, IntegerKind } from "../../../forms/kinds/number";
import type { ReferenceKind } from "../../../forms/kinds/reference";
import type { TextKind } from "../../../forms/kinds/text";
import { typedDate, typedDecimal, typedInteger, typedText, typedTime } from "../../../forms/typing";
import { useWords } from "../../../words";
import { useEntry, type InputProps } from "../entry";
import { Line } from "./line";
import { MomentInput } from "./moment-input";
import { Select } from "./select";

function asText(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

export function TextInput(props: InputProps<TextKind>): JSX.Element {
  const { id, kind, value, onChange } = props;
  if (kind.type === "text") {
    return <Line {...props} text={asText(value)} spelled={typedText} />;
  }
  return (
    <textarea
      id={id}
      autocomplete="off"
      dir="auto"
      rows={4}
      aria-describedby={props.describedBy}
      aria-invalid={props.invalid}
      aria-required={props.required}
      value={asText(value)}
      onInput={(event) => onChange(typedText(event.currentTarget.value))}
    />
  );
}

export function NumberInput(props: InputProps<IntegerKind | DecimalKind>): JSX.Element {
  const { kind, value, onChange } = props;
  return kind.type === "integer" ? (
    <Line
      {...props}
      mono
      mode="numeric"
      text={asText(value)}
      spelled={(typed) => typed}
      onChange={(typed) => onChange(typedInteger(typed))}
    />
  ) : (
    <Line {...props} mono mode="decimal" text={asText(value)} spelled={typedDecimal} />
  );
}

export function DateInput(props: InputProps<DateKind>): JSX.Element {
  const words = useWords();
  const { today } = useEntry();
  const { kind, value, onChange } = props;
  return (
    <div class="beside">
      <Line {...props} mono mode="numeric" text={asText(value)} spelled={typedDate} placeholder="2026-03-05" />
      {kind.past && value === undefined && (
        <button type="button" class="quiet" onClick={() => onChange(today)}>
          {words.say("Today")}
        </button>
      )}
    </div>
  );
}

export function TimeInput(props: InputProps<TimeKind>): JSX.Element {
  return <Line {...props} mono mode="numeric" text={asText(props.value)} spelled={typedTime} placeholder="06:10" />;
}

export function InstantInput(props: InputProps<InstantKind>): JSX.Element {
  return (
    <MomentInput {...props} text={asText(props.value)} onChange={(text) => props.onChange(text === "" ? undefined : text)} />
  );
}

export function BooleanInput(props: InputProps<BooleanKind>): JSX.Element {
  const { tongue } = useEntry();
  const { value, onChange } = props;
  return (
    <Select
      {...props}
      value={typeof value === "boolean" ? String(value) : ""}
      options={[
        { value: "true", label: tongue.word("yes") },
        { value: "false", label: tongue.word("no") },
      ]}
      onChange={(chosen) => onChange(chosen === undefined ? undefined : chosen === "true")}
    />
  );
}

export function ReferenceInput(props: InputProps<ReferenceKind>): JSX.Element {
  const { related, attachments } = useEntry();
  const { kind, value } = props;
  const options =
    kind.type === "message"
      ? related.map(({ message, title }) => ({ value: message, label: title }))
      : attachments.map(({ attachment, name }) => ({ value: attachment, label: name }));
  const chosen = asText(value);
  const unknown = chosen !== "" && !options.some((option) => option.value === chosen);
  return (
    <Select
      {...props}
      value={chosen}
      options={unknown ? [...options, { value: chosen, label: chosen.slice(0, 8) }] : options}
    />
  );
}
