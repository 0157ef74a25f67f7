/** Writing a report: the questions, what is wrong with the answers, who will read it, and how they will see it. */

import type { JSX } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

import { askedValues } from "../../forms/asked";
import type { CodeLists } from "../../forms/code-list";
import type { Variant } from "../../forms/envelope";
import type { Fault } from "../../forms/fault";
import type { Form } from "../../forms/form";
import { misplaced, type KnownPlaces } from "../../forms/known-places";
import { dateOf } from "../../forms/kinds/calendar";
import { pick } from "../../forms/language";
import { namesSomebody } from "../../forms/release";
import { beyond } from "../../forms/readership";
import type { Tongue } from "../../forms/tongue";
import { assess } from "../../forms/validation";
import { canBeKept, withoutFile } from "../../forms/values";
import type { AttachmentView, BodyView, DraftView } from "../../mailbox/views";
import type { MemberView } from "../../operation/overview";
import { useWords } from "../../words";
import { Addressing } from "./addressing";
import { useAttaching, type Attach } from "./attaching";
import { EntryContext, liesAt, type Entry, type Related } from "./entry";
import { FilesEntry } from "./files";
import { usePlaces } from "./places";
import { Preview } from "./preview";
import { readerOf, Readers } from "./readers";
import { askedSections, FaultSummary, SectionEntry, Steps } from "./sections";

interface Props {
  readonly form: Form;
  readonly release: Form | null; // what the operation releases to CEN; null: nothing
  readonly draft: DraftView;
  readonly readers: readonly MemberView[]; // all who read the channel now
  readonly staleSince: number | null; // seconds: the channel may be out of date, so nothing TLP:RED goes there (H3)
  readonly related: readonly Related[];
  readonly lists: CodeLists;
  readonly loadPlaces: () => Promise<KnownPlaces>;
  readonly tongue: Tongue; // the writer's
  readonly loadTongue: (language: string) => Promise<Tongue>;
  readonly now: () => number; // seconds
  readonly attach: Attach;
  readonly onChange: (draft: DraftView) => void; // with each letter: the mailbox keeps it sealed
  readonly onSend: (draft: DraftView) => void;
  readonly onDiscard: () => void;
  readonly onRepeat: (() => void) | null; // begin with the last report of this form; null: there is none
}

