/** The page's entry: which screen is shown, and what the worker is asked. */

import { render, type JSX } from "preact";
import { useCallback, useEffect, useReducer, useState } from "preact/hooks";

import { after, SIGNED_OUT, type PageEvent } from "./page-state";
import { EnrolmentScreen } from "./screens/enrolment";
import { HomeScreen } from "./screens/home";
import { ChooseLanguage } from "./screens/language-choice";
import { SignInScreen } from "./screens/sign-in";
import type { CallName, Calls, Step } from "./worker/calls";
import { CallFailed, WorkerClient } from "./worker/worker-client";
import { loadWords, preferredLanguage, Words, WordsContext, type Language } from "./words";

function App({ connect }: { readonly connect: (tell: (event: PageEvent) => void) => WorkerClient }): JSX.Element {
  const [words, setWords] = useState(new Words("en", {}));
  const [state, tell] = useReducer(after, SIGNED_OUT);
  const [step, setStep] = useState<Step | null>(null);
  const [hasLetter, setHasLetter] = useState(false);
  const [worker] = useState(() => connect(tell));

  const choose = useCallback((language: Language) => void loadWords(language).then(setWords), []);
  useEffect(() => choose(preferredLanguage(navigator.languages)), [choose]);
  useEffect(() => {
    document.documentElement.lang = words.language;
    document.documentElement.dir = words.direction;
  }, [words]);

  /** Ask, and show why it failed if it does; null then. */
  const ask = useCallback(
    async <Name extends CallName>(call: Name, asked: Calls[Name]["ask"]): Promise<Calls[Name]["answer"] | null> => {
      tell({ event: "asked" });
      setStep({ step: "signingIn" });
      try {
        return await worker.call(call, asked, setStep);
      } catch (error) {
        if (!(error instanceof CallFailed)) {
          throw error;
        }
        tell({ event: error.failure.code === "no_session" ? "ended" : "failed", failure: error.failure });
        return null;
      } finally {
        setStep(null);
      }
    },
    [worker],
  );
  const enter = async (call: "signIn" | "enrol" | "refresh", asked: Calls[typeof call]["ask"]): Promise<void> => {
    const home = await ask(call, asked);
    if (home !== null) {
      setHasLetter(false);
      tell({ event: "entered", home });
    }
  };
  const leave = async (): Promise<void> => {
    await ask("signOut", null);
    tell({ event: "left" });
  };

  const turnTo = (letter: boolean): void => {
    tell({ event: "asked" });
    setHasLetter(letter);
  };

  return (
    <WordsContext.Provider value={words}>
      <ChooseLanguage.Provider value={choose}>
        {state.home === null && hasLetter ? (
          <EnrolmentScreen
            failure={state.failure}
            step={step}
            readLetter={(letter) => ask("readLetter", { letter })}
            onEnrol={(asked) => void enter("enrol", asked)}
            onBack={() => turnTo(false)}
          />
        ) : state.home === null ? (
          <SignInScreen
            failure={state.failure}
            step={step}
            onSignIn={(asked) => void enter("signIn", asked)}
            onEnrol={() => turnTo(true)}
          />
        ) : (
          <HomeScreen
            home={state.home}
            failure={state.failure}
            busy={step !== null}
            onRefresh={() => void enter("refresh", null)}
            onSignOut={() => void leave()}
          />
        )}
      </ChooseLanguage.Provider>
    </WordsContext.Provider>
  );
}

render(<App connect={(tell) => new WorkerClient(tell)} />, document.body);
