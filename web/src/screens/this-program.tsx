/** One number for the program that runs here, to be read out on the telephone, and what it proves. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { ProgramView } from "../program/views";
import { useWords } from "../words";

const SHOWN_DIGITS = 12; // of a file's hash, where all of it would not fit

interface Props {
  readonly load: () => Promise<ProgramView | null>; // null: it is said elsewhere why there is none
}

export function ThisProgram({ load }: Props): JSX.Element {
  const words = useWords();
  const [program, setProgram] = useState<ProgramView | null>(null);
  const altered = program?.files.filter((file) => !file.listed) ?? [];
  return (
    <details
      class="this-program"
      onToggle={(event) => {
        if (event.currentTarget.open) {
          void load().then(setProgram);
        }
      }}
    >
      <summary>{words.say("This program")}</summary>
      <p>
        {words.say("Read this number to somebody at another computer, or have an operator of your service compare it with cencomm web fingerprint. The same number is the same program.")}
      </p>
      <p class="hint">
        {words.say("It proves nothing against whoever serves you another program: that one shows what it likes.")}
      </p>
      {program === null ? (
        <p role="status">{words.say("Reading the program …")}</p>
      ) : (
        <>
          <ol class="program-number" dir="ltr" aria-label={words.say("Number of this program")}>
            {program.fingerprint.split(" ").map((group, place) => (
              <li key={place}>{group}</li>
            ))}
          </ol>
          {altered.length > 0 && (
            <p class="notice wrong" role="alert">
              {words.say("Not as the relay lists it: {files}. Load the page again; if it stays, tell the relay's operator.", {
                files: altered.map((file) => file.path).join(", "),
              })}
            </p>
          )}
          <ul class="program-files" dir="ltr">
            {program.files.map((file) => (
              <li key={file.path}>
                <span>{file.path}</span> <code title={file.digest}>{file.digest.slice(0, SHOWN_DIGITS)}…</code>
              </li>
            ))}
          </ul>
        </>
      )}
    </details>
  );
}
