import assert from "node:assert/strict";
import test from "node:test";

import { hex } from "../../src/bytes";
import type { MailboxRow } from "../../src/relay/mailbox-routes";
import { MailboxAltered } from "../../src/roaming/errors";
import { fetchRows } from "../../src/roaming/named-rows";

const [FIRST, SECOND, OTHER] = [1, 2, 3].map((number): MailboxRow => {
  return { name: new Uint8Array(32).fill(number), sealed: new Uint8Array(64).fill(number), cold: false };
}) as [MailboxRow, MailboxRow, MailboxRow];

test("rows that are asked for by name come once each, in as many answers as it takes", async () => {
  assert.deepEqual(await taken([FIRST, SECOND], [[SECOND], [FIRST]]), [hex(SECOND.name), hex(FIRST.name)]);
});

test("a relay that gives nothing, a row twice or one that nobody asked for is refused (D4)", async () => {
  for (const answer of [[], [FIRST, FIRST], [OTHER]]) {
    await assert.rejects(taken([FIRST, SECOND], [answer, [SECOND]]), MailboxAltered);
  }
});

async function taken(wanted: readonly MailboxRow[], answers: readonly (readonly MailboxRow[])[]): Promise<readonly string[]> {
  const names: string[] = [];
  const left = [...answers];
  const host = { rows: () => Promise.resolve(left.shift() ?? []) };
  await fetchRows(host, 1, wanted.map(({ name }) => hex(name)), (_, name) => names.push(name));
  return names;
}
