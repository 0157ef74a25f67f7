/** Whether a password that is being typed will do, and if not, what it lacks. It is judged here and goes nowhere. */

import type { JSX } from "preact";

import { enforce, UnusableText } from "../../account/opaque-string";
import { checkStrength, MIN_PASSWORD_LETTERS, WeakPassword } from "../../account/password-strength";
import { useWords } from "../../words";

interface Props {
  readonly password: string;
  readonly known: readonly string[]; // what stands beside the password wherever it is asked for
}

type Verdict = "nothing" | "unusable" | "short" | "guessable" | "good";

export function PasswordStrength({ password, known }: Props): JSX.Element {
  const words = useWords();
  const verdict = judged(password, known);
  const missing = MIN_PASSWORD_LETTERS - [...password].length;
  return (
    <p class={verdict === "good" ? "hint strength good" : "hint strength"} role="status">
      {verdict === "nothing" && words.say("Four or five words that do not belong together. Nobody can tell it to you again.")}
      {verdict === "unusable" && words.say("There is a character in it that no name or password can have.")}
      {verdict === "short" && words.say("Too short. Characters still missing: {count}.", { count: missing })}
      {verdict === "guessable" && words.say("This password is guessed too soon. Take four or five words that do not belong together.")}
      {verdict === "good" && words.say("It will do.")}
    </p>
  );
}

function judged(password: string, known: readonly string[]): Verdict {
  if (password === "") {
    return "nothing";
  }
  try {
    checkStrength(enforce(password), known.filter((word) => word !== "").map(enforce));
    return "good";
  } catch (error) {
    if (error instanceof UnusableText) {
      return "unusable";
    }
    if (error instanceof WeakPassword) {
      return [...password].length < MIN_PASSWORD_LETTERS ? "short" : "guessable";
    }
    throw error;
  }
}
