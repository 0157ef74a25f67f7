/**
 * The real entry screens before invented messages, without a worker. It never ships.
 *
 * The address says what is written: ?form=seizure&answer=reefer&language=ar&theme=dark
 * What it would give to the worker stands in the dataset of <html>: `saved` and `sent`, as JSON.
 */

import { render, type JSX } from "preact";
import { useState } from "preact/hooks";

import { utf8 } from "../src/bytes";
import * as json from "../src/forms/canonical-json";
import type { JsonObject } from "../src/forms/canonical-json";
import { NOTHING_BEFORE, type DraftView, type OperationForms, type OperationMailbox } from "../src/mailbox/views";
import { Resources } from "../src/resources";
import { ComposeScreen } from "../src/screens/compose/compose-screen";
import { answerDraft, newDraft } from "../src/screens/compose/drafting";
import { LANGUAGES, loadWords, WordsContext, type Language, type Words } from "../src/words";
import { id, message, NOW } from "./invented";
import { NIGHT } from "./messages";
import * as who from "./people";
import { signsOf, troubleOf } from "./trust";

const MOST_BYTES = 1 << 18;

interface Props {
  readonly words: Words;
  readonly mailbox: OperationMailbox;
  readonly resources: Resources;
  readonly draft: DraftView;
}

function Writing({ words, mailbox, resources, draft }: Props): JSX.Element {
  const [current, setCurrent] = useState(draft);
  const save = (changed: DraftView): void => {
    tell("saved", changed);
    setCurrent(changed);
  };
  return (
    <WordsContext.Provider value={words}>
      <ComposeScreen
        draft={current}
        mailbox={mailbox}
        overview={who.GREY_HERON}
        resources={resources}
        now={() => NOW}
        attach={async ({ file }) => ({ attachment: id(file.name), name: file.name, mediaType: file.type, size: file.size })}
        onChange={save}
        onSend={(sent) => tell("sent", sent)}
        onDiscard={() => undefined}
        onClose={() => undefined}
      />
    </WordsContext.Provider>
  );
}

function tell(what: string, { body, replyTo }: DraftView): void {
  const { values, ...rest } = body;
  const told = { ...rest, replyTo, values: JSON.parse(new TextDecoder().decode(json.encode(values))) };
  document.documentElement.dataset[what] = JSON.stringify(told);
}

async function fetchForms(): Promise<OperationForms> {
  const texts = (await (await fetch("/assets/forms.json")).json()) as Readonly<Record<string, string>>;
  return new Map(
    Object.entries(texts).map(([name, text]) => [name, json.decode(utf8(text), MOST_BYTES) as JsonObject]),
  );
}

const asked = new URLSearchParams(location.search);
const wanted = asked.get("language");
const language = (Object.keys(LANGUAGES) as Language[]).find((one) => one === wanted) ?? "en";
const theme = asked.get("theme");
if (theme !== null) {
  document.documentElement.dataset["theme"] = theme;
}
const resources = new Resources();
const [words, forms, lists] = await Promise.all([loadWords(language), fetchForms(), resources.codes()]);
document.documentElement.lang = words.language;
document.documentElement.dir = words.direction;
const mailbox: OperationMailbox = {
  operation: who.HERON,
  forms,
  current: [...forms.keys()].filter((name) => name !== "release").map((name) => ({ form: name, formHash: name })),
  messages: NIGHT.map((said, place) => message(who.HERON, place + 1, said)),
  aside: [],
  drafts: [],
  outgoing: [],
  channels: [{ channel: who.MAIN, state: "open", behind: 0, entering: null, signs: signsOf(troubleOf(asked.get("trust"))) }],
  history: NOTHING_BEFORE,
};
const form = asked.get("form") ?? "seizure";
const answered = mailbox.messages.find((one) => one.message === id(asked.get("answer") ?? "nothing"));
const country = who.ROTTERDAM.profile?.country ?? null;
const writer = { language, country, now: NOW, entropy: (length: number) => new Uint8Array(length) };
const draft =
  answered === undefined
    ? newDraft(mailbox, who.MAIN, form, writer)
    : answerDraft(mailbox, answered, form, lists, writer);
render(<Writing words={words} mailbox={mailbox} resources={resources} draft={draft} />, document.body);
