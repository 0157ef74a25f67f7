/** A new account by an access letter: the letter, the words that somebody compares by voice, then name and password. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { Enrol, Failure, LetterView, Step } from "../worker/calls";
import { useWords } from "../words";
import { failureSentence } from "./failure";
import { LanguageChoice } from "./language-choice";
import { LetterForm } from "./letter-form";
import { stepSentence } from "./steps";

interface Props {
  readonly failure: Failure | null;
  readonly step: Step | null; // not null: under way
  readonly readLetter: (letter: string) => Promise<LetterView | null>; // null: `failure` says why
  readonly onEnrol: (asked: Enrol) => void;
  readonly onBack: () => void;
}

export function EnrolmentScreen({ failure, step, readLetter, onEnrol, onBack }: Props): JSX.Element {
  const words = useWords();
  const [letter, setLetter] = useState("");
  const [view, setView] = useState<LetterView | null>(null);

  const read = async (text: string): Promise<void> => {
    setLetter(text);
    setView(await readLetter(text));
  };

  return (
    <main class="gate">
      <div class="panel enrolment" aria-busy={step !== null}>
        <p class="brand">
          CEN<i>comm</i>
        </p>
        <h1>{words.say("Enrol with an access letter")}</h1>
        {view === null ? (
          <LetterForm busy={step !== null} onRead={(text) => void read(text)} />
        ) : (
          <NewAccountForm
            view={view}
            busy={step !== null}
            onSubmit={(account) => onEnrol({ letter, ...account })}
          />
        )}
        {failure !== null && step === null && (
          <p class="notice wrong" role="alert">
            {failureSentence(words, failure)}
          </p>
        )}
        <p class="notice" role="status">
          {step !== null && stepSentence(words, step)}
        </p>
        <button type="button" disabled={step !== null} onClick={view === null ? onBack : () => setView(null)}>
          {words.say("Back")}
        </button>
        <LanguageChoice />
      </div>
    </main>
  );
}

interface NewAccountProps {
  readonly view: LetterView;
  readonly busy: boolean;
  readonly onSubmit: (account: Omit<Enrol, "letter">) => void;
}

function NewAccountForm({ view, busy, onSubmit }: NewAccountProps): JSX.Element {
  const words = useWords();
  const [compared, setCompared] = useState(false);
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [code, setCode] = useState("");
  const differs = again !== "" && again !== password;

  const submit = (event: Event): void => {
    event.preventDefault();
    if (compared && password === again) {
      onSubmit({ name, password, registrationCode: view.asksForCode ? code : null });
    }
  };

  return (
    <form onSubmit={submit}>
      <h2>{words.say("The operation's words")}</h2>
      <ol class="fingerprint" dir="ltr" lang="en">
        {view.words.map((word) => (
          <li key={word}>{word}</li>
        ))}
      </ol>
      <p>{words.say("Compare them, word by word, with those that your coordination unit says to you.")}</p>
      <label class="check">
        <input type="checkbox" checked={compared} onChange={(event) => setCompared(event.currentTarget.checked)} />
        {words.say("I compared them: they are the same")}
      </label>
      <fieldset disabled={!compared || busy}>
        <label>
          {words.say("Name")}
          <input
            name="name"
            autocomplete="username"
            required
            dir="auto"
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <p class="hint">{words.say("Choose one to sign in with. The relay does not learn it.")}</p>
        <label>
          {words.say("Password")}
          <input
            name="new-password"
            type="password"
            autocomplete="new-password"
            required
            value={password}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        </label>
        <p class="hint">{words.say("Four or five words that do not belong together. Nobody can tell it to you again.")}</p>
        <label>
          {words.say("Password, once more")}
          <input
            name="new-password-again"
            type="password"
            autocomplete="new-password"
            required
            aria-invalid={differs}
            value={again}
            onInput={(event) => setAgain(event.currentTarget.value)}
          />
        </label>
        {differs && <p class="notice wrong">{words.say("The two passwords are not the same.")}</p>}
        {view.asksForCode && (
          <label>
            {words.say("Registration code of this relay")}
            <input
              name="registration-code"
              autocomplete="off"
              required
              dir="ltr"
              value={code}
              onInput={(event) => setCode(event.currentTarget.value)}
            />
          </label>
        )}
        <button class="primary" disabled={differs}>
          {words.say("Make the account and ask to be admitted")}
        </button>
      </fieldset>
    </form>
  );
}
