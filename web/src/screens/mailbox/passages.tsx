/** What a message says: facts as label over value, rows of a block one after the other, a route as its stops. */

import type { JSX } from "preact";

import { tag } from "../../forms/language";
import type { Line, Passage, Reading } from "../../forms/reading";
import { useWords } from "../../words";

const LONG = 90; // letters, from which a value takes the whole width
const LONG_WORDS = 40; // letters of somebody's own words: a sentence is not broken into a narrow column

interface Props {
  readonly reading: Reading;
  readonly untitled: boolean; // its title stands above already
}

export function Passages({ reading, untitled }: Props): JSX.Element {
  return (
    <div class="passages">
      {groups(reading.passages).map((group) =>
        group.isRoute ? (
          <Route key={group.key} heading={group.heading} stops={group.passages} />
        ) : (
          group.passages.map((passage) => (
            <section key={`${group.key}/${passage.number ?? ""}`} class="passage">
              <h3>
                {passage.heading}
                {passage.number !== null && group.passages.length > 1 && ` ${passage.number}`}
              </h3>
              <dl class="values">
                {passage.lines
                  .filter((line) => !untitled || line.path !== "title")
                  .map((line) => (
                    <Fact key={line.path} line={line} readIn={reading.language} />
                  ))}
              </dl>
            </section>
          ))
        ),
      )}
    </div>
  );
}

function Fact({ line, readIn }: { readonly line: Line; readonly readIn: string }): JSX.Element {
  const words = useWords();
  const foreign = line.ownWords && line.language !== readIn;
  const long = line.text.length > (line.ownWords ? LONG_WORDS : LONG) || line.text.includes("\n");
  return (
    <div class={long ? "wide" : undefined}>
      <dt>
        {line.label}
        {line.nominal !== 0 && (
          <small class="personal">
            {line.nominal === 1 ? words.say("personal") : words.say("may identify")}
          </small>
        )}
      </dt>
      <dd
        class={line.mono ? "mono" : line.ownWords && long ? "own-words" : undefined}
        dir={line.mono ? "ltr" : line.direction}
        lang={line.ownWords ? tag(line.language) : undefined}
      >
        {line.text}
      </dd>
      {foreign && long && (
        <dd class="written-in">{words.say("written in {language}", { language: words.tongue(tag(line.language)) })}</dd>
      )}
    </div>
  );
}

function Route({ heading, stops }: { readonly heading: string; readonly stops: readonly Passage[] }): JSX.Element {
  return (
    <section class="passage">
      <h3>{heading}</h3>
      <ol class="stops">
        {stops.map((stop) => (
          <li key={stop.number}>
            {["place", "role", "date", "certainty"].flatMap((name) => {
              const line = stop.lines.find((each) => each.path.endsWith(`.${name}`));
              return line === undefined
                ? []
                : [
                    <span key={name} class={name === "place" ? "stop-place" : "stop-more"} dir={line.direction}>
                      {line.text}
                    </span>,
                  ];
            })}
          </li>
        ))}
      </ol>
    </section>
  );
}

interface Group {
  readonly key: string;
  readonly heading: string;
  readonly isRoute: boolean;
  readonly passages: readonly Passage[];
}

/** Rows of one block belong together. */
function groups(passages: readonly Passage[]): readonly Group[] {
  const found: Group[] = [];
  for (const passage of passages) {
    const block = /^(\w+)\[/.exec(passage.lines[0]?.path ?? "")?.[1] ?? null;
    const before = found.at(-1);
    if (block !== null && before?.key === block) {
      found[found.length - 1] = { ...before, passages: [...before.passages, passage] };
    } else {
      const key = block ?? `section ${found.length}`;
      found.push({ key, heading: passage.heading, isRoute: block === "route", passages: [passage] });
    }
  }
  return found;
}
