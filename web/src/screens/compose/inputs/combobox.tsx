/** Type-ahead (ARIA 1.2, combobox with a list): letters find, arrows go, Enter or Tab takes, Escape ends. */

import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";

import { useWords } from "../../../words";

export interface Option {
  readonly value: string;
  readonly label: string;
  readonly hint: string; // what stands small beside it: the code, the wider term
}

interface Props {
  readonly id: string;
  readonly chosen: string; // label of what is chosen, "" for nothing
  readonly label?: string; // where no <label> names it
  readonly placeholder?: string;
  readonly describedBy?: string;
  readonly invalid?: boolean;
  readonly required?: boolean;
  readonly find: (text: string) => readonly Option[];
  readonly onChoose: (value: string | null) => void;
  readonly onFree?: (text: string) => void; // what was typed and not chosen; absent: it is dropped
}

export function Combobox(props: Props): JSX.Element {
  const { id, chosen, find, onChoose } = props;
  const words = useWords();
  const [text, setText] = useState<string | null>(null); // null: not being typed in
  const [active, setActive] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const options = text === null ? [] : find(text);
  const open = text !== null && options.length > 0;

  const type = (typed: string | null): void => {
    setText(typed);
    setActive(0);
  };
  const take = (option: Option | undefined): void => {
    if (option !== undefined) {
      onChoose(option.value);
    }
    type(null);
  };
  const go = (to: number): void => {
    const place = (to + options.length) % options.length;
    setActive(place);
    list.current?.children[place]?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.isComposing) {
      return; // an input method is choosing its own
    }
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp":
        event.preventDefault();
        if (open) {
          go(active + (event.key === "ArrowDown" ? 1 : -1));
        } else {
          type(text ?? "");
        }
        break;
      case "Enter":
        if (open) {
          event.preventDefault();
          take(options[active]);
        }
        break;
      case "Tab":
        if (open && text !== "") {
          take(options[active]);
        }
        break;
      case "Escape":
        if (text !== null) {
          event.stopPropagation();
          type(null);
        }
        break;
    }
  };

  return (
    <div class="combobox">
      <input
        id={id}
        role="combobox"
        type="text"
        autocomplete="off"
        dir="auto"
        aria-autocomplete="list"
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-activedescendant={open ? `${id}-${active}` : undefined}
        aria-label={props.label}
        aria-describedby={props.describedBy}
        aria-invalid={props.invalid ?? false}
        aria-required={props.required ?? false}
        placeholder={props.placeholder}
        value={text ?? chosen}
        onClick={() => type(text ?? "")}
        onInput={(event) => {
          const typed = event.currentTarget.value;
          if (typed === "") {
            onChoose(null);
          }
          type(typed);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => {
          if (text !== null && text !== "") {
            props.onFree?.(text);
          }
          type(null);
        }}
      />
      <ul id={`${id}-list`} role="listbox" aria-label={props.label ?? chosen} ref={list} hidden={!open}>
        {options.map((option, place) => (
          <li
            key={option.value}
            id={`${id}-${place}`}
            role="option"
            aria-selected={place === active}
            // Before the input loses the focus, and with it the list:
            onPointerDown={(event) => {
              event.preventDefault();
              take(option);
            }}
          >
            <bdi>{option.label}</bdi> <small>{option.hint}</small>
          </li>
        ))}
      </ul>
      {text !== null && text !== "" && options.length === 0 && props.onFree === undefined && (
        <small role="status">{words.say("Nothing in the list fits.")}</small>
      )}
    </div>
  );
}
