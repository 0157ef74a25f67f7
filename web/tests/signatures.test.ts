import assert from "node:assert/strict";
import test from "node:test";

import { fromHex } from "../src/bytes";
import { BadSignature } from "../src/errors";
import { verify } from "../src/primitives/signatures";
import { vectors } from "./vectors";

interface Case {
  name: string;
  key: string;
  message: string;
  signature: string;
  verifies: boolean;
}

for (const one of vectors<{ cases: Case[] }>("signatures/small_order.json").cases) {
  test(`Python and the browser agree: ${one.name}`, () => {
    const check = (): void => verify(fromHex(one.key), fromHex(one.message), fromHex(one.signature));

    if (one.verifies) {
      check();
    } else {
      assert.throws(check, BadSignature);
    }
  });
}
