import assert from "node:assert/strict";
import test from "node:test";

import { checkStrength, WeakPassword } from "../../src/account/password-strength";
import { vectors } from "../vectors";

const CASES = vectors<{ known: string[]; weak: string[]; good: string[] }>("passwords/strength.json");

test("the passwords that Python refuses are refused, the others are taken", () => {
  for (const password of CASES.weak) {
    assert.throws(() => checkStrength(password, CASES.known), WeakPassword, password);
  }
  for (const password of CASES.good) {
    checkStrength(password, CASES.known);
  }
});
