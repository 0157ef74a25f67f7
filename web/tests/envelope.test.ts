import assert from "node:assert/strict";
import test from "node:test";

import { fromHex, utf8 } from "../src/bytes";
import { BadSignature, MalformedError } from "../src/errors";
import * as json from "../src/forms/canonical-json";
import { verifyEnvelope } from "../src/forms/envelope";
import { vectors } from "./vectors";

interface Fixture {
  version: number;
  attachments?: string[];
  public_key: string;
  content: string;
  signature: string;
}

for (const version of [1, 2]) {
  test(`an envelope of version ${version} is read as Python wrote it`, () => {
    const fixture = vectors<Fixture>(`envelope/version_${version}.json`);
    const signed = { content: fromHex(fixture.content), signature: fromHex(fixture.signature) };

    const envelope = verifyEnvelope(signed, fromHex(fixture.public_key));

    assert.deepEqual(envelope.body.attachments.map((one) => one.name), fixture.attachments ?? []);
    const changed = signed.content.slice();
    changed[10]! ^= 1;
    assert.throws(() => verifyEnvelope({ ...signed, content: changed }, fromHex(fixture.public_key)), BadSignature);
  });
}

test("one value has one spelling", () => {
  const spellings = [
    ' {"a":1}',
    '{"a": 1}',
    '{"b":1,"a":2}',
    '{"a":1,"a":1}',
    '{"a":1.0}',
    '{"a":1e3}',
    "-0",
    "01",
    "9007199254740993",
    '"\\u0041"',
    '"\\/"',
    '"\\ud800"',
    '{"a":1}x',
    "[1,]",
    "tru",
    "",
    "[".repeat(1000) + "]".repeat(1000),
  ];

  for (const spelling of spellings) {
    assert.throws(() => json.decode(utf8(spelling), 100_000), MalformedError, spelling.slice(0, 40));
  }
});

test("keys are sorted by code point, and none has a meaning for JavaScript", () => {
  const spelling = '{"10":1,"9":2,"__proto__":{"constructor":3},"\uff5e":4,"\u{1f600}":5}';

  const value = json.decode(utf8(spelling), 1000);

  assert.ok(value instanceof Map);
  assert.deepEqual([...value.keys()], ["10", "9", "__proto__", "\uff5e", "\u{1f600}"]);
  assert.deepEqual(json.encode(value), utf8(spelling));
  assert.throws(() => json.decode(utf8('{"\u{1f600}":5,"\uff5e":4}'), 1000), MalformedError);
});
