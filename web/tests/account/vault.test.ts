import assert from "node:assert/strict";
import test from "node:test";

import { openVault, sealVault, WrongPassword } from "../../src/account/remote-vault";
import { fromHex, hex } from "../../src/bytes";
import { countingEntropy } from "../fakes/counting-entropy";
import { vectors } from "../vectors";

interface Fixture {
  account: string;
  version: number;
  wrapping_key: string;
  sealed: string;
}

const FIXTURE = vectors<Fixture>("mailbox/vault.json");
const ACCOUNT = fromHex(FIXTURE.account);
const KEY = fromHex(FIXTURE.wrapping_key);
const SEALED = { version: FIXTURE.version, sealed: fromHex(FIXTURE.sealed) };

test("a vault is sealed byte for byte as Python seals it, whatever the order in which it was filled", () => {
  const vault = openVault(SEALED, ACCOUNT, KEY);
  const shuffled = { ...vault, devices: [...vault.devices].reverse(), pins: new Map([...vault.pins].reverse()) };

  for (const one of [vault, shuffled]) {
    assert.equal(hex(sealVault(one, ACCOUNT, FIXTURE.version, KEY, countingEntropy("vault"))), FIXTURE.sealed);
  }
});

test("a vault opens under its own version and account alone", () => {
  assert.throws(() => openVault({ ...SEALED, version: 8 }, ACCOUNT, KEY), WrongPassword);
  assert.throws(() => openVault(SEALED, ACCOUNT.map((byte) => byte ^ 1), KEY), WrongPassword);
});
