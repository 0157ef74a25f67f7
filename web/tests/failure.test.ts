import assert from "node:assert/strict";
import test from "node:test";

import { failureSentence } from "../src/screens/failure";
import { Words } from "../src/words";

const because = (code: string): string =>
  failureSentence(new Words("en", {}), { code, sentence: "because", retryAfter: 49, since: null });

test("a failure is told in our words, with the time to wait", () => {
  assert.match(because("locked"), /^Too many wrong tries\. Wait 49 seconds/);
});

test("a code that we do not know, or that is no code, does not break the screen that tells of it", () => {
  for (const code of ["new_code", "constructor", "toString", "__proto__", ""]) {
    assert.equal(because(code), "because");
  }
});
