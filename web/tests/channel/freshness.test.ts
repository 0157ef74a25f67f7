import assert from "node:assert/strict";
import test from "node:test";

import { judgeFreshness } from "../../src/channel/views";

const NOW = 1_700_000_000;

test("a view is fresh for three intervals after archive or coordinators were heard (H3)", () => {
  const heard = { interval: 300, heardAt: NOW - 900, enteredAt: NOW - 9000, now: NOW };

  assert.ok(judgeFreshness(heard).isFresh);
  assert.ok(!judgeFreshness({ ...heard, heardAt: NOW - 901 }).isFresh);
});

test("who has just come in waits one interval for the first sign (H3)", () => {
  const heard = { interval: 300, heardAt: null, enteredAt: NOW - 300, now: NOW };

  assert.ok(judgeFreshness(heard).isFresh);
  assert.ok(!judgeFreshness({ ...heard, enteredAt: NOW - 301 }).isFresh);
});

test("where nobody sends heartbeats nothing is out of date, nor by a clock that was set back (H3)", () => {
  assert.ok(judgeFreshness({ interval: 0, heardAt: null, enteredAt: 0, now: NOW }).isFresh);
  assert.ok(judgeFreshness({ interval: 300, heardAt: NOW + 5, enteredAt: 0, now: NOW }).isFresh);
});
