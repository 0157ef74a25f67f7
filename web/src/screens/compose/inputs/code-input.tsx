/** One code, or several: a plain list where there are few, type-ahead where there are many. */

import type { JSX } from "preact";

import type { JsonValue } from "../../../forms/canonical-json";
import type { CodeKind, CodesKind } from "../../../forms/kinds/code";
import { useWords } from "../../../words";
import { useEntry, type InputProps } from "../entry";
import { Combobox } from "./combobox";
import { FEW, finder, offered } from "./offer";
import { Select } from "./select";

export function CodeInput(props: InputProps<CodeKind>): JSX.Element {
  const { kind, value, row } = props;
  const { tongue, lists, onDate } = useEntry();
  const list = lists.get(kind.list);
  if (list === undefined) {
    return <UnknownList />;
  }
  const entries = offered(kind, list, row, onDate);
  const code = typeof value === "string" ? value : "";
  if (entries.length <= FEW && kind.under === null) {
    return (
      <Select
        {...props}
        value={code}
        options={entries.map((entry) => ({ value: entry.code, label: tongue.code(kind.list, entry.code) }))}
      />
    );
  }
  return (
    <Combobox
      {...props}
      chosen={code === "" ? "" : tongue.code(kind.list, code)}
      find={finder(entries, list, tongue)}
      onChoose={(chosen) => props.onChange(chosen ?? undefined)}
    />
  );
}

export function CodesInput(props: InputProps<CodesKind>): JSX.Element {
  const { id, kind, value, row } = props;
  const { tongue, lists, onDate } = useEntry();
  const words = useWords();
  const list = lists.get(kind.list);
  if (list === undefined) {
    return <UnknownList />;
  }
  const codes = Array.isArray(value)
    ? (value as readonly JsonValue[]).filter((code): code is string => typeof code === "string")
    : [];
  const rest = offered(kind, list, row, onDate).filter(({ code }) => !codes.includes(code));
  return (
    <div class="chips">
      {codes.map((code) => (
        <button
          type="button"
          class="chip"
          key={code}
          aria-label={words.say("Remove {what}", { what: tongue.code(kind.list, code) })}
          onClick={() => props.onChange(codes.filter((one) => one !== code))}
        >
          <bdi>{tongue.code(kind.list, code)}</bdi> <span aria-hidden="true">×</span>
        </button>
      ))}
      <Combobox
        {...props}
        id={id}
        chosen=""
        find={finder(rest, list, tongue)}
        onChoose={(chosen) => props.onChange(chosen === null ? codes : [...codes, chosen])}
      />
    </div>
  );
}

/** The unit's form may be newer than the page. */
function UnknownList(): JSX.Element {
  const words = useWords();
  return (
    <p class="notice wrong">
      {words.say("This program does not know the list of codes. Load the page again.")}
    </p>
  );
}
