/** A report as its reader sees it: labels and values in the reader's language, the writer's words as they are. */

import type { Field, Form, Nominal } from "./form";
import { direction, pick, type Direction } from "./language";
import type { Answered, Answers } from "./report";
import type { Tongue } from "./tongue";

/**
 * One answer. `path` is as in faults: `items[2].quantity`. `ownWords`: the text is the writer's, neither translated nor
 * formatted, perhaps of several lines. `language` and `direction` are the text's; the label runs as the reading does.
 */
export interface Line {
  readonly path: string;
  readonly label: string;
  readonly text: string;
  readonly nominal: Nominal;
  readonly ownWords: boolean;
  readonly mono: boolean; // a number that others issue, compared letter by letter
  readonly language: string;
  readonly direction: Direction;
}

/** Lines under one heading; `number` counts the rows of a block from 1 and is null elsewhere. */
export interface Passage {
  readonly heading: string;
  readonly number: number | null;
  readonly lines: readonly Line[];
}

export interface Reading {
  readonly form: string;
  readonly title: string;
  readonly language: string;
  readonly direction: Direction;
  readonly passages: readonly Passage[];
}

interface Reader {
  readonly tongue: Tongue;
  readonly writtenIn: string;
}

/**
 * What a report says, for a reader of `tongue`; `writtenIn` is the language that the envelope names. Of values that do
 * not answer the form, what does: for a preview.
 */
export function read(answered: Answered, tongue: Tongue, writtenIn: string): Reading {
  const { form } = answered;
  return {
    form: form.name,
    title: pick(form.label, tongue.language),
    language: tongue.language,
    direction: tongue.direction,
    passages: passagesOf(form, answered, { tongue, writtenIn }).filter((passage) => passage.lines.length > 0),
  };
}

function passagesOf(form: Form, answered: Answered, reader: Reader): readonly Passage[] {
  const { language } = reader.tongue;
  return form.sections.flatMap((section) => {
    const own = form.fields.filter((field) => field.section === section.name);
    const lines = linesOf(own, answered.header, "", reader);
    return [
      { heading: pick(section.label, language), number: null, lines },
      ...form.blocks
        .filter((block) => block.section === section.name)
        .flatMap((block) =>
          (answered.blocks.get(block.name) ?? []).map((row, place) => ({
            heading: pick(block.label, language),
            number: place + 1,
            lines: linesOf(block.fields, row, `${block.name}[${place}].`, reader),
          })),
        ),
    ];
  });
}

function linesOf(fields: readonly Field[], answers: Answers, prefix: string, reader: Reader): readonly Line[] {
  return fields.flatMap((field) => {
    const answer = answers.get(field.name);
    if (answer === undefined) {
      return [];
    }
    const { tongue, writtenIn } = reader;
    const { ownWords, type } = field.kind;
    const text = answer.show(tongue);
    const language = ownWords ? writtenIn : tongue.language;
    return [
      {
        path: prefix + field.name,
        label: pick(field.label, tongue.language),
        text,
        nominal: field.nominal,
        ownWords,
        mono: type === "identifier" || type === "message" || type === "attachment",
        language,
        direction: ownWords ? firstStrong(text, direction(language)) : direction(language),
      },
    ];
  });
}

const RIGHT_TO_LEFT =
  /[\u200f\u061c]|(?=\p{L})[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const STRONG = /[\u200e\u200f\u061c]|\p{L}/u;

/** The direction of the first letter that has one (UAX #9, rules P2 and P3): people also quote other scripts. */
function firstStrong(text: string, usual: Direction): Direction {
  const letter = STRONG.exec(text)?.[0];
  if (letter === undefined) {
    return usual;
  }
  return RIGHT_TO_LEFT.test(letter) ? "rtl" : "ltr";
}
