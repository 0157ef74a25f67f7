/** Signed in: the account's operations, and of one of them what was verified. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { label } from "../operation/directory";
import type { Failure, Home, OperationView } from "../worker/calls";
import { useWords, type Words } from "../words";
import { failureSentence } from "./failure";
import { LanguageChoice } from "./language-choice";
import { OperationScreen } from "./operation";
import { phase } from "./terms";

interface Props {
  readonly home: Home;
  readonly failure: Failure | null; // of the last look: what is shown is older
  readonly busy: boolean;
  readonly onRefresh: () => void;
  readonly onSignOut: () => void;
}

export function HomeScreen({ home, failure, busy, onRefresh, onSignOut }: Props): JSX.Element {
  const words = useWords();
  const [chosen, setChosen] = useState<string | null>(null);
  const current = home.operations.find((view) => nameOf(view) === chosen) ?? home.operations[0];
  return (
    <div class="app">
      <header class="top">
        <span class="brand">
          CEN<i>comm</i>
        </span>
        <button onClick={onRefresh} disabled={busy}>
          {busy ? words.say("Verifying …") : words.say("Look again")}
        </button>
        <LanguageChoice />
        <button onClick={onSignOut}>{words.say("Sign out")}</button>
      </header>
      <nav class="rail" aria-label={words.say("Operations")}>
        <h2>{words.say("Operations")}</h2>
        {home.operations.map((view) => (
          <button
            key={nameOf(view)}
            aria-current={view === current ? "page" : undefined}
            onClick={() => setChosen(nameOf(view))}
          >
            <span>
              <bdi>{titleOf(words, view)}</bdi>
            </span>
            {view.verified ? (
              <small>{phase(words, view.overview.phase)}</small>
            ) : isWaiting(view) ? (
              <small>{words.say("Waiting to be admitted")}</small>
            ) : (
              <small class="wrong">{words.say("not verified")}</small>
            )}
          </button>
        ))}
      </nav>
      <main class="story">
        {failure !== null && (
          <p class="notice wrong" role="alert">
            {failureSentence(words, failure)}
          </p>
        )}
        {current === undefined ? (
          <p class="notice">
            {words.say("You belong to no operation yet. Your coordination unit admits you after your enrolment.")}
          </p>
        ) : current.verified ? (
          <OperationScreen overview={current.overview} />
        ) : (
          <p class={isWaiting(current) ? "notice" : "notice wrong"} role={isWaiting(current) ? "status" : "alert"}>
            {failureSentence(words, current.failure)}
          </p>
        )}
      </main>
    </div>
  );
}

/** Nothing is wrong: the unit has our request. */
function isWaiting(view: OperationView): boolean {
  return !view.verified && view.failure.code === "not_admitted_yet";
}

function nameOf(view: OperationView): string {
  return view.verified ? view.overview.operation : view.operation;
}

function titleOf(words: Words, view: OperationView): string {
  const purpose = view.verified ? view.overview.purpose : null;
  return purpose === null ? nameOf(view).slice(0, 8) : label(purpose.title, words.language);
}
