import assert from "node:assert/strict";
import test from "node:test";

import { openLabel, sealLabel } from "../../src/account/label";
import { fromHex, hex } from "../../src/bytes";
import { MalformedError } from "../../src/errors";
import { computerName } from "../../src/worker/computer-name";
import { countingEntropy } from "../fakes/counting-entropy";
import { vectors } from "../vectors";

interface Fixture {
  readonly key: string;
  readonly handle: string;
  readonly name: string;
  readonly entropy: string;
  readonly sealed: string;
}

const FIXTURE = vectors<Fixture>("account/label.json");
const [KEY, HANDLE] = [fromHex(FIXTURE.key), fromHex(FIXTURE.handle)];

test("a computer's name is sealed byte for byte as Python seals it, and opens for its account alone", () => {
  const sealed = sealLabel(KEY, HANDLE, FIXTURE.name, countingEntropy(FIXTURE.entropy));

  assert.equal(hex(sealed), FIXTURE.sealed);
  assert.equal(openLabel(KEY, HANDLE, sealed), FIXTURE.name);
  assert.throws(() => openLabel(KEY, HANDLE.map((byte) => byte ^ 1), sealed), MalformedError);
  assert.throws(() => openLabel(KEY, HANDLE, sealed.map((byte) => byte ^ 1)), MalformedError);
});

test("every name is as long as any other, and a long one is cut", () => {
  const long = sealLabel(KEY, HANDLE, "x".repeat(100), countingEntropy("long"));

  assert.equal(long.length, fromHex(FIXTURE.sealed).length);
  assert.equal(openLabel(KEY, HANDLE, long), "x".repeat(64));
});

test("a browser is called so that its owner knows it again", () => {
  const chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

  assert.equal(computerName(chrome), "Chrome, Linux");
  assert.equal(computerName(`${chrome} Edg/142.0`), "Edge, Linux");
  assert.equal(computerName("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"), "Firefox, Windows");
  assert.equal(computerName("something new"), "Browser");
});
