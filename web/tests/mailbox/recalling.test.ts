/** What was said before we came is asked for by the clock too: a relay that wakes nobody holds nothing up (H2). */

import assert from "node:assert/strict";
import test from "node:test";

import { hex } from "../../src/bytes";
import { History } from "../../src/ledger/kinds";
import type { Mailbox } from "../../src/mailbox/mailbox";
import { LOOK_SECONDS, Recalling } from "../../src/mailbox/recalling";

const defect = (error: unknown): void => assert.fail(String(error));
const OPERATION = new Uint8Array(32).fill(1);
const CHANNEL = new Uint8Array(16).fill(2);

/** A mailbox whose clock is wound by hand. */
function waiting(): { mailbox: Mailbox; slept: number[]; pass: () => Promise<void> } {
  const slept: number[] = [];
  let wake = (): void => undefined;
  const ledger = { operation: OPERATION, charter: { policy: { history: History.all } } };
  const mailbox = {
    operations: new Map([[hex(OPERATION), { ledger, frozen: null }]]),
    entitledChannels: () => [CHANNEL],
    sleep: (seconds: number) => {
      slept.push(seconds);
      return new Promise<void>((resolve) => (wake = resolve));
    },
  };
  const pass = async (): Promise<void> => {
    wake();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { mailbox: mailbox as unknown as Mailbox, slept, pass };
}

test("every operation is looked at from time to time, by one clock however often it is begun, until the sitting is over", async () => {
  const { mailbox, slept, pass } = waiting();
  const looked: string[] = [];
  const recalling = new Recalling(mailbox, async (operation) => void looked.push(hex(operation)));

  recalling.begin(defect);
  recalling.begin(defect);
  assert.deepEqual([looked, slept], [[], [LOOK_SECONDS]]);
  await pass();
  await pass();
  assert.deepEqual(looked, [hex(OPERATION), hex(OPERATION)]);

  recalling.stop();
  await pass();
  assert.deepEqual([looked.length, slept.length], [2, 3]);
});
