import assert from "node:assert/strict";
import test from "node:test";

import { fromHex } from "../src/bytes";
import { BadSignature } from "../src/errors";
import { SigningKey, verify } from "../src/primitives/signatures";
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

test("a key that is used again and again gives the verdicts that it gave at first", () => {
  const key = new SigningKey(new Uint8Array(32).fill(7));
  for (let round = 0; round < 12; round += 1) {
    const data = new Uint8Array([round]);
    const signature = key.sign(data);
    verify(key.publicKey, data, signature);
    for (const place of [3, 40]) {
      const bad = signature.slice();
      bad[place]! ^= 1;
      assert.throws(() => verify(key.publicKey, data, bad), BadSignature);
    }
    assert.throws(() => verify(key.publicKey, new Uint8Array([round, 0]), signature), BadSignature);
  }
});
