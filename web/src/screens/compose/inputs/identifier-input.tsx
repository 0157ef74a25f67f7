/** A number with a check digit: confirmed in place, or sent as it was seen once somebody read it again. */

import type { JSX } from "preact";

import { AS_SEEN, type IdentifierKind } from "../../../forms/kinds/identifier";
import { SCHEMES } from "../../../forms/check-digits";
import { isConfirmed, typedIdentifier } from "../../../forms/typing";
import { partText } from "../../../forms/values";
import { useWords } from "../../../words";
import type { InputProps } from "../entry";
import { Line } from "./line";

export function IdentifierInput(props: InputProps<IdentifierKind>): JSX.Element {
  const { kind, value, onChange } = props;
  const words = useWords();
  const asSeen = value instanceof Map;
  const text = asSeen ? partText(value, AS_SEEN) : typeof value === "string" ? value : "";
  const { pattern, check } = SCHEMES[kind.scheme];
  const isWrong = check !== undefined && pattern.test(text) && check(text) !== text;
  return (
    <div class="beside identifier">
      <Line
        {...props}
        mono
        mode={kind.scheme === "phone" ? "tel" : kind.scheme === "email" ? "email" : "text"}
        text={text}
        spelled={(typed) => typedIdentifier(typed, kind.scheme)}
        onChange={(typed) => onChange(typed)}
      />
      {isConfirmed(text, kind.scheme) && <span class="confirmed">✓ {words.say("check digit right")}</span>}
      {isWrong && (
        <label class="check">
          <input
            type="checkbox"
            checked={asSeen}
            onChange={(event) => onChange(event.currentTarget.checked ? new Map([[AS_SEEN, text]]) : text)}
          />
          {words.say("It is really written like this")}
        </label>
      )}
    </div>
  );
}
