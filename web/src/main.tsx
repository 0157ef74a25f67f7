/** The page's entry: which screen is shown, and what the worker is asked. */

import { render, type JSX } from "preact";
import { useCallback, useEffect, useReducer, useRef, useState } from "preact/hooks";

import { after, SIGNED_OUT, type PageEvent } from "./page-state";
import type { Resources } from "./resources";
import { ChooseLanguage } from "./screens/language-choice";
import { SignInScreen } from "./screens/sign-in";
import type { CallName, Calls, Step } from "./worker/calls";
import { CallFailed, WorkerClient } from "./worker/worker-client";
import { loadWords, preferredLanguage, tagOf, Words, WordsContext, type Language } from "./words";

interface Inside extends Pick<typeof import("./screens/inside"), "DutyPost" | "EnrolmentScreen"> {
  readonly resources: Resources;
}

const RETRY_MILLISECONDS = 5000;

/** Failures after which there is nothing but to sign in again. */
const ENDS: ReadonlySet<string> = new Set(["no_session", "not_holder"]);

/** The answer of a call; null: it failed, which is shown. */
interface Answered<Name extends CallName> {
  readonly answer: Calls[Name]["answer"];
}

interface Props {
  readonly connect: (tell: (event: PageEvent) => void, begun: () => void) => WorkerClient;
}

function App({ connect }: Props): JSX.Element {
  const [words, setWords] = useState(new Words("en", {}));
  const [state, tell] = useReducer(after, SIGNED_OUT);
  const [step, setStep] = useState<Step | null>(null);
  const [letter, setLetter] = useState<"none" | "access" | "reset">("none"); // what somebody without a session has
  const [inside, setInside] = useState<Inside | null>(null);
  const [worker] = useState(() => connect(tell, () => comeInside(setInside))); // the first screen's before all others

  const choose = useCallback((language: Language) => void loadWords(language).then(setWords), []);
  useEffect(() => choose(preferredLanguage(navigator.languages)), [choose]);
  useEffect(() => {
    document.documentElement.lang = tagOf(words.language);
    document.documentElement.dir = words.direction;
  }, [words]);

  // While a password stands in its field the page fetches nothing: Chromium would take a form that vanishes after an
  // answer for one that was sent, and write the name into its own store, on a computer that others use.
  useForgetting(worker, state.home !== null, tell);

  const ask = useCallback(
    async <Name extends CallName>(call: Name, asked: Calls[Name]["ask"]): Promise<Answered<Name> | null> => {
      tell({ event: "asked" });
      try {
        return { answer: await worker.call(call, asked, setStep) };
      } catch (error) {
        if (!(error instanceof CallFailed)) {
          throw error;
        }
        tell({ event: ENDS.has(error.failure.code) ? "ended" : "failed", failure: error.failure });
        return null;
      }
    },
    [worker],
  );
  const done = useCallback(
    async <Name extends CallName>(call: Name, asked: Calls[Name]["ask"]) => (await ask(call, asked)) !== null,
    [ask],
  );
  /** As `ask`, for whoever shows the failure beside what was asked for. */
  const call = useCallback(
    async <Name extends CallName>(name: Name, asked: Calls[Name]["ask"], report: (step: Step) => void) => {
      try {
        return await worker.call(name, asked, report);
      } catch (error) {
        if (error instanceof CallFailed && ENDS.has(error.failure.code)) {
          tell({ event: "ended", failure: error.failure });
        }
        throw error;
      }
    },
    [worker],
  );
  const enter = async (call: "signIn" | "enrol", asked: Calls[typeof call]["ask"]): Promise<void> => {
    setStep({ step: "signingIn" });
    const entered = await ask(call, asked);
    setStep(null);
    if (entered !== null) {
      setLetter("none");
      tell({ event: "entered", home: entered.answer });
    }
  };
  const turnTo = (next: typeof letter): void => {
    tell({ event: "asked" });
    setLetter(next);
  };
  const reset = async (asked: Calls["reset"]["ask"]): Promise<Calls["reset"]["answer"] | null> => {
    setStep({ step: "stretching" });
    const left = await ask("reset", asked);
    setStep(null);
    return left?.answer ?? null;
  };
  /** Asked again while messages wait, it leaves them: they go out at the next sign-in. */
  const leave = async (): Promise<void> => {
    if (await done("signOut", { anyway: state.failure?.code === "outbox_waits" })) {
      tell({ event: "left" });
    }
  };

  return (
    <WordsContext.Provider value={words}>
      <ChooseLanguage.Provider value={choose}>
        {inside !== null && state.home === null && letter !== "none" ? (
          <inside.EnrolmentScreen
            lost={letter === "reset"}
            failure={state.failure}
            step={step}
            readLetter={async (text) => (await ask("readLetter", { letter: text }))?.answer ?? null}
            onEnrol={(asked) => void enter("enrol", asked)}
            onReset={reset}
            onBack={() => turnTo("none")}
          />
        ) : inside === null || state.home === null ? (
          <SignInScreen
            failure={state.failure}
            step={state.home === null && letter === "none" ? step : { step: "signingIn" }}
            onSignIn={(asked) => void enter("signIn", asked)}
            onEnrol={() => turnTo("access")}
            onLost={() => turnTo("reset")}
            loadProgram={async () => (await ask("program", null))?.answer ?? null}
          />
        ) : (
          <inside.DutyPost
            home={state.home}
            state={state}
            resources={inside.resources}
            ask={done}
            call={call}
            onFailure={(failure) => tell({ event: "failed", failure })}
            onSignOut={() => void leave()}
          />
        )}
      </ChooseLanguage.Provider>
    </WordsContext.Provider>
  );
}

/** The screens behind the first, as often as it takes. */
function comeInside(tell: (inside: Inside) => void): void {
  import("./screens/inside").then(
    ({ Resources, ...screens }) => tell({ ...screens, resources: new Resources() }),
    () => setTimeout(() => comeInside(tell), RETRY_MILLISECONDS),
  );
}

/** Whoever comes after the one who sat here finds nothing: not in memory, and not by going back to the page. */
function useForgetting(worker: WorkerClient, isIn: boolean, tell: (event: PageEvent) => void): void {
  const wasIn = useRef(false);
  useEffect(() => {
    if (wasIn.current && !isIn) {
      worker.renew();
    }
    wasIn.current = isIn;
  }, [worker, isIn]);
  useEffect(() => {
    const leave = ({ persisted }: PageTransitionEvent): void => {
      if (persisted) {
        worker.renew(); // the browser keeps the page as it is, to show it again
        tell({ event: "left" });
      }
    };
    window.addEventListener("pagehide", leave);
    return () => window.removeEventListener("pagehide", leave);
  }, [worker, tell]);
}

render(<App connect={(tell, begun) => new WorkerClient(tell, begun)} />, document.body);
