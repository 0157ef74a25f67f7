import { createContext, type JSX } from "preact";
import { useContext } from "preact/hooks";

import { LANGUAGES, tagOf, useWords, type Language } from "../words";

/** Changes the language of every screen at once. */
export const ChooseLanguage = createContext<(language: Language) => void>(() => undefined);

export function LanguageChoice(): JSX.Element {
  const words = useWords();
  const choose = useContext(ChooseLanguage);
  return (
    <div class="languages" role="group" aria-label={words.say("Language")}>
      {(Object.keys(LANGUAGES) as Language[]).map((language) => (
        <button
          type="button"
          key={language}
          lang={tagOf(language)}
          aria-pressed={language === words.language}
          onClick={() => choose(language)}
        >
          {LANGUAGES[language]}
        </button>
      ))}
    </div>
  );
}
