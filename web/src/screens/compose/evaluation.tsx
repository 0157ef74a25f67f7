/** How sure it is (4x4): one cell of sources and information, chosen with the pointer or the arrow keys. */

import type { JSX } from "preact";
import { useRef } from "preact/hooks";

import { INFORMATION, SOURCES, type Evaluation } from "../../forms/envelope";
import { useWords } from "../../words";
import { useEntry } from "./entry";

interface Props {
  readonly evaluation: Evaluation | null;
  readonly advised: boolean; // somebody is named, and a reader must know how sure that is
  readonly onChange: (evaluation: Evaluation | null) => void;
}

const NOT_ASSESSED: Evaluation = { source: "X", information: "4" };

export function EvaluationEntry({ evaluation, advised, onChange }: Props): JSX.Element {
  const words = useWords();
  const { tongue } = useEntry();
  const grid = useRef<HTMLTableElement>(null);
  const source = (code: string): string => tongue.code("source_evaluation", code);
  const information = (code: string): string => tongue.code("information_evaluation", code);
  const choose = (chosen: Evaluation): void => {
    onChange(chosen);
    grid.current?.querySelector<HTMLElement>(`#${cellId(chosen)}`)?.focus();
  };
  return (
    <fieldset class="block evaluation">
      <legend>
        {words.say("How sure it is (4×4)")} <em>{words.say("optional")}</em>
      </legend>
      <table ref={grid}>
        <thead>
          <tr>
            <th scope="col">
              <small>{words.say("source ↓ information →")}</small>
            </th>
            {INFORMATION.map((code) => (
              <th scope="col" key={code}>
                <b class="mono">{code}</b> <small>{meaning(information(code))}</small>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {SOURCES.map((row) => (
            <tr key={row}>
              <th scope="row">
                <b class="mono">{row}</b> <small>{meaning(source(row))}</small>
              </th>
              {INFORMATION.map((column) => {
                const cell: Evaluation = { source: row, information: column };
                return (
                  <td key={column}>
                    <label>
                      <input
                        type="radio"
                        name="evaluation"
                        autocomplete="off"
                        id={cellId(cell)}
                        aria-label={`${source(row)}. ${information(column)}`}
                        checked={isSame(evaluation, cell)}
                        onChange={() => onChange(cell)}
                        onKeyDown={(event) => {
                          const next = neighbour(cell, event.key, words.direction === "rtl");
                          if (next !== null) {
                            event.preventDefault(); // a radio button alone would go along the rows only
                            choose(next);
                          }
                        }}
                      />
                      <span class="mono" aria-hidden="true">
                        {row}
                        {column}
                      </span>
                    </label>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <p class="chosen" role="status">
        {evaluation === null
          ? advised && words.say("This report names somebody: say how sure it is, or that it cannot be assessed.")
          : `${source(evaluation.source)}. ${information(evaluation.information)}`}
      </p>
      <div class="beside">
        {evaluation === null ? (
          <button type="button" class="quiet" onClick={() => choose(NOT_ASSESSED)}>
            {words.say("Cannot be assessed (X4)")}
          </button>
        ) : (
          <button type="button" class="quiet" onClick={() => onChange(null)}>
            {words.say("Take the evaluation off")}
          </button>
        )}
      </div>
    </fieldset>
  );
}

function isSame(one: Evaluation | null, other: Evaluation): boolean {
  return one?.source === other.source && one.information === other.information;
}

function cellId({ source, information }: Evaluation): string {
  return `evaluation-${source}${information}`;
}

/** The cell that an arrow key goes to; null: another key, or the edge. */
function neighbour({ source, information }: Evaluation, key: string, mirrored: boolean): Evaluation | null {
  const ahead = mirrored ? "ArrowLeft" : "ArrowRight";
  const back = mirrored ? "ArrowRight" : "ArrowLeft";
  const steps: Readonly<Record<string, readonly [number, number]>> = {
    ArrowDown: [1, 0],
    ArrowUp: [-1, 0],
    [ahead]: [0, 1],
    [back]: [0, -1],
  };
  const step = steps[key];
  if (step === undefined) {
    return null;
  }
  const row = SOURCES[SOURCES.indexOf(source) + step[0]] ?? source;
  const column = INFORMATION[INFORMATION.indexOf(information) + step[1]] ?? information;
  return { source: row, information: column };
}

/** A label of these lists begins with its code: "B: mostly reliable". */
function meaning(label: string): string {
  return label.replace(/^[A-Z0-9]\s?:\s*/, "");
}
