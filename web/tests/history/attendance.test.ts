/** What a device followed of a log itself; the rest is what history may be asked for. */

import assert from "node:assert/strict";
import test from "node:test";

import { fromHex } from "../../src/bytes";
import { Standing, type ChannelSession } from "../../src/channel/session";
import { attendanceWrites, fetchedWrites, gaps, loadAttendance, type Attendance } from "../../src/history/attendance";
import { MemoryStore } from "../fakes/memory-store";

const LOG = { operation: fromHex("01".repeat(32)), channel: fromHex("02".repeat(16)), generation: 1 };
const NOBODY: Attendance = { entered: [], left: [], fetched: [] };
const HASH = new Uint8Array(32);

function session(sequence: number, changes: Partial<ChannelSession> = {}): ChannelSession {
  const place = { ...LOG, sequence, logHash: HASH, epochBeganAt: sequence, judgedAt: 1, standing: Standing.live };
  return { ...place, group: null as never, staged: null, outbox: new Map(), mustCommit: true, ...changes };
}

async function lived(...sessions: readonly ChannelSession[]): Promise<Attendance> {
  const store = new MemoryStore();
  let before: ChannelSession | null = null;
  for (const after of sessions) {
    await store.apply(attendanceWrites(before, after), store.version);
    before = after;
  }
  return loadAttendance(store, LOG);
}

test("what stands before the Commit by which we came in is not here", async () => {
  const attendance = await lived(session(5), session(6, { epochBeganAt: 5 }), session(9));

  assert.deepEqual(attendance.entered.map(({ sequence }) => sequence), [5]);
  assert.deepEqual(gaps(attendance, 9, 9), [{ first: 1, last: 4 }]);
});

test("what was said while we were out of the channel is not here", async () => {
  const out = session(7, { epochBeganAt: 5, standing: Standing.removed });
  const attendance = await lived(session(5), out, session(12), session(14, { epochBeganAt: 12 }));

  assert.deepEqual(gaps(attendance, 14, 14), [{ first: 1, last: 4 }, { first: 8, last: 11 }]);
});

test("who made the group has followed its log from the first Commit on", async () => {
  const attendance = await lived(session(0, { epochBeganAt: 0 }), session(1), session(2, { epochBeganAt: 1 }));

  assert.deepEqual(gaps(attendance, 2, 2), []);
});

test("the next generation's log is another one: the one before was left where we stood", async () => {
  const attendance = await lived(session(5), session(6, { epochBeganAt: 5 }), session(1, { generation: 2 }));

  assert.deepEqual(attendance.left, [6]);
  assert.deepEqual(gaps(attendance, 8, 6), [{ first: 1, last: 4 }, { first: 7, last: 8 }]);
});

test("what was fetched, or is known to be missing, is no gap", async () => {
  const store = new MemoryStore();
  await store.apply(fetchedWrites(LOG, { first: 3, last: 6 }), 0);

  assert.deepEqual(gaps(await loadAttendance(store, LOG), 8, 0), [{ first: 1, last: 2 }, { first: 7, last: 8 }]);
  assert.deepEqual(gaps(NOBODY, 0, 0), []);
});
