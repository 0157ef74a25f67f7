/** Questions that are asked once a row: goods, stops of a route, persons. Rows come, go and change places. */

import type { JSX } from "preact";
import { useRef } from "preact/hooks";

import { isAsked } from "../../forms/asked";
import type { JsonObject } from "../../forms/canonical-json";
import type { Block } from "../../forms/form";
import { containerField, repeatedContainers } from "../../forms/container-paste";
import { pick } from "../../forms/language";
import { stopsOf } from "../../forms/route";
import { isRequired } from "../../forms/validation";
import { rowsOf, swapped, withAnswer } from "../../forms/values";
import { useWords } from "../../words";
import { idOf, useEntry } from "./entry";
import { ContainerPaste } from "./container-paste";
import { FieldEntry } from "./field";
import { RouteLine } from "./route-line";

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
  const stops = stopsOf(block, rows, tongue);
  const repeated = repeatedContainers(block, rows);
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
      <RouteLine block={block} rows={rows} onStop={(place) => focusRow(fieldset.current, block.name, place)} />
      {rows.map((row, place) => (
        <Row
          key={place}
          block={block}
          heading={`${heading} ${words.number(place + 1)}`}
          place={place}
          row={row}
          asked={rowsOf(header, block.name)[place] ?? row}
          last={place === rows.length - 1}
          notice={stops?.[place]?.early === true ? words.say("Before the stop above: check the date, or the order.") : ""}
          onRow={(changed) => onChange(rows.with(place, changed))}
          onRemove={() => onChange(rows.toSpliced(place, 1))}
          onMove={(to) => {
            onChange(swapped(rows, place, to));
            follow(fieldset.current, block.name, place, to);
          }}
        />
      ))}
      {repeated.length > 0 && (
        <p class="doubt" role="status">
          {words.say("In more than one entry: {numbers}. Take one out, unless there are two.", {
            numbers: tongue.several(repeated),
          })}
        </p>
      )}
      {needsFile && attachments.length === 0 ? (
        <p class="notice">
          {words.say("Attach the files first, under “Attached files”: then each can be described here.")}
        </p>
      ) : (
        <div class="beside">
          {rows.length < block.maxRows && (
            <button type="button" class="quiet" onClick={() => add([new Map()])}>
              + {heading}
            </button>
          )}
          {/* also where there is no more room: it tells what was left out */}
          {containerField(block) !== undefined && <ContainerPaste block={block} rows={rows} onRows={onChange} />}
        </div>
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
  readonly notice: string; // something to look at again that is no fault
  readonly onRow: (row: JsonObject) => void;
  readonly onRemove: () => void;
  readonly onMove: (to: number) => void;
}

function Row({ block, heading, place, row, asked, last, notice, onRow, onRemove, onMove }: RowProps): JSX.Element {
  const { header, variant, faults, tongue } = useEntry();
  const words = useWords();
  const path = `${block.name}[${place}]`;
  const wrong = faults.filter((fault) => fault.path === path);
  return (
    <div
      class="entry-row"
      role="group"
      aria-label={heading}
      id={idOf(path)}
      tabIndex={-1}
      onKeyDown={(event) => {
        const to = place + (event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0);
        if (event.altKey && to !== place && to >= 0 && !(last && to > place)) {
          event.preventDefault();
          onMove(to);
        }
      }}
    >
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
      {notice !== "" && <p class="doubt">{notice}</p>}
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

/** The focus goes where its row went, to the same question there. */
function follow(block: HTMLElement | null, name: string, from: number, to: number): void {
  const before = document.activeElement?.id ?? "";
  const [here, there] = [idOf(`${name}[${from}]`), idOf(`${name}[${to}]`)];
  requestAnimationFrame(() => {
    const same = before.startsWith(`${here}-`) ? document.getElementById(there + before.slice(here.length)) : null;
    if (same === null) {
      focusRow(block, name, to);
    } else {
      same.focus();
    }
  });
}

function focusRow(block: HTMLElement | null, name: string, place: number): void {
  const row = block?.querySelector<HTMLElement>(`#${idOf(`${name}[${place}]`)}`);
  row?.focus();
  row?.scrollIntoView({ block: "nearest" });
}
