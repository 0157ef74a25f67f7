/** An account whose password was lost, and a reset letter: the same name, another password, new keys (D7). */

import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { NewKeysView } from "../account/letter-view";
import type { LetterView, Reset } from "../worker/calls";
import { useWords } from "../words";
import { ComparedWords, differs, NO_PASSWORD, PasswordFields } from "./letter-fields";

interface Props {
  readonly view: LetterView;
  readonly busy: boolean;
  readonly onSubmit: (account: Omit<Reset, "letter">) => void;
}

export function ResetForm({ view, busy, onSubmit }: Props): JSX.Element {
  const words = useWords();
  const [compared, setCompared] = useState(false);
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState(NO_PASSWORD);

  const submit = (event: Event): void => {
    event.preventDefault();
    if (compared && chosen.password === chosen.again) {
      onSubmit({ name, password: chosen.password });
    }
  };

  return (
    <form onSubmit={submit}>
      <ComparedWords spoken={view.words} compared={compared} onCompared={setCompared} />
      <fieldset disabled={!compared || busy}>
        <label>
          {words.say("The name that you sign in with")}
          <input
            name="name"
            autocomplete="username"
            required
            dir="auto"
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <p class="hint">{words.say("It stays. Password and keys are new, and what the old ones opened stays closed.")}</p>
        <PasswordFields chosen={chosen} name={name} onChoose={setChosen} />
        <button class="primary" disabled={differs(chosen)}>
          {words.say("Ask the unit for new keys")}
        </button>
      </fieldset>
    </form>
  );
}

/** What is left to do: the unit takes the new keys over, then one signs in. */
export function NewKeysWait({ keys }: { readonly keys: NewKeysView }): JSX.Element {
  const words = useWords();
  return (
    <>
      <p role="status">
        {words.say("Your new keys wait for your coordination unit. Once it has admitted you, sign in with the new password.")}
      </p>
      <h2>{words.say("The words of your keys")}</h2>
      <ol class="fingerprint" dir="ltr" lang="en">
        {keys.words.map((word, place) => (
          <li key={place}>{word}</li>
        ))}
      </ol>
      <p>{words.say("Say them if the unit asks you by telephone. Destroy the letter once you are admitted.")}</p>
      <p class="hint">
        {words.say("Your second factor and your devices end then: switch a second factor on again under Your account.")}
      </p>
    </>
  );
}
