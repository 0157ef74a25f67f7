/**
 * The real screens before somebody is in, without a worker. It never ships.
 *
 * The address says what is shown: ?screen=letter&language=ar&theme=dark; `failure` is the code of one, `busy=yes`
 * shows them at work. Any letter is read here.
 */

import { render, type JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import { EnrolmentScreen } from "../src/screens/enrolment";
import { ChooseLanguage } from "../src/screens/language-choice";
import { SignInScreen } from "../src/screens/sign-in";
import type { Failure, LetterView, Step } from "../src/worker/calls";
import { LANGUAGES, loadWords, WordsContext, type Language, type Words } from "../src/words";
import { NOW } from "./invented";

const asked = new URLSearchParams(location.search);

const LETTER: LetterView = {
  words: "bajad bijuf dagom fisuv gohab hulin jatog kivar lodup mazit nifog pusal".split(" "),
  asksForCode: true,
  resets: asked.get("resets") === "yes",
};

function Gates({ first }: { readonly first: Words }): JSX.Element {
  const [words, setWords] = useState(first);
  const [screen, setScreen] = useState(asked.get("screen") ?? "sign-in");
  useEffect(() => {
    document.documentElement.lang = words.language;
    document.documentElement.dir = words.direction;
  }, [words]);
  return (
    <WordsContext.Provider value={words}>
      <ChooseLanguage.Provider value={(language) => void loadWords(language).then(setWords)}>
        {screen === "letter" ? (
          <EnrolmentScreen
            lost={LETTER.resets}
            failure={failure}
            step={step}
            readLetter={() => Promise.resolve(LETTER)}
            onEnrol={() => undefined}
            onReset={() => Promise.resolve({ words: LETTER.words.slice(0, 6) })}
            onBack={() => setScreen("sign-in")}
          />
        ) : (
          <SignInScreen
            failure={failure}
            step={step}
            onSignIn={() => undefined}
            onEnrol={() => setScreen("letter")}
            onLost={() => setScreen("letter")}
            loadProgram={() => Promise.resolve(null)}
          />
        )}
      </ChooseLanguage.Provider>
    </WordsContext.Provider>
  );
}

const code = asked.get("failure");
const failure: Failure | null = code === null ? null : { code, sentence: "QN-441/7", retryAfter: 60, since: NOW - 7200 };
const step: Step | null = asked.get("busy") === "yes" ? { step: "stretching" } : null;
const theme = asked.get("theme");
if (theme !== null) {
  document.documentElement.dataset["theme"] = theme;
}
const wanted = asked.get("language");
const language = (Object.keys(LANGUAGES) as Language[]).find((one) => one === wanted) ?? "en";
render(<Gates first={await loadWords(language)} />, document.body);
