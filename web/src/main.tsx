/** The page's entry: which screen is shown, and what the worker is asked. */

import { render, type JSX } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";

import { HomeScreen } from "./screens/home";
import { ChooseLanguage } from "./screens/language-choice";
import { SignInScreen } from "./screens/sign-in";
import type { Call, Failure, Home, Step } from "./worker/calls";
import { CallFailed, WorkerClient } from "./worker/worker-client";
import { loadWords, preferredLanguage, Words, WordsContext, type Language } from "./words";

function App({ worker }: { readonly worker: WorkerClient }): JSX.Element {
  const [words, setWords] = useState(new Words("en", {}));
  const [home, setHome] = useState<Home | null>(null);
  const [step, setStep] = useState<Step | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);

  const choose = useCallback((language: Language) => void loadWords(language).then(setWords), []);
  useEffect(() => choose(preferredLanguage(navigator.languages)), [choose]);
  useEffect(() => {
    document.documentElement.lang = words.language;
    document.documentElement.dir = words.direction;
  }, [words]);

  const ask = (call: Call): void => {
    setFailure(null);
    setStep({ step: "signingIn" });
    worker
      .call(call, setStep)
      .then(setHome, (error: unknown) => {
        if (!(error instanceof CallFailed)) {
          throw error;
        }
        setFailure(error.failure);
        if (error.failure.code === "no_session" || call.call === "signOut") {
          setHome(null);
        }
      })
      .finally(() => setStep(null));
  };

  return (
    <WordsContext.Provider value={words}>
      <ChooseLanguage.Provider value={choose}>
        {home === null ? (
          <SignInScreen failure={failure} step={step} onSignIn={ask} />
        ) : (
          <HomeScreen
            home={home}
            failure={failure}
            busy={step !== null}
            onRefresh={() => ask({ call: "refresh" })}
            onSignOut={() => ask({ call: "signOut" })}
          />
        )}
      </ChooseLanguage.Provider>
    </WordsContext.Provider>
  );
}

render(<App worker={new WorkerClient()} />, document.body);
