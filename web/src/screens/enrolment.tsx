/** With a letter: the letter, the words that somebody compares by voice, then a new account, or new keys for a lost one. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { NewKeysView } from "../account/letter-view";
import type { Enrol, Failure, LetterView, Reset, Step } from "../worker/calls";
import { useWords } from "../words";
import { failureSentence } from "./failure";
import { LanguageChoice } from "./language-choice";
import { ComparedWords, differs, NO_PASSWORD, PasswordFields } from "./letter-fields";
import { LetterForm } from "./letter-form";
import { NewKeysWait, ResetForm } from "./reset-form";
import { stepSentence } from "./steps";

interface Props {
  readonly lost: boolean; // the password: there should be a reset letter
  readonly failure: Failure | null;
  readonly step: Step | null; // not null: under way
  readonly readLetter: (letter: string) => Promise<LetterView | null>; // null: `failure` says why
  readonly onEnrol: (asked: Enrol) => void;
  readonly onReset: (asked: Reset) => Promise<NewKeysView | null>; // null: `failure` says why
  readonly onBack: () => void;
}

export function EnrolmentScreen({ lost, failure, step, readLetter, onEnrol, onReset, onBack }: Props): JSX.Element {
  const words = useWords();
  const [letter, setLetter] = useState("");
  const [view, setView] = useState<LetterView | null>(null);
  const [keys, setKeys] = useState<NewKeysView | null>(null);
  const busy = step !== null;
  const resets = view?.resets ?? lost;

  const read = async (text: string): Promise<void> => {
    setLetter(text);
    setView(await readLetter(text));
  };

  return (
    <main class="gate">
      <div class="panel enrolment" aria-busy={busy}>
        <p class="brand">
          CEN<i>comm</i>
        </p>
        <h1>{resets ? words.say("Begin anew with a reset letter") : words.say("Enrol with an access letter")}</h1>
        {resets && view === null && (
          <p>
            {words.say("Nobody can tell you a lost password. Ask your coordination unit, by voice, for a reset letter: with it you choose another one and stay the same member.")}
          </p>
        )}
        {keys !== null ? (
          <NewKeysWait keys={keys} />
        ) : view === null ? (
          <LetterForm busy={busy} onRead={(text) => void read(text)} />
        ) : view.resets ? (
          <ResetForm
            view={view}
            busy={busy}
            onSubmit={(account) => void onReset({ letter, ...account }).then(setKeys)}
          />
        ) : (
          <NewAccountForm view={view} busy={busy} onSubmit={(account) => onEnrol({ letter, ...account })} />
        )}
        {failure !== null && !busy && (
          <p class="notice wrong" role="alert">
            {failureSentence(words, failure)}
          </p>
        )}
        <p class="notice" role="status">
          {busy && stepSentence(words, step)}
        </p>
        <button type="button" disabled={busy} onClick={view === null || keys !== null ? onBack : () => setView(null)}>
          {keys === null ? words.say("Back") : words.say("To signing in")}
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
  const [chosen, setChosen] = useState(NO_PASSWORD);
  const [code, setCode] = useState("");

  const submit = (event: Event): void => {
    event.preventDefault();
    if (compared && chosen.password === chosen.again) {
      onSubmit({ name, password: chosen.password, registrationCode: view.asksForCode ? code : null });
    }
  };

  return (
    <form onSubmit={submit}>
      <ComparedWords spoken={view.words} compared={compared} onCompared={setCompared} />
      <fieldset disabled={!compared || busy}>
        <label>
          {words.say("Name")}
          <input
            name="name"
            autocomplete="off" // as at the sign-in
            required
            dir="auto"
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <p class="hint">{words.say("Choose one to sign in with. The relay does not learn it.")}</p>
        <PasswordFields chosen={chosen} name={name} onChoose={setChosen} />
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
        <button class="primary" disabled={differs(chosen)}>
          {words.say("Make the account and ask to be admitted")}
        </button>
      </fieldset>
    </form>
  );
}
