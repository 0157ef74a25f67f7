import assert from "node:assert/strict";
import test from "node:test";

import { safeName } from "../../src/attachments/file-names";
import { vectors } from "../vectors";

for (const { name, saved } of vectors<{ name: string; saved: string }[]>("attachments/names.json")) {
  test(`A7: ${JSON.stringify(name.slice(0, 20))} is saved under the name that the other program gives it`, () => {
    assert.equal(safeName(name), saved);
  });
}

test("A7: half of a letter, and separators of lines, become one harmless letter each", () => {
  assert.equal(safeName("a\ud800b\u2028c\u2029d\u00ade.txt"), "a_b_c_d_e.txt");
});
