import assert from "node:assert/strict";
import test from "node:test";

import { enforce, UnusableText } from "../src/account/opaque-string";
import { deriveKeys, effectiveSalt, signInHandle, UnknownProfile } from "../src/account/sign-in";
import { fromHex, hex } from "../src/bytes";
import { stretch } from "../src/primitives/password";
import { vectors } from "./vectors";

interface Fixture {
  name: string;
  relay_name: string;
  password: string;
  salt: string;
  profile: number;
  device_secret: string | null;
  handle: string;
  effective_salt: string;
  sign_in_secret: string;
  wrapping_key: string;
  label_key: string;
}

const PEOPLE = ["arabic", "composed", "coordinator"]; // each run of Argon2 takes a second

function parametersOf(fixture: Fixture): Parameters<typeof effectiveSalt>[0] {
  const { relay_name: relayName, name, salt, profile } = fixture;
  return { relayName, handle: signInHandle(relayName, name), salt: fromHex(salt), profile };
}

for (const person of PEOPLE) {
  test(`one password gives ${person} Python's keys (D1, D2)`, () => {
    const fixture = vectors<Fixture>(`sign_in/${person}.json`);
    const parameters = parametersOf(fixture);
    const deviceSecret = fixture.device_secret === null ? null : fromHex(fixture.device_secret);

    const keys = deriveKeys(fixture.password, parameters, deviceSecret, stretch);

    assert.equal(hex(parameters.handle), fixture.handle);
    assert.equal(hex(effectiveSalt(parameters)), fixture.effective_salt);
    assert.equal(hex(keys.signInSecret), fixture.sign_in_secret);
    assert.equal(hex(keys.wrappingKey), fixture.wrapping_key);
    assert.equal(hex(keys.labelKey), fixture.label_key);
  });
}

test("a relay that asks for a cheaper guess learns nothing (D1)", () => {
  const parameters = { ...parametersOf(vectors<Fixture>("sign_in/officer.json")), profile: 2 };

  assert.throws(
    () => deriveKeys("whatever", parameters, null, () => assert.fail("the password was touched")),
    UnknownProfile,
  );
});

test("what could be typed in two ways is refused or has one spelling", () => {
  assert.equal(enforce("cafe\u0301\u00a0noir"), "caf\u00e9 noir");
  for (const text of ["", "a\u200db", "a\u0000", "\u0640", "\u0661\u06f1", "\ud800", "x".repeat(1025)]) {
    assert.throws(() => enforce(text), UnusableText, JSON.stringify(text).slice(0, 20));
  }
});
