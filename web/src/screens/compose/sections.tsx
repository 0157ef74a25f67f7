/** The questions of a form under their headings, and the way through them: where all is well, where it is not. */

import type { JSX } from "preact";

import { isAsked } from "../../forms/asked";
import type { JsonObject, JsonValue } from "../../forms/canonical-json";
import type { Variant } from "../../forms/envelope";
import type { Fault } from "../../forms/fault";
import type { Block, Field, Form } from "../../forms/form";
import { pick } from "../../forms/language";
import { rowsOf, withAnswer, withRows } from "../../forms/values";
import { useWords, type Words } from "../../words";
import { BlockEntry } from "./block";
import { idOf, liesAt, useEntry } from "./entry";
import { FieldEntry } from "./field";

/** What a section asks just now; a section that asks nothing is not shown. */
export interface AskedSection {
  readonly name: string;
  readonly heading: string;
  readonly fields: readonly Field[];
  readonly blocks: readonly Block[];
}

export function askedSections(
  form: Form,
  values: JsonObject,
  variant: Variant,
  language: string,
): readonly AskedSection[] {
  return form.sections
    .map(({ name, label }) => ({
      name,
      heading: pick(label, language),
      fields: form.fields.filter((field) => field.section === name && isAsked(field, values, values, variant)),
      blocks: form.blocks.filter((block) => block.section === name && isAsked(block, values, values, variant)),
    }))
    .filter(({ fields, blocks }) => fields.length > 0 || blocks.length > 0);
}

interface StepsProps {
  readonly sections: readonly AskedSection[];
  readonly values: JsonObject;
  readonly faults: readonly Fault[]; // all of them
}

export function Steps({ sections, values, faults }: StepsProps): JSX.Element {
  const words = useWords();
  return (
    <nav class="steps" aria-label={words.say("Sections of the form")}>
      {sections.map((section) => {
        const parts = [...section.fields, ...section.blocks];
        const wrong = faults.filter((fault) => parts.some((part) => liesAt(fault, part.name))).length;
        const begun = parts.some((part) => isBegun(values.get(part.name)));
        return (
          <button type="button" key={section.name} onClick={() => focusOn(`s-${section.name}`)}>
            <span>{section.heading}</span>
            {wrong > 0 ? (
              <small class={begun ? "wrong" : undefined}>{words.say("open: {count}", { count: wrong })}</small>
            ) : (
              begun && <small class="well">✓</small>
            )}
          </button>
        );
      })}
      <button type="button" onClick={() => focusOn("s-files")}>
        <span>{words.say("Attached files")}</span>
      </button>
      <button type="button" onClick={() => focusOn("s-addressing")}>
        <span>{words.say("Who must act")}</span>
      </button>
    </nav>
  );
}

/** Whether there is an answer; rows that nobody has filled in are none. */
function isBegun(value: JsonValue | undefined): boolean {
  return Array.isArray(value)
    ? value.some((item) => !(item instanceof Map) || item.size > 0)
    : value !== undefined;
}

interface SectionProps {
  readonly section: AskedSection;
  readonly values: JsonObject;
  readonly onChange: (values: JsonObject) => void;
}

export function SectionEntry({ section, values, onChange }: SectionProps): JSX.Element {
  return (
    <section class="section" aria-labelledby={`s-${section.name}`}>
      <h2 id={`s-${section.name}`} tabIndex={-1}>
        {section.heading}
      </h2>
      <div class="grid">
        {section.fields.map((field) => (
          <FieldEntry
            key={field.name}
            field={field}
            path={field.name}
            row={values}
            onChange={(value) => onChange(withAnswer(values, field.name, value))}
          />
        ))}
      </div>
      {section.blocks.map((block) => (
        <BlockEntry
          key={block.name}
          block={block}
          rows={rowsOf(values, block.name)}
          onChange={(rows) => onChange(withRows(values, block.name, rows))}
        />
      ))}
    </section>
  );
}

interface SummaryProps {
  readonly form: Form;
  readonly faults: readonly Fault[];
}

/** Everything that keeps the report from being sent; each line leads to its field. */
export function FaultSummary({ form, faults }: SummaryProps): JSX.Element {
  const { tongue } = useEntry();
  const words = useWords();
  return (
    <div class="summary" role="alert" id="fault-summary" tabIndex={-1}>
      <h2>{words.say("Not sent yet: put this right first")}</h2>
      <ul>
        {faults.map((fault) => (
          <li key={`${fault.path} ${fault.code}`}>
            <button type="button" class="link" onClick={() => focusAt(fault.path)}>
              <bdi>{nameOf(form, fault.path, tongue.language, words)}</bdi>
            </button>{" "}
            {tongue.explain(fault)}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** `items[1].quantity.unit` -> "Seized goods 2: Quantity". */
function nameOf(form: Form, path: string, language: string, words: Words): string {
  const [first = "", second] = path.split(".");
  const found = /^(\w+)(?:\[(\d+)\])?$/.exec(first);
  const block = form.blocks.find((one) => one.name === found?.[1]);
  if (block === undefined) {
    const field = form.fields.find((one) => one.name === first);
    return field === undefined ? pick(form.label, language) : pick(field.label, language);
  }
  const row = found?.[2] === undefined ? "" : ` ${words.number(Number(found[2]) + 1)}`;
  const field = block.fields.find((one) => one.name === second);
  const group = `${pick(block.label, language)}${row}`;
  return field === undefined ? group : words.say("{group}: {question}", { group, question: pick(field.label, language) });
}

/** The input of a fault, or the nearest thing around it. */
function focusAt(path: string): void {
  const steps = path.split(".");
  for (let length = steps.length; length > 0; length -= 1) {
    if (focusOn(idOf(steps.slice(0, length).join(".")))) {
      return;
    }
  }
}

function focusOn(id: string): boolean {
  const element = document.getElementById(id);
  element?.focus();
  element?.scrollIntoView({ block: "center" });
  return element !== null;
}
