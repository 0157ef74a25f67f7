/**
 * Is a new password worth 0.15 s per guess? Asked when one is chosen, never when one is typed again.
 *
 * As `cencomm/client/account/password_strength.py`, to which shared cases hold it: the relay holds what it needs to
 * guess offline (docs/attacks.md), so length counts only as far as it is not predictable.
 */

import { UsageError } from "../errors";

export const MIN_PASSWORD_LETTERS = 12;
const MIN_UNPREDICTABLE_LETTERS = 8; // what has to remain when the predictable is counted once
const MIN_WORD_LETTERS = 3; // a name of two letters takes nothing away from a password

const KEYBOARD_ROWS = ["1234567890", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "qsdfghjklm", "zxcvbnm"];
const KEYBOARD_STEPS = new Set(
  KEYBOARD_ROWS.flatMap((row) => [row, [...row].reverse().join("")]).flatMap((row) =>
    [...row].slice(1).map((letter, place) => row[place]! + letter),
  ),
);
const WORDS = `
    password passwort passwd motdepasse contrasena contraseña senha parol пароль secret welcome bonjour letmein
    iloveyou football dragon monkey master admin login summer winter spring autumn sommer sunshine princess
    customs douane douanes zoll aduana aduanas alfandega таможня officer cencomm operation seizure border interpol
`.trim().split(/\s+/); // what people of this work, and everybody else, choose first
const LOOKALIKES: ReadonlyMap<string, string> = new Map(
  [..."@4310$5!7"].map((sign, place) => [sign, "aaeiossit"[place]!]),
);
const ALPHANUMERIC = /^[\p{L}\p{N}]$/u;

/** A password that a machine guesses too soon. */
export class WeakPassword extends UsageError {}

/**
 * A guesser who has seen `known` has no short way to this password, as far as we can see.
 *
 * `password` is in its one spelling; `known` stands beside the password wherever it is asked for: the name, the relay.
 *
 * @throws WeakPassword too short, or too little of it is unpredictable.
 */
export function checkStrength(password: string, known: readonly string[]): void {
  if ([...password].length < MIN_PASSWORD_LETTERS) {
    throw new WeakPassword(`a password has at least ${MIN_PASSWORD_LETTERS} characters; four or five words are good`);
  }
  const typed = password.toLowerCase();
  const meant = [...typed].map((letter) => LOOKALIKES.get(letter) ?? letter).join("");
  if (Math.min(unpredictable(typed, known), unpredictable(meant, known)) < MIN_UNPREDICTABLE_LETTERS) {
    throw new WeakPassword("too easy to guess: use several words that do not belong together");
  }
}

/** How many letters are left when each known word, repeat and step from the letter before counts as one. */
function unpredictable(text: string, known: readonly string[]): number {
  const period = (text + text).indexOf(text, 1); // "abcabcabc" is worth "abc"
  let left = text.slice(0, period);
  const words = [...new Set([...WORDS, ...known.map((word) => word.toLowerCase())])];
  for (const word of words.sort((first, second) => [...second].length - [...first].length)) {
    const letters = [...word];
    if (letters.length >= MIN_WORD_LETTERS) {
      left = left.replaceAll(word, letters[0]!);
    }
  }
  const letters = [...left];
  return letters.length - letters.slice(1).filter((letter, place) => isStep(letters[place]!, letter)).length;
}

function isStep(first: string, second: string): boolean {
  const step = second.codePointAt(0)! - first.codePointAt(0)!;
  const isNext = Math.abs(step) === 1 && ALPHANUMERIC.test(first) && ALPHANUMERIC.test(second);
  return step === 0 || isNext || KEYBOARD_STEPS.has(first + second);
}
