import assert from "node:assert/strict";
import test from "node:test";

import { Bundling } from "../../src/mailbox/bundling";

/** Bundling whose pieces are counted, and whose seconds pass when the test says so. */
function bundling(): { readonly made: Bundling; readonly pieces: number[]; readonly pass: () => Promise<void> } {
  const pieces: number[] = [];
  const waiting: (() => void)[] = [];
  const bundle = async (quiet: () => Promise<boolean>): Promise<void> => {
    while (await quiet()) {
      pieces.push(pieces.length);
    }
  };
  const sleep = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
  const pass = async (): Promise<void> => {
    waiting.splice(0).forEach((wake) => wake());
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { made: new Bundling({ bundle }, { sleep }), pieces, pass };
}

test("a piece is made whenever nobody asked for anything for a while", async () => {
  const { made, pieces, pass } = bundling();
  void made.begin();
  assert.equal(pieces.length, 0);

  await pass();
  await made.behind(async () => undefined);
  await pass();

  assert.equal(pieces.length, 1); // somebody asked meanwhile: another while is waited for
  await pass();
  assert.equal(pieces.length, 2);
});

test("while what somebody asked for goes on, nothing is made", async () => {
  const { made, pieces, pass } = bundling();
  let finish = (): void => undefined;
  const asked = made.behind(() => new Promise<void>((resolve) => (finish = resolve)));
  void made.begin();

  await pass();
  await pass();
  assert.equal(pieces.length, 0);
  finish();
  await asked;
  await pass();

  assert.equal(pieces.length, 1);
});

test("it goes on once, however often it is begun, and ends with the sitting", async () => {
  const { made, pieces, pass } = bundling();
  const first = made.begin();
  await made.begin();
  await pass();

  made.stop();
  await pass();
  await first;

  assert.equal(pieces.length, 1);
  await made.begin();
  assert.equal(pieces.length, 1);
});