export function Compose(props: Props): JSX.Element {
  const { form, draft, lists, tongue, now } = props;
  const words = useWords();
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [tried, setTried] = useState(false);
  const [tooMuch, setTooMuch] = useState(false); // what was typed last could not be kept, and was not taken
  const [typing, setTyping] = useState<string | null>(null);
  const { body } = draft;
  const { variant } = body;
  const asked = useMemo(() => askedValues(form, body.values, variant), [form, body.values, variant]);
  const today = new Date(now() * 1000).toISOString().slice(0, 10);
  // Judged by the day, not by the second, so that nothing is judged anew while nothing changes.
  const writtenAt = Math.floor(now() / 3600) * 3600;
  const assessment = useMemo(
    () => assess(form, asked, { variant, lists, writtenAt }),
    [form, asked, variant, lists, writtenAt],
  );
  const readers = useMemo(() => props.readers.map(readerOf), [props.readers]);
  const places = usePlaces(props.loadPlaces);
  const faults = useMemo(
    () => [...withoutEchoes(assessment.faults), ...(places === null ? [] : misplaced(form, asked, places))],
    [assessment, form, asked, places],
  );
  const stale = body.tlp === "RED" ? props.staleSince : null;
  const barred = stale !== null || beyond(readers, body.to, body.tlp).length > 0;
  const questions = useRef<HTMLDivElement>(null);
  // Before the next key: a letter in between would be one of the mailbox, and act there.
  useLayoutEffect(() => questions.current?.querySelector<HTMLElement>("input, select, textarea")?.focus(), []);
  const sections = askedSections(form, asked, variant, tongue.language);

  const change = (changed: Partial<BodyView>): void => {
    const kept = changed.values === undefined || canBeKept(changed.values);
    setTooMuch(!kept);
    if (kept) {
      props.onChange({ ...draft, body: { ...body, ...changed }, changedAt: now() });
    }
  };
  const newest = useRef(body);
  newest.current = body;
  const attaching = useAttaching(draft, props.attach, (file) =>
    change({ attachments: [...newest.current.attachments, file] }),
  );
  const remove = ({ attachment }: AttachmentView): void =>
    change({
      attachments: body.attachments.filter((one) => one.attachment !== attachment),
      values: withoutFile(body.values, form, attachment),
    });
  const send = (): void => {
    const late = typing !== null || (body.answerBy !== null && body.answerBy <= now());
    const first = [
      ...(faults.length > 0 ? ["fault-summary"] : []),
      ...(barred ? ["tlp"] : []),
      ...(late ? ["answer-by"] : []),
      ...(attaching.waiting.length > 0 ? ["s-files"] : []),
    ][0];
    if (first !== undefined) {
      setTried(true);
      requestAnimationFrame(() => document.getElementById(first)?.focus());
      return;
    }
    props.onSend({ ...draft, body: { ...body, values: asked, writtenAt: now() }, changedAt: now() });
  };
  const entry: Entry = {
    tongue,
    lists,
    places,
    variant,
    today,
    onDate: (form.datedBy === null ? null : dateOf(asked.get(form.datedBy))) ?? today,
    header: asked,
    faults: faults.filter((fault) => tried || isShown(fault, left)),
    related: props.related,
    attachments: body.attachments,
    onLeave: (path) => setLeft((before) => (before.has(path) ? before : new Set([...before, path]))),
  };

  return (
    <EntryContext.Provider value={entry}>
      <form
        class={`compose k-${form.name}`}
        noValidate
        onSubmit={(event) => event.preventDefault()}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            send();
          }
        }}
        onPaste={(event) => takeFiles(event, event.clipboardData, attaching.choose)}
        onDragOver={(event) => event.preventDefault()} // a file that falls beside its place must not replace the page
        onDrop={(event) => takeFiles(event, event.dataTransfer, attaching.choose)}
      >
        <header class="compose-head">
          <h1>
            <span class="kind">{pick(form.label, tongue.language)}</span>
          </h1>
          {form.variants.length > 1 && (
            <div class="languages" role="group" aria-label={words.say("Length of the form")}>
              {form.variants.map((one) => (
                <button type="button" key={one} aria-pressed={one === variant} onClick={() => change({ variant: one })}>
                  {variantName(words.say("Simplified"), words.say("Complete"), one)}
                </button>
              ))}
            </div>
          )}
          {props.onRepeat !== null && (
            <button type="button" class="quiet" onClick={props.onRepeat}>
              {words.say("As the last one")}
            </button>
          )}
          <small>{words.say("Draft kept sealed, {time} UTC", { time: words.short(draft.changedAt, now()) })}</small>
        </header>
        <Steps sections={sections} values={asked} faults={faults} />
        <div class="questions" ref={questions}>
          {tried && faults.length > 0 && <FaultSummary form={form} faults={faults} />}
          {sections.map((section) => (
            <SectionEntry
              key={section.name}
              section={section}
              values={body.values}
              onChange={(values) => change({ values })}
            />
          ))}
          <FilesEntry attachments={body.attachments} attaching={attaching} tried={tried} onRemove={remove} />
          <Addressing
            body={body}
            readers={readers}
            namesSomebody={namesSomebody(assessment)}
            staleSince={stale}
            now={now}
            typing={typing}
            onTyping={setTyping}
            onChange={(changed) => change(changed)}
          />
        </div>
        <Preview
          answered={assessment}
          body={body}
          release={props.release}
          circumstances={{ variant: "long", lists, writtenAt }}
          loadTongue={props.loadTongue}
        />
        <footer class="send">
          {tooMuch && (
            <p class="fault" role="alert">
              {words.say("Not taken: the text is too long for a report. Attach it as a file.")}
            </p>
          )}
          <button type="button" class="primary" onClick={send}>
            {words.say("Send")}
          </button>
          <button type="button" onClick={props.onDiscard}>
            {words.say("Discard the draft")}
          </button>
          <Readers readers={readers} to={body.to} tlp={body.tlp} />
        </footer>
      </form>
    </EntryContext.Provider>
  );
}

/** Text is left to the input that it was meant for. */
function takeFiles(event: Event, given: DataTransfer | null, choose: (files: Iterable<File>) => void): void {
  if (given !== null && given.files.length > 0) {
    event.preventDefault();
    choose(given.files);
  }
}

function variantName(simplified: string, complete: string, variant: Variant): string {
  return variant === "simplified" ? simplified : complete;
}

/** An empty row is told by its own questions, where there are some that have to be answered. */
function withoutEchoes(faults: readonly Fault[]): readonly Fault[] {
  return faults.filter(
    (fault) => fault.code !== "empty" || !faults.some((other) => other.path.startsWith(`${fault.path}.`)),
  );
}

/**
 * A fault is told once the writer has left the place; a check digit as soon as the number is whole. That an answer is
 * missing is told when the report is to be sent: before that, "open" beside the section's name is enough.
 */
function isShown(fault: Fault, left: ReadonlySet<string>): boolean {
  if (fault.code === "required") {
    return false;
  }
  return fault.code === "check_digit" || [...left].some((path) => liesAt(fault, path));
}
