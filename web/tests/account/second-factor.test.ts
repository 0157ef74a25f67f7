import assert from "node:assert/strict";
import test from "node:test";

import { newRecoveryCodes, readCode, recoveryCodeText, recoveryVerifier, totpText, totpUri, UnusableCode } from "../../src/account/second-factor";
import { fromHex, hex } from "../../src/bytes";
import { countingEntropy } from "../fakes/counting-entropy";
import { vectors } from "../vectors";

interface Fixture {
  readonly secret: string;
  readonly secret_text: string;
  readonly name: string;
  readonly relay_name: string;
  readonly uri: string;
  readonly entropy: string;
  readonly recovery: readonly { readonly text: string; readonly verifier: string }[];
}

const FIXTURE = vectors<Fixture>("account/second_factor.json");

test("an authenticator is given what Python gives it", () => {
  const secret = fromHex(FIXTURE.secret);

  assert.equal(totpText(secret).replaceAll(" ", ""), FIXTURE.secret_text);
  assert.equal(totpUri(secret, FIXTURE.name, FIXTURE.relay_name), FIXTURE.uri);
});

test("recovery codes and what the relay keeps of them are Python's (D2)", () => {
  const codes = newRecoveryCodes(countingEntropy(FIXTURE.entropy));

  assert.deepEqual(
    codes.map((code) => ({ text: recoveryCodeText(code), verifier: hex(recoveryVerifier(code)) })),
    FIXTURE.recovery,
  );
  assert.deepEqual(codes.map((code) => readCode(recoveryCodeText(code))), codes);
});

test("a code is read as people type it, and nothing else is a code", () => {
  assert.equal(readCode(" 123 456"), "123456");
  assert.equal(readCode("olilo-abcde-fghjk-mnpqr"), "01110ABCDEFGHJKMNPQR");
  for (const text of ["", "12345", "1234567", "12345a", "ABCDE-FGHJK-MNPQR-STVWU", "１２３４５６"]) {
    assert.throws(() => readCode(text), UnusableCode, text);
  }
});
