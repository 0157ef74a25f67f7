/** One question: its label, whether it has to be answered, whether the answer is personal, its input, what is wrong. */

import type { JSX } from "preact";

import type { JsonObject, JsonValue } from "../../forms/canonical-json";
import type { Field } from "../../forms/form";
import { pick } from "../../forms/language";
import { isRepairable, repaired } from "../../forms/repair";
import { isRequired } from "../../forms/validation";
import { useWords } from "../../words";
import { idOf, liesAt, useEntry, type InputProps } from "./entry";
import { CodeInput, CodesInput } from "./inputs/code-input";
import { CoordinateInput, MoneyInput, QuantityInput } from "./inputs/composite-inputs";
import { IdentifierInput } from "./inputs/identifier-input";
import { PlaceInput } from "./inputs/place-input";
import {
  BooleanInput,
  DateInput,
  InstantInput,
  NumberInput,
  ReferenceInput,
  TextInput,
  TimeInput,
} from "./inputs/simple-inputs";

interface Props {
  readonly field: Field;
  readonly path: string;
  readonly row: JsonObject;
  readonly onChange: (value: JsonValue | undefined) => void;
}

const GROUPS: ReadonlySet<string> = new Set(["quantity", "money", "place", "coordinate", "instant"]);
const WIDE: ReadonlySet<string> = new Set(["long_text", "codes"]);

export function FieldEntry({ field, path, row, onChange }: Props): JSX.Element {
  const { tongue, header, faults, onLeave } = useEntry();
  const words = useWords();
  const id = idOf(path);
  const inRow = path.includes("["); // there a place stands beside what it is to the journey
  const label = pick(field.label, tongue.language);
  const required = isRequired(field.required, row, header);
  const wrong = faults.filter((fault) => liesAt(fault, path));
  const text = (
    <>
      <bdi>{label}</bdi>
      {!required && <em> {words.say("optional")}</em>}
      {field.nominal === 1 && <small class="tag personal">{tongue.word("nominal")}</small>}
      {field.nominal === "X" && (
        <small class="tag personal" title={tongue.word("identifier")}>
          {words.say("may identify")}
        </small>
      )}
    </>
  );
  return (
    <div
      class={`entry ${WIDE.has(field.kind.type) || (field.kind.type === "place" && !inRow) ? "wide" : ""} ${wrong.length > 0 ? "faulty" : ""}`}
      onFocusOut={(event) => {
        if (!(event.relatedTarget instanceof Node) || !event.currentTarget.contains(event.relatedTarget)) {
          onLeave(path);
        }
      }}
    >
      {GROUPS.has(field.kind.type) ? <span class="name">{text}</span> : <label for={id}>{text}</label>}
      {field.help !== null && (
        <small id={`${id}-help`}>
          <bdi>{pick(field.help, tongue.language)}</bdi>
        </small>
      )}
      <div class="answer">
        {input({
          id,
          path,
          label,
          field,
          value: row.get(field.name),
          row,
          required,
          invalid: wrong.length > 0,
          describedBy: [field.help === null ? "" : `${id}-help`, wrong.length > 0 ? `${id}-wrong` : ""].join(" ").trim(),
          onChange,
        })}
      </div>
      {wrong.length > 0 && (
        <p class="fault" id={`${id}-wrong`}>
          {wrong.map((fault) => tongue.explain(fault)).join(" ")}{" "}
          {wrong.some(isRepairable) && (
            <button
              type="button"
              class="link"
              onClick={() => onChange(repaired(row.get(field.name), field.kind.type === "long_text"))}
            >
              {words.say("Take out what cannot be seen")}
            </button>
          )}
        </p>
      )}
    </div>
  );
}

type InputOf = Omit<InputProps<never>, "kind"> & { readonly field: Field };

function input({ field: { kind }, ...props }: InputOf): JSX.Element {
  switch (kind.type) {
    case "text":
    case "long_text":
      return <TextInput kind={kind} {...props} />;
    case "integer":
    case "decimal":
      return <NumberInput kind={kind} {...props} />;
    case "boolean":
      return <BooleanInput kind={kind} {...props} />;
    case "date":
      return <DateInput kind={kind} {...props} />;
    case "time":
      return <TimeInput kind={kind} {...props} />;
    case "instant":
      return <InstantInput kind={kind} {...props} />;
    case "code":
      return <CodeInput kind={kind} {...props} />;
    case "codes":
      return <CodesInput kind={kind} {...props} />;
    case "place":
      return <PlaceInput kind={kind} {...props} />;
    case "coordinate":
      return <CoordinateInput kind={kind} {...props} />;
    case "quantity":
      return <QuantityInput kind={kind} {...props} />;
    case "money":
      return <MoneyInput kind={kind} {...props} />;
    case "identifier":
      return <IdentifierInput kind={kind} {...props} />;
    case "message":
    case "attachment":
      return <ReferenceInput kind={kind} {...props} />;
  }
}
