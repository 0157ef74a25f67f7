import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { useWords } from "../../words";

type Theme = "light" | "dark";

/** Light or dark, for this session; without a choice, as the computer has it. */
export function ThemeChoice(): JSX.Element {
  const words = useWords();
  const [theme, setTheme] = useState<Theme | null>(chosen);
  const choose = (next: Theme): void => {
    document.documentElement.dataset["theme"] = next;
    setTheme(next);
  };
  return (
    <div class="languages" role="group" aria-label={words.say("Brightness")}>
      <button type="button" aria-pressed={theme === "light"} onClick={() => choose("light")}>
        {words.say("Day")}
      </button>
      <button type="button" aria-pressed={theme === "dark"} onClick={() => choose("dark")}>
        {words.say("Night")}
      </button>
    </div>
  );
}

function chosen(): Theme | null {
  const theme = document.documentElement.dataset["theme"];
  return theme === "light" || theme === "dark" ? theme : null;
}
