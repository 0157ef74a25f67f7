/**
 * Texts without what nobody sees in them: marks that turn the direction, zero-width letters, controls, line breaks where
 * there is one line. Only when the writer asks for it: nothing is ever put right behind their back.
 */

import type { JsonObject, JsonValue } from "./canonical-json";
import type { Fault, FaultCode } from "./fault";
import { withoutHidden } from "./kinds/text";

const REPAIRED: ReadonlySet<FaultCode> = new Set([
  "text_control",
  "text_direction",
  "text_invisible",
  "text_lines",
  "text_not_nfc",
]);

/** Whether `repaired` puts the fault right. */
export function isRepairable(fault: Fault): boolean {
  return REPAIRED.has(fault.code);
}

/** The answer, its parts too, with visible letters only; undefined if none is left. `lines`: it may have several. */
export function repaired(answer: JsonValue | undefined, lines: boolean): JsonValue | undefined {
  if (typeof answer === "string") {
    const text = withoutHidden(answer);
    return (lines ? text : text.replace(/\s+/g, " ")).trim() || undefined;
  }
  if (!(answer instanceof Map)) {
    return answer;
  }
  const parts = [...(answer as JsonObject)].flatMap(([name, part]) => {
    const left = repaired(part, lines);
    return left === undefined ? [] : [[name, left] as const];
  });
  return parts.length === 0 ? undefined : new Map(parts);
}
