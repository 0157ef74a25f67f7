import assert from "node:assert/strict";
import test from "node:test";

import { hex, utf8 } from "../../src/bytes";
import { sha256 } from "../../src/primitives/hashes";
import { qrCode, type Modules } from "../../src/screens/account/qr-code";
import { vectors } from "../vectors";

interface Code {
  readonly version: number;
  readonly text: string;
  readonly sha256: string;
}

function rowsOf(modules: Modules): string {
  return modules.map((row) => row.map((dark) => (dark ? "1" : "0")).join("")).join("\n");
}

test("QR codes are module for module those of another encoder, in every shape that a version brings", () => {
  for (const { version, text, sha256: wanted } of vectors<readonly Code[]>("qr/codes.json")) {
    const modules = qrCode(text);

    assert.equal(modules?.length, 17 + 4 * version);
    assert.equal(hex(sha256(utf8(rowsOf(modules)))), wanted, `version ${version}`);
  }
});

test("a code with room left is padded as the standard says", () => {
  const modules = qrCode("été à Roissy");

  assert.ok(modules !== null); // the modules that the generator of Project Nayuki draws
  assert.equal(hex(sha256(utf8(rowsOf(modules)))), "72e329e1b93509ef5847dc0c4913d2a4eaadf10b36efff3c9c804b4d17b91677");
});

test("what is too long for a code has none", () => {
  assert.equal(qrCode("z".repeat(667)), null);
});
