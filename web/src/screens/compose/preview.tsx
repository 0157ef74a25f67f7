/** What the others will see: the report in another reader's language, and what of it would go to CEN. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import { LANGUAGES } from "../../forms/envelope";
import type { Form } from "../../forms/form";
import { tag } from "../../forms/language";
import { read, type Reading } from "../../forms/reading";
import type { Answered, Circumstances } from "../../forms/report";
import type { Tongue } from "../../forms/tongue";
import type { BodyView } from "../../mailbox/views";
import { useWords } from "../../words";
import { useEntry } from "./entry";
import { ForCen } from "./for-cen";
import { Select } from "./inputs/select";

interface Props {
  readonly answered: Answered;
  readonly body: BodyView;
  readonly release: Form | null;
  readonly circumstances: Circumstances; // of a release
  readonly loadTongue: (language: string) => Promise<Tongue>;
}

export function Preview({ answered, body, release, circumstances, loadTongue }: Props): JSX.Element {
  const words = useWords();
  const { tongue } = useEntry();
  const [language, setLanguage] = useState(tongue.language === "fr" ? "en" : "fr");
  const [other, setOther] = useState<Tongue | null>(null);
  const [missing, setMissing] = useState(false);
  useEffect(() => {
    let current = true;
    setMissing(false);
    loadTongue(language).then(
      (loaded) => current && setOther(loaded),
      () => current && setMissing(true),
    );
    return () => {
      current = false;
    };
  }, [language, loadTongue]);
  const reading = other === null ? null : read(answered, other, body.language);
  return (
    <aside class="preview" aria-label={words.say("As others will see it")}>
      <div class="beside">
        <label for="preview-language">{words.say("As read by")}</label>
        <Select
          id="preview-language"
          value={language}
          options={LANGUAGES.map((one) => ({ value: one, label: nameIn(one) }))}
          onChange={(chosen) => setLanguage(chosen ?? language)}
        />
      </div>
      {missing && <p class="notice">{words.say("This language cannot be fetched just now.")}</p>}
      {reading !== null && <ReadingCard reading={reading} />}
      <ForCen
        answered={answered}
        body={body}
        release={release}
        circumstances={circumstances}
        show={(forCen) => <ReadingCard reading={forCen} />}
      />
    </aside>
  );
}

function ReadingCard({ reading }: { readonly reading: Reading }): JSX.Element {
  return (
    <article class="card reading" lang={tag(reading.language)} dir={reading.direction}>
      <h3>{reading.title}</h3>
      {reading.passages.map((passage) => (
        <section key={`${passage.heading} ${passage.number ?? ""}`}>
          <h4>
            {passage.heading} {passage.number}
          </h4>
          <dl class="facts">
            {passage.lines.map((line) => (
              <div key={line.path}>
                <dt>{line.label}</dt>
                <dd
                  lang={tag(line.language)}
                  dir={line.direction}
                  class={line.mono ? "mono" : line.ownWords ? "own" : undefined}
                >
                  {line.text}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </article>
  );
}

function nameIn(language: string): string {
  return new Intl.DisplayNames(tag(language), { type: "language" }).of(tag(language)) ?? language;
}
