/** Questions that are asked once a row: goods, stops of a route, persons. Rows come, go and change places. */

import type { JSX } from "preact";
import { useRef } from "preact/hooks";

import { isAsked } from "../../forms/asked";
import type { JsonObject } from "../../forms/canonical-json";
import type { Block, Field } from "../../forms/form";
import { pick } from "../../forms/language";
import { containersIn } from "../../forms/typing";
import { isRequired } from "../../forms/validation";
import { rowsOf, swapped, withAnswer } from "../../forms/values";
import { useWords } from "../../words";
import { idOf, useEntry } from "./entry";
import { FieldEntry } from "./field";

interface Props {
  readonly block: Block;
  readonly rows: readonly JsonObject[];
  readonly onChange: (rows: readonly JsonObject[]) => void;
}

export function BlockEntry({ block, rows, onChange }: Props): JSX.Element {
  const { tongue, faults, header, attachments } = useEntry();
  const words = useWords();
  const heading = pick(block.label, tongue.language);
  const wrong = faults.filter((fault) => fault.path === block.name);
  const fieldset = useRef<HTMLFieldSetElement>(null);
  const needsFile = block.fields.some((field) => field.kind.type === "attachment" && field.required === true);
  const add = (added: readonly JsonObject[]): void => {
    onChange([...rows, ...added].slice(0, block.maxRows));
    const first = idOf(`${block.name}[${rows.length}]`);
    requestAnimationFrame(() => fieldset.current?.querySelector<HTMLElement>(`[id^="${first}-"]`)?.focus());
  };
  return (
    <fieldset class="block" ref={fieldset} id={idOf(block.name)} tabIndex={-1}>
      <legend>
        <bdi>{heading}</bdi>
        {!isRequired(block.required, header, header) && <em> {words.say("optional")}</em>}
      </legend>
      {block.help !== null && (
        <small>
          <bdi>{pick(block.help, tongue.language)}</bdi>
        </small>
      )}
      {wrong.length > 0 && <p class="fault">{wrong.map((fault) => tongue.explain(fault)).join(" ")}</p>}
      {rows.map((row, place) => (
        <Row
          key={place}
          block={block}
          heading={`${heading} ${words.number(place + 1)}`}
          place={place}
          row={row}
          asked={rowsOf(header, block.name)[place] ?? row}
          last={place === rows.length - 1}
          onRow={(changed) => onChange(rows.with(place, changed))}
          onRemove={() => onChange(rows.toSpliced(place, 1))}
          onMove={(to) => onChange(swapped(rows, place, to))}
        />
      ))}
      {needsFile && attachments.length === 0 ? (
        <p class="notice">
          {words.say("Attach the files first, under “Attached files”: then each can be described here.")}
        </p>
      ) : (
        rows.length < block.maxRows && (
          <div class="beside">
            <button type="button" class="quiet" onClick={() => add([new Map()])}>
              + {heading}
            </button>
            <ContainerPaste block={block} rows={rows} onAdd={add} />
          </div>
        )
      )}
    </fieldset>
  );
}

interface RowProps {
  readonly block: Block;
  readonly heading: string;
  readonly place: number;
  readonly row: JsonObject; // with answers to what is not asked just now
  readonly asked: JsonObject;
  readonly last: boolean;
  readonly onRow: (row: JsonObject) => void;
  readonly onRemove: () => void;
  readonly onMove: (to: number) => void;
}

function Row({ block, heading, place, row, asked, last, onRow, onRemove, onMove }: RowProps): JSX.Element {
  const { header, variant, faults, tongue } = useEntry();
  const words = useWords();
  const path = `${block.name}[${place}]`;
  const wrong = faults.filter((fault) => fault.path === path);
  return (
    <div class="entry-row" role="group" aria-label={heading} id={idOf(path)} tabIndex={-1}>
      <div class="entry-row-head">
        <strong>{heading}</strong>
        {place > 0 && (
          <MoveButton said={words.say("{what}: one place up", { what: heading })} onClick={() => onMove(place - 1)}>
            ↑
          </MoveButton>
        )}
        {!last && (
          <MoveButton said={words.say("{what}: one place down", { what: heading })} onClick={() => onMove(place + 1)}>
            ↓
          </MoveButton>
        )}
        <MoveButton said={words.say("Remove {what}", { what: heading })} onClick={onRemove}>
          ×
        </MoveButton>
      </div>
      {wrong.length > 0 && <p class="fault">{wrong.map((fault) => tongue.explain(fault)).join(" ")}</p>}
      <div class="grid">
        {block.fields
          .filter((field) => isAsked(field, asked, header, variant))
          .map((field) => (
            <FieldEntry
              key={field.name}
              field={field}
              path={`${path}.${field.name}`}
              row={row}
              onChange={(value) => onRow(withAnswer(row, field.name, value))}
            />
          ))}
      </div>
    </div>
  );
}

interface MoveProps {
  readonly said: string; // for whom cannot see the sign
  readonly onClick: () => void;
  readonly children: string;
}

function MoveButton({ said, onClick, children }: MoveProps): JSX.Element {
  return (
    <button type="button" class="quiet" aria-label={said} title={said} onClick={onClick}>
      {children}
    </button>
  );
}

interface PasteProps {
  readonly block: Block;
  readonly rows: readonly JsonObject[];
  readonly onAdd: (rows: readonly JsonObject[]) => void;
}

/** A list of containers from a manifest or an e-mail becomes a row each, with what the last row says of all of them. */
function ContainerPaste({ block, rows, onAdd }: PasteProps): JSX.Element | null {
  const words = useWords();
  const container = block.fields.find(isContainer);
  if (container === undefined) {
    return null;
  }
  const onPaste = (event: ClipboardEvent): void => {
    event.preventDefault();
    const there = new Set(rows.map((row) => row.get(container.name)));
    const numbers = containersIn(event.clipboardData?.getData("text/plain") ?? "").filter((one) => !there.has(one));
    const shared = sharedAnswers(block, rows.at(-1));
    onAdd(numbers.map((number) => withAnswer(shared, container.name, number)));
  };
  return (
    <input
      type="text"
      autocomplete="off"
      class="paste"
      value=""
      placeholder={words.say("Paste a list of containers here")}
      aria-label={words.say("Paste a list of containers here")}
      onPaste={onPaste}
    />
  );
}

function isContainer(field: Field): boolean {
  return field.kind.type === "identifier" && field.kind.scheme === "container";
}

/** What containers of one consignment have in common: codes, not numbers. */
function sharedAnswers(block: Block, row: JsonObject | undefined): JsonObject {
  const codes = block.fields.filter((field) => field.kind.type === "code").map((field) => field.name);
  return new Map([...(row ?? new Map())].filter(([name]) => codes.includes(name)));
}
