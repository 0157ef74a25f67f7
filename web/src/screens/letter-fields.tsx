/** What both kinds of letters ask of their holder: words to be compared by voice, and a password, twice. */

import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

import { useWords } from "../words";
import { PasswordStrength } from "./account/password-strength";

interface WordsProps {
  readonly spoken: readonly string[];
  readonly compared: boolean;
  readonly onCompared: (compared: boolean) => void;
}

export function ComparedWords({ spoken, compared, onCompared }: WordsProps): JSX.Element {
  const words = useWords();
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), []); // the button that led here is gone
  return (
    <>
      <h2 ref={heading} tabIndex={-1}>
        {words.say("The operation's words")}
      </h2>
      <ol class="fingerprint" dir="ltr" lang="en">
        {spoken.map((word) => (
          <li key={word}>{word}</li>
        ))}
      </ol>
      <p>{words.say("Compare them, word by word, with those that your coordination unit says to you.")}</p>
      <label class="check">
        <input type="checkbox" checked={compared} onChange={(event) => onCompared(event.currentTarget.checked)} />
        {words.say("I compared them: they are the same")}
      </label>
    </>
  );
}

/** A password that is being chosen. */
export interface ChosenPassword {
  readonly password: string;
  readonly again: string;
}

export const NO_PASSWORD: ChosenPassword = { password: "", again: "" };

export function differs({ password, again }: ChosenPassword): boolean {
  return again !== "" && again !== password;
}

interface PasswordProps {
  readonly chosen: ChosenPassword;
  readonly name: string; // which no password may be made of
  readonly onChoose: (chosen: ChosenPassword) => void;
}

export function PasswordFields({ chosen, name, onChoose }: PasswordProps): JSX.Element {
  const words = useWords();
  return (
    <>
      <label>
        {words.say("Password")}
        <input
          name="new-password"
          type="password"
          autocomplete="new-password"
          required
          value={chosen.password}
          onInput={(event) => onChoose({ ...chosen, password: event.currentTarget.value })}
        />
      </label>
      <PasswordStrength password={chosen.password} known={[name]} />
      <label>
        {words.say("Password, once more")}
        <input
          name="new-password-again"
          type="password"
          autocomplete="new-password"
          required
          aria-invalid={differs(chosen)}
          value={chosen.again}
          onInput={(event) => onChoose({ ...chosen, again: event.currentTarget.value })}
        />
      </label>
      {differs(chosen) && <p class="notice wrong">{words.say("The two passwords are not the same.")}</p>}
    </>
  );
}
