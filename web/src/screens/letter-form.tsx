/** The access letter: pasted, or read from its file. It stays in this page and its worker. */

import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { useWords } from "../words";

const MAX_LETTER_BYTES = 4 * 8192; // a letter has at most 8,192 characters

interface Props {
  readonly busy: boolean;
  readonly onRead: (letter: string) => void;
}

export function LetterForm({ busy, onRead }: Props): JSX.Element {
  const words = useWords();
  const [text, setText] = useState("");
  const letter = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => letter.current?.focus(), []);

  const open = async (file: File | undefined): Promise<void> => {
    if (file !== undefined) {
      setText(await file.slice(0, MAX_LETTER_BYTES).text());
    }
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onRead(text);
      }}
    >
      <label>
        {words.say("Text of the letter")}
        <textarea
          ref={letter}
          name="letter"
          required
          rows={8}
          dir="ltr"
          autocomplete="off"
          spellcheck={false}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <label>
        {words.say("or its file")}
        <input
          name="letter-file"
          type="file"
          accept=".letter,.txt,text/plain"
          onChange={(event) => void open(event.currentTarget.files?.[0])}
        />
      </label>
      <button class="primary" disabled={busy}>
        {words.say("Read the letter")}
      </button>
    </form>
  );
}
