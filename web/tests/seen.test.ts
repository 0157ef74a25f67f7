import assert from "node:assert/strict";
import test from "node:test";

import { concat, utf8 } from "../src/bytes";
import { encodeSeen, readSeen } from "../src/channel/seen";
import { MalformedError } from "../src/errors";

test("where a message was taken in is read again as it was written (S4)", () => {
  const envelopeHash = new Uint8Array(32).fill(7);
  const value = encodeSeen(envelopeHash, { generation: 2, sequence: 40_000 });

  assert.deepEqual(readSeen(value), { envelopeHash, generation: 2, sequence: 40_000 });
  assert.throws(() => readSeen(concat(value, utf8("x"))), MalformedError);
  assert.throws(() => readSeen(value.slice(1)), MalformedError);
});
