/** Messages as one reader sees them: each is read once, under its own form, in the reader's language. Pure. */

import { ProtocolError } from "../errors";
import * as json from "../forms/canonical-json";
import type { CodeLists } from "../forms/code-list";
import type { Form } from "../forms/form";
import { decodeForm } from "../forms/form-json";
import { read, type Line, type Reading } from "../forms/reading";
import type { Tongue } from "../forms/tongue";
import { assess } from "../forms/validation";
import type { BodyView, OperationForms } from "./views";

const MAX_HEADLINE_LETTERS = 140;

/** What can be read of it. `whole`: all its values answer its form; what does not is missing in the reading. */
export interface MessageReading {
  readonly reading: Reading;
  readonly whole: boolean;
}

/** What is said: the part of messages and drafts that is read. */
export interface Said {
  readonly formHash: string;
  readonly body: BodyView;
}

/** Make one for each reader's language, and keep it. */
export class Readings {
  readonly #forms = new Map<string, Form | null>();
  readonly #read = new WeakMap<Said, MessageReading | null>();

  constructor(
    readonly tongue: Tongue,
    private readonly lists: CodeLists,
  ) {}

  /** null: its form is not here, or is none. */
  of(said: Said, forms: OperationForms): MessageReading | null {
    const known = this.#read.get(said);
    if (known !== undefined) {
      return known;
    }
    const form = this.#form(said.formHash, forms);
    if (form === null) {
      return null; // not kept: the definition may still come
    }
    const { values, variant, writtenAt, language } = said.body;
    const assessed = assess(form, values, { variant, lists: this.lists, writtenAt });
    const found = { reading: read(assessed, this.tongue, language), whole: assessed.faults.length === 0 };
    this.#read.set(said, found);
    return found;
  }

  #form(hash: string, forms: OperationForms): Form | null {
    const known = this.#forms.get(hash);
    if (known !== undefined) {
      return known;
    }
    const definition = forms.get(hash);
    if (definition === undefined) {
      return null;
    }
    let form: Form | null;
    try {
      form = decodeForm(json.encode(definition));
    } catch (error) {
      if (!(error instanceof ProtocolError)) {
        throw error;
      }
      form = null; // the unit signed something that is no form
    }
    this.#forms.set(hash, form);
    return form;
  }
}

/** The one line that says most: a title, else what was found, else the writer's first words, else the first answers. */
export function headline(reading: Reading, tongue: Tongue): string {
  const lines = reading.passages.flatMap((passage) => passage.lines);
  const at = (path: string): Line | undefined => lines.find((line) => line.path === path);
  const title = at("title")?.text;
  if (title !== undefined) {
    return short(title);
  }
  const goods = at("items[0].subtype") ?? at("items[0].category");
  const found = [at("items[0].quantity"), goods, at("items[0].description")].flatMap((line) => line?.text ?? []);
  if (goods !== undefined) {
    return short(found.join(" · "));
  }
  const first = lines[0];
  if (first === undefined || first.ownWords) {
    return short(first?.text ?? "");
  }
  const answers = lines.filter((line) => !line.ownWords).slice(0, 3);
  return short(tongue.several(answers.map((line) => line.text)));
}

function short(text: string): string {
  if (text.length <= MAX_HEADLINE_LETTERS && !text.includes("\n")) {
    return text;
  }
  const letters = Array.from(text.split("\n", 1)[0] ?? "");
  return letters.length <= MAX_HEADLINE_LETTERS
    ? letters.join("")
    : `${letters.slice(0, MAX_HEADLINE_LETTERS - 1).join("")}…`;
}
