/**
 * Runs the official vectors of RFC 9420, unmodified, and says what became of them.
 *
 * What our profile does not have (ADR 0028) has to be refused, by an error that names it. Passes and refusals are
 * pinned, each sentence with its number, so that nothing can fall silent.
 */

import assert from "node:assert/strict";
import test from "node:test";

import { ProtocolError } from "../../src/errors";
import { CIPHER_SUITE } from "../../src/mls/suite";
import { reference } from "../vectors";

/** What a step gives; null where it is refused, which is noted. */
export type Attempt = <V>(step: () => V) => V | null;

/** How often which sentence refuses. */
export type Refusing = Readonly<Record<string, number>>;

/** Runs the entries of our suite of one file: `count` of them, with exactly these refusals. */
export function official<T>(
  name: string,
  count: number,
  run: (entry: T, attempt: Attempt) => void,
  refusing: Refusing = {},
  cipherSuite = CIPHER_SUITE,
): void {
  const entries = reference<(T & { cipher_suite?: number })[]>(`mls-vectors/${name}.json`);
  test(`official vectors: ${name}`, { skip: entries === null }, (context) => {
    const ours = (entries ?? []).filter((entry) => (entry.cipher_suite ?? cipherSuite) === cipherSuite);
    const said = new Map<string, number>();
    const attempt: Attempt = (step) => {
      try {
        return step();
      } catch (error) {
        if (!(error instanceof ProtocolError)) {
          throw error;
        }
        const sentence = `${error.name}: ${error.message}`;
        said.set(sentence, (said.get(sentence) ?? 0) + 1);
        return null;
      }
    };
    ours.forEach((entry) => run(entry, attempt));
    context.diagnostic(`${name}: ${ours.length} run`);
    said.forEach((times, sentence) => context.diagnostic(`  ${times} refused: ${sentence}`));
    assert.equal(ours.length, count);
    assert.deepEqual(Object.fromEntries(said), refusing);
  });
}
