import assert from "node:assert/strict";
import test from "node:test";

import { fetchVault, type Access } from "../../src/account/access";
import {
  changePassword,
  MailboxLeftUnopened,
  PasswordMayBeChanged,
  WrongDeviceSecret,
} from "../../src/account/new-password";
import { WeakPassword } from "../../src/account/password-strength";
import { MAX_MAILBOX_KEYS, sealVault, WrongPassword, type RemoteVault } from "../../src/account/remote-vault";
import { deriveKeys, signInHandle } from "../../src/account/sign-in";
import { concat, equal, hex } from "../../src/bytes";
import { Unavailable } from "../../src/errors";
import { writeSecret } from "../../src/ledger/secret-text";
import { RolledBack } from "../../src/operation/operation";
import { sha256 } from "../../src/primitives/hashes";
import { SigningKey } from "../../src/primitives/signatures";
import type { Stretch } from "../../src/primitives/password";
import { RelayRefuses } from "../../src/relay/relay-client";
import { AccountRelay } from "../fakes/account-relay";
import { countingEntropy } from "../fakes/counting-entropy";

const [NAME, OLD, NEW] = ["ana", "seven herons over the grey harbour", "nine lanterns under a paper bridge"];
const entropy = countingEntropy("new password");
const stretch: Stretch = (password, salt) => sha256(concat(password, salt));
const DEVICE_SECRET = entropy(16);
const VAULT: RemoteVault = {
  identityKey: new SigningKey(entropy(32)),
  exchangeKey: entropy(32),
  devices: [entropy(16)],
  pins: new Map(),
  mailboxKeys: [entropy(32), entropy(32)],
};

/** An account whose vault is at the relay, in version 3. */
function account(deviceSecret: Uint8Array | null = null, vault = VAULT): { relay: AccountRelay; access: Access } {
  const relay = new AccountRelay(entropy(16));
  const parameters = { relayName: "relay.example", handle: signInHandle("relay.example", NAME), salt: entropy(16), profile: 1 };
  const keys = deriveKeys(OLD, parameters, deviceSecret, stretch);
  relay.signInSecret = keys.signInSecret;
  relay.vaultVersion = 3;
  relay.sealedVault = sealVault(vault, relay.account, 3, keys.wrappingKey, entropy);
  return { relay, access: { relay, account: relay.account, parameters, keys, source: null } };
}

function change(access: Access, asked: Partial<Parameters<typeof changePassword>[1]> = {}, seen = 3) {
  const typed = { password: OLD, newPassword: NEW, code: null, deviceSecret: null, ...asked };
  return changePassword(access, typed, NAME, seen, { stretch, entropy });
}

test("a new password seals the vault anew and draws a new key for the mailbox's rows (D2)", async () => {
  const { relay, access } = account();

  const changed = await change(access);

  const { version, vault } = await fetchVault(changed.access);
  assert.deepEqual([changed.vaultVersion, version], [4, 4]);
  assert.deepEqual(vault?.mailboxKeys.slice(0, 2).map(hex), VAULT.mailboxKeys.map(hex));
  assert.equal(vault?.mailboxKeys.length, 3);
  assert.ok(!equal(relay.salt, access.parameters.salt));
  await assert.rejects(fetchVault(access), WrongPassword);
});

test("a wrong old password is the relay's to judge, and a weak new one is never sent", async () => {
  const { relay, access } = account();

  await assert.rejects(change(access, { password: "somebody else's words" }), (error) => {
    return error instanceof RelayRefuses && error.code === "wrong_sign_in";
  });
  assert.equal(relay.asked.filter((route) => route === "POST /v1/account/password").length, 1); // it was a try
  await assert.rejects(change(access, { newPassword: "ana ana ana ana" }), WeakPassword);
  assert.equal(relay.asked.filter((route) => route === "POST /v1/account/password").length, 1);
  assert.equal(relay.vaultVersion, 3);
});

test("a coordinator's device secret stays, and another one is refused before anything is sent (D3)", async () => {
  const { relay, access } = account(DEVICE_SECRET);
  const other = writeSecret(DEVICE_SECRET.map((byte) => byte ^ 1));

  await assert.rejects(change(access, { deviceSecret: other }), WrongDeviceSecret);
  assert.ok(!relay.asked.includes("POST /v1/account/password"));

  const { access: after } = await change(access, { deviceSecret: writeSecret(DEVICE_SECRET) });
  assert.ok(after.keys.withDeviceSecret);
  assert.notEqual((await fetchVault(after)).vault, null);
  const without = deriveKeys(NEW, after.parameters, null, stretch);
  await assert.rejects(fetchVault({ ...after, keys: without }), WrongPassword);
});

test("nothing is changed on yesterday's vault (L2)", async () => {
  const { relay, access } = account();

  await assert.rejects(change(access, {}, 4), RolledBack);

  assert.ok(!relay.asked.includes("POST /v1/account/password"));
});

test("when the line breaks, its owner is told that either password may count", async () => {
  const { relay, access } = account();
  const { ask } = relay;
  relay.ask = async (method, path, document) => {
    if (path === "/v1/account/password") {
      throw new Unavailable("the line broke");
    }
    return ask.call(relay, method, path, document);
  };

  await assert.rejects(change(access), PasswordMayBeChanged);
});

test("a mailbox that nobody opens keeps the key under which its rows lie: the change is refused (D2)", async () => {
  const full = { ...VAULT, mailboxKeys: Array.from({ length: MAX_MAILBOX_KEYS }, () => entropy(32)) };
  const { relay, access } = account(null, full);

  await assert.rejects(change(access), MailboxLeftUnopened);

  assert.ok(!relay.asked.includes("POST /v1/account/password"));
  const { version, vault } = await fetchVault(access);
  assert.deepEqual([version, vault?.mailboxKeys.map(hex)], [3, full.mailboxKeys.map(hex)]);
});

test("an account whose mailbox was never opened stays without keys for one", async () => {
  const { access } = account(null, { ...VAULT, mailboxKeys: [] });

  const changed = await change(access);

  assert.deepEqual((await fetchVault(changed.access)).vault?.mailboxKeys, []);
});
