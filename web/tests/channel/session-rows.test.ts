import assert from "node:assert/strict";
import test from "node:test";

import { equal, type Bytes } from "../../src/bytes";
import type { Group } from "../../src/channel/group";
import { Standing, withAttempt, withoutStaged, type ChannelSession } from "../../src/channel/session";
import { channelPrefix, evidenceKey, logHashKey, restoreChannel, sessionWrites } from "../../src/channel/session-rows";
import { MalformedError, UsageError } from "../../src/errors";
import type { Writes } from "../../src/store/state-store";

const PLACE = { operation: filled(32, 1), channel: filled(16, 2), generation: 1 };

test("a session is restored as it was written, and has to commit before it encrypts (D5)", async () => {
  const group = groupAt(3n, 7);
  const row = { sendId: filled(16, 3), epoch: 3n, message: filled(50, 4), salt: filled(32, 5), signed: signed() };
  const staged = {
    sendId: filled(16, 6),
    group: groupAt(4n, 8),
    message: filled(60, 7),
    welcome: null,
    ratchetTree: null,
    ledgerSequence: 9,
    restored: false,
  };
  const session = { ...withAttempt(sessionAt(group), groupAt(3n, 9), row), staged };
  const store = applied(sessionWrites(null, session));
  store.set(logHashKey(PLACE, 12), session.logHash);

  const restored = await restoreChannel(PLACE, below(store), restore);

  assert.ok(restored !== null);
  const { staged: found, outbox, group: kept, ...rest } = restored.session;
  assert.deepEqual([...outbox.values()], [row]);
  assert.equal(found?.restored, true);
  assert.deepEqual(found.message, staged.message);
  assert.equal(kept.epoch, 3n);
  assert.equal(rest.sequence, session.sequence);
  assert.equal(rest.mustCommit, true);
  assert.deepEqual([...restored.logHashes.keys()], [12]);
});

test("a message changes no public tree, and what is settled leaves the store", () => {
  const row = { sendId: filled(16, 3), epoch: 3n, message: filled(50, 4), salt: filled(32, 5), signed: signed() };
  const before = sessionAt(groupAt(3n, 1));
  const sent = withAttempt(before, groupAt(3n, 2), row);
  const settled = { ...sent, outbox: new Map() };

  const sending = applied(sessionWrites(before, sent));
  const settling = sessionWrites(sent, settled);

  assert.deepEqual([...sending.keys()].map(last), ["position", "private", "3"]);
  assert.deepEqual([...settling].filter(([, value]) => value === null).map(([key]) => last(key)), ["3"]);
  assert.equal(withoutStaged(settled).staged, null);
});

test("evidence against the relay is no session", async () => {
  const store = new Map([[evidenceKey(PLACE, 0), filled(10, 1)]]);

  assert.equal(await restoreChannel(PLACE, below(store), restore), null);
});

test("a store without a group, or with an unknown standing, is refused", async () => {
  const store = applied(sessionWrites(null, sessionAt(groupAt(3n, 1))));
  const position = `${channelPrefix(PLACE)}position`;
  const strange = store.get(position)!.slice();
  strange[strange.length - 1] = 99;

  await assert.rejects(restoreChannel(PLACE, below(new Map([[position, filled(57, 0)]])), restore), MalformedError);
  await assert.rejects(restoreChannel(PLACE, below(new Map(store).set(position, strange)), restore), MalformedError);
});

function sessionAt(group: Group): ChannelSession {
  return {
    ...PLACE,
    group,
    sequence: 12,
    logHash: filled(32, 12),
    epochBeganAt: 10,
    judgedAt: 4,
    standing: Standing.live,
    staged: null,
    outbox: new Map(),
    mustCommit: false,
  };
}

/** Stands for MLS where only how it is stored matters: `secret` is a counter. */
function groupAt(epoch: bigint, secret: number): Group {
  const unused = (): never => {
    throw new UsageError("this group only lies in a store");
  };
  return {
    groupId: filled(32, 9),
    epoch,
    ownLeaf: 0,
    leaves: [],
    confirmationTag: filled(32, 8),
    process: unused,
    open: unused,
    seal: unused,
    commit: unused,
    encode: () => ({ secret: Uint8Array.of(Number(epoch), secret), tree: Uint8Array.of(Number(epoch)) }),
  };
}

async function restore(secret: Bytes, tree: Bytes): Promise<Group> {
  assert.ok(equal(secret.slice(0, 1), tree));
  return groupAt(BigInt(tree[0]!), secret[1]!);
}

function applied(writes: Writes): Map<string, Bytes> {
  const kept = [...writes].filter((pair): pair is [string, Bytes] => pair[1] !== null);
  return new Map(kept);
}

function below(store: ReadonlyMap<string, Bytes>): ReadonlyMap<string, Bytes> {
  const prefix = channelPrefix(PLACE);
  return new Map([...store].map(([key, value]) => [key.slice(prefix.length), value]));
}

function last(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}

function signed(): { content: Bytes; signature: Bytes } {
  return { content: filled(20, 1), signature: filled(64, 2) };
}

function filled(length: number, value: number): Bytes {
  return new Uint8Array(length).fill(value);
}
