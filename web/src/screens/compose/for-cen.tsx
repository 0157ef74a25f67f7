/** What would go to CEN if its owner agreed: exactly that, and by name what would stay. */

import type { JSX } from "preact";

import type { Form } from "../../forms/form";
import { pick } from "../../forms/language";
import { read, type Reading } from "../../forms/reading";
import { mayLeave, RELEASED_FORM, releasedValues } from "../../forms/release";
import type { Answered, Circumstances } from "../../forms/report";
import { assess } from "../../forms/validation";
import type { BodyView } from "../../mailbox/views";
import { useWords, type Words } from "../../words";
import { useEntry } from "./entry";

interface Props {
  readonly answered: Answered;
  readonly body: BodyView;
  readonly release: Form | null;
  readonly circumstances: Circumstances;
  readonly show: (reading: Reading) => JSX.Element;
}

export function ForCen({ answered, body, release, circumstances, show }: Props): JSX.Element | null {
  const words = useWords();
  const { tongue } = useEntry();
  if (answered.form.name !== RELEASED_FORM) {
    return null; // nothing else is ever released
  }
  if (release === null || !mayLeave(body.tlp)) {
    return (
      <p class="notice">
        {release === null
          ? words.say("Nothing of this operation goes to CEN.")
          : words.say("Nothing of this report goes to CEN: {tlp} stays with its readers.", { tlp: `TLP:${body.tlp}` })}
      </p>
    );
  }
  const { values, withheld } = releasedValues(answered, release);
  const reading = read(assess(release, values, circumstances), tongue, body.language);
  const ownWords = reading.passages.some((passage) => passage.lines.some((line) => line.ownWords));
  return (
    <details class="for-cen">
      <summary>{words.say("What would go to CEN after your consent")}</summary>
      {show(reading)}
      {ownWords && (
        <p>{words.say("Read the free texts: a name that stands in them is not found here, and would go.")}</p>
      )}
      {body.attachments.length > 0 && (
        <p>{words.say("Pictures go only if you choose them when you consent, under new names; other files never do.")}</p>
      )}
      {withheld.length > 0 && (
        <>
          <p>{words.say("Withheld, since it is personal, could identify somebody, or points into this operation:")}</p>
          <ul>
            {namesOf(answered.form, withheld, tongue.language, words).map(([name, times]) => (
              <li key={name}>
                <bdi>{name}</bdi>
                {times > 1 && <small> × {words.number(times)}</small>}
              </li>
            ))}
          </ul>
        </>
      )}
    </details>
  );
}

/** What was withheld as its form calls it, each name once: `persons[1].surname` is "Person: Surname". */
function namesOf(
  form: Form,
  paths: readonly string[],
  language: string,
  words: Words,
): readonly (readonly [string, number])[] {
  const names = paths.map((path) => {
    const [first = "", second] = path.replace(/\[\d+\]/, "").split(".");
    const block = form.blocks.find((one) => one.name === first);
    const field = (block ?? form).fields.find((one) => one.name === (block === undefined ? first : second));
    const [group, question] = [block, field].flatMap((part) => (part === undefined ? [] : [pick(part.label, language)]));
    return question === undefined ? (group ?? "") : words.say("{group}: {question}", { group: group ?? "", question });
  });
  const times = new Map<string, number>();
  names.forEach((name) => times.set(name, (times.get(name) ?? 0) + 1));
  return [...times];
}
