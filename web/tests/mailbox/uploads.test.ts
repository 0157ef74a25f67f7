import assert from "node:assert/strict";
import test from "node:test";

import { UsageError } from "../../src/errors";
import { Uploads } from "../../src/mailbox/uploads";

test("an upload that is taken off is stopped, and no other", async () => {
  const uploads = new Uploads();
  const carry = async (signal: AbortSignal): Promise<string> => {
    await Promise.resolve(); // a part is on its way
    signal.throwIfAborted();
    return "there";
  };
  const one = uploads.run("one", carry);
  const other = uploads.run("other", carry);

  uploads.stop("one");

  await assert.rejects(one, UsageError);
  assert.equal(await other, "there");
});
