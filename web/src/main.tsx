/** The page's entry: which screen is shown, and what the worker is asked. */

import { render, type JSX } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";

import { HomeScreen } from "./screens/home";
import { ChooseLanguage } from "./screens/language-choice";
import { SignInScreen } from "./screens/sign-in";
import type { Failure, Home, SignIn, Step } from "./worker/calls";
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

  const follow = (asked: Promise<Home | null>, ends: boolean): void => {
    setFailure(null);
    setStep({ step: "signingIn" });
    asked
      .then(setHome, (error: unknown) => {
        if (!(error instanceof CallFailed)) {
          throw error;
        }
        setFailure(error.failure);
        if (error.failure.code === "no_session" || ends) {
          setHome(null);
        }
      })
      .finally(() => setStep(null));
  };
  const signIn = (asked: SignIn): void => follow(worker.call("signIn", asked, setStep), false);

  return (
    <WordsContext.Provider value={words}>
      <ChooseLanguage.Provider value={choose}>
        {home === null ? (
          <SignInScreen failure={failure} step={step} onSignIn={signIn} />
        ) : (
          <HomeScreen
            home={home}
            failure={failure}
            busy={step !== null}
            onRefresh={() => follow(worker.call("refresh", null, setStep), false)}
            onSignOut={() => follow(worker.call("signOut", null, setStep), true)}
          />
        )}
      </ChooseLanguage.Provider>
    </WordsContext.Provider>
  );
}

render(<App worker={new WorkerClient(() => undefined)} />, document.body);
