import assert from "node:assert/strict";
import test from "node:test";

import { KEEPS_NOTHING } from "../../src/account/known-computer";
import { changeVault, fetchVault, type Access } from "../../src/account/access";
import { askToJoin, LetterForElsewhere, LetterForTheProgram, readLetterHere, UnreadableLetter } from "../../src/account/enrolling";
import { WeakPassword } from "../../src/account/password-strength";
import { signUp } from "../../src/account/signing-up";
import { equal, hex, utf8 } from "../../src/bytes";
import { decode } from "../../src/codec";
import { UsageError } from "../../src/errors";
import { verifyCertificate } from "../../src/ledger/certificate";
import { readKeys, verifyCode, verifyProof, WrongCode } from "../../src/ledger/enrolment";
import { qrText, words } from "../../src/ledger/fingerprint";
import { writeSecret } from "../../src/ledger/secret-text";
import { RolledBack } from "../../src/operation/operation";
import { RelayRefuses } from "../../src/relay/relay-client";
import { AnotherProgram, OpenInAnotherTab, OutboxNotEmpty } from "../../src/roaming/errors";
import { handOver, takeMailbox, type Place } from "../../src/roaming/holding";
import { MailboxSealing } from "../../src/roaming/sealing";
import { AccountRelay } from "../fakes/account-relay";
import { countingEntropy, shake } from "../fakes/counting-entropy";

const PASSWORD = "seven herons over the grey harbour";
const OPERATION = shake(utf8("operation"), 32);
const CODE = shake(utf8("code"), 16);
const LETTER = [
  "Relay: https://relay.example/",
  `Words: ${words(OPERATION).join(" ")}`,
  `QR: ${qrText(OPERATION)}`,
  `Code: ${writeSecret(CODE)}`,
].join("\n");

const entropy = countingEntropy("holding");
const stretch = (password: Uint8Array, salt: Uint8Array): Uint8Array => shake(new Uint8Array([...password, ...salt]), 32);

/** One browser, whose tabs let each other know. */
function browser(): Place {
  let locked = false;
  const lockTab = async (): Promise<() => void> => {
    if (locked) {
      throw new OpenInAnotherTab();
    }
    locked = true;
    return () => {
      locked = false;
    };
  };
  return { lockTab, entropy, now: () => 1000 };
}

function signsUp(relay: AccountRelay, password = PASSWORD): Promise<Access> {
  return signUp({ name: "Ana", password, registrationCode: null }, { relay, stretch, entropy, computerName: "Desk 4", known: KEEPS_NOTHING });
}

function aRelay(): AccountRelay {
  return new AccountRelay(entropy(16));
}

test("who signs up and holds the mailbox finds the same device in it at the next computer", async () => {
  const relay = aRelay();
  const access = await signsUp(relay);
  const first = await takeMailbox(access, false, browser());
  await handOver(first);
  relay.asked.length = 0;

  const next = await takeMailbox(access, false, browser());

  assert.equal(relay.asked.filter((route) => route === "GET /v1/vault").length, 1); // each costs a round trip
  assert.equal(first.isNew, true);
  assert.equal(next.isNew, false);
  assert.equal(next.clean, true);
  assert.deepEqual(next.device, first.device);
  const certificate = verifyCertificate(next.device.certificate);
  assert.ok(equal(certificate.account, relay.account));
  assert.ok(equal(certificate.identityKey, next.vault.identityKey.publicKey));
  assert.deepEqual(next.vault.devices, [first.device.device]);
});

test("a mailbox that is open on another computer is taken over only when that is said (D4)", async () => {
  const relay = aRelay();
  const access = await signsUp(relay);
  const lost = await takeMailbox(access, false, browser());

  await assert.rejects(
    takeMailbox(access, false, browser()),
    (error) => error instanceof RelayRefuses && error.code === "mailbox_held" && error.details["since"] === 5,
  );
  const taken = await takeMailbox(access, true, browser());

  assert.equal(taken.clean, false);
  await lost.store.apply(new Map([["a", CODE]]), lost.store.version);
  await assert.rejects(lost.store.save(), (error) => error instanceof RelayRefuses && error.code === "not_holder");
});

test("a second tab of the browser is told so, and the mailbox stays with the first (S5)", async () => {
  const access = await signsUp(aRelay());
  const here = browser();
  const first = await takeMailbox(access, false, here);

  await assert.rejects(takeMailbox(access, true, here), OpenInAnotherTab);

  await first.store.save();
  await handOver(first);
  await takeMailbox(access, false, here);
});

test("an older vault than an opening of this mailbox saw is refused (L2)", async () => {
  const relay = aRelay();
  const access = await signsUp(relay);
  const yesterday = { vaultVersion: relay.vaultVersion, sealedVault: relay.sealedVault };
  await handOver(await takeMailbox(access, false, browser()));
  Object.assign(relay, yesterday);

  await assert.rejects(takeMailbox(access, false, browser()), RolledBack);
});

test("a mailbox with messages that wait to be sent is not given back (D4)", async () => {
  const access = await signsUp(aRelay());
  const holding = await takeMailbox(access, false, browser());
  await holding.store.apply(new Map([["posting/1", CODE]]), holding.store.version);

  await assert.rejects(handOver(holding), (error) => error instanceof OutboxNotEmpty && error.count === 1);
});

test("a mailbox that Python wrote is given back untouched (ADR 0027)", async () => {
  const relay = aRelay();
  const access = await signsUp(relay);
  const holding = await takeMailbox(access, false, browser());
  await holding.store.apply(new Map([["program", null]]), holding.store.version); // as before there was such a row
  await handOver(holding);
  const before = relay.mailbox.held.version;
  const here = browser();

  await assert.rejects(takeMailbox(access, false, here), AnotherProgram);

  assert.equal(relay.mailbox.held.version, before);
  assert.equal(relay.isHeld, false);
  await assert.rejects(takeMailbox(access, false, here), AnotherProgram); // the tab is free again too
});

test("a later program's mailbox is left to it (ADR 0027)", async () => {
  const access = await signsUp(aRelay());
  const holding = await takeMailbox(access, false, browser());
  await holding.store.apply(new Map([["program", utf8("browser 3")]]), holding.store.version);
  await handOver(holding);

  await assert.rejects(takeMailbox(access, false, browser()), AnotherProgram);
});

test("a mailbox of the browser's earlier form is opened, and goes on in the newest (ADR 0029)", async () => {
  const relay = aRelay();
  const access = await signsUp(relay);
  const holding = await takeMailbox(access, false, browser());
  const earlier = new Map([["program", utf8("browser 1")], ["cold-tallies", null], ["message/1", CODE]]);
  await holding.store.apply(earlier, holding.store.version);
  await handOver(holding);

  await handOver(await takeMailbox(access, false, browser()));
  relay.mailbox.pages.length = 0;
  const { store } = await takeMailbox(access, false, browser());

  assert.deepEqual(relay.mailbox.pages.includes("cold"), false);
  assert.deepEqual(await store.getAll(["program", "message/1", "message/2"]), [utf8("browser 2"), CODE, null]);
});

test("the first write says whose mailbox it is, so that no crash leaves one that belongs to nobody (ADR 0027)", async () => {
  const relay = aRelay();
  const access = await signsUp(relay);
  relay.mailbox.after = () => {
    throw new UsageError("the tab was killed");
  };
  await assert.rejects(takeMailbox(access, false, browser()), UsageError);
  relay.mailbox.after = null;
  relay.isHeld = false;

  assert.equal(relay.mailbox.held.version, 1);
  await takeMailbox(access, false, browser());
});

test("after a new password all rows are under the newest key, and the vault forgets the one before (D2)", async () => {
  const relay = aRelay();
  const access = await signsUp(relay);
  const holding = await takeMailbox(access, false, browser());
  await holding.store.apply(new Map([["channel/tree", shake(CODE, 9000)], ["message/1", CODE]]), holding.store.version);
  await handOver(holding);
  const [names, old] = holding.vault.mailboxKeys;
  await changeVault(access, (vault) => ({ ...vault, mailboxKeys: [...vault.mailboxKeys, entropy(32)] }), entropy);

  const next = await takeMailbox(access, false, browser());

  assert.equal(next.vault.mailboxKeys.length, 2);
  assert.deepEqual(await next.store.get("message/1"), CODE);
  const former = new MailboxSealing([names!, old!], relay.account, entropy);
  for (const row of relay.mailbox.stored.values()) {
    assert.throws(() => former.openRow(row.name, row.sealed));
  }
});

test("a vault that another computer wrote meanwhile is changed again, and a lost one is not made anew", async () => {
  const relay = aRelay();
  const access = await signsUp(relay);
  const other = entropy(16);
  relay.meanwhile = async () => {
    await changeVault(access, (vault) => ({ ...vault, devices: [...vault.devices, other] }), entropy);
  };

  const holding = await takeMailbox(access, false, browser());

  assert.deepEqual(
    new Set(holding.vault.devices.map(hex)),
    new Set([other, holding.device.device].map(hex)),
  );
  relay.vaultVersion = 0;
  await assert.rejects(takeMailbox(access, true, browser()), RolledBack);
});

test("signing up that was interrupted goes on with the same identity, and nobody else's name is taken over", async () => {
  const relay = aRelay();
  const first = (await fetchVault(await signsUp(relay))).vault;

  const again = (await fetchVault(await signsUp(relay))).vault;

  assert.ok(first !== null && again !== null);
  assert.ok(equal(first.identityKey.publicKey, again.identityKey.publicKey));
  await assert.rejects(
    signsUp(relay, "another password entirely"),
    (error) => error instanceof RelayRefuses && error.code === "taken",
  );
});

test("a weak password is refused before anything is sent", async () => {
  const relay = aRelay();

  await assert.rejects(signsUp(relay, "password1234"), WeakPassword);

  assert.deepEqual(relay.asked, ["GET /v1/relay"]);
});

test("the request is under the letter's code and signed, and the vault names the operation before it leaves (D7, L2)", async () => {
  const relay = aRelay();
  const access = await signsUp(relay);

  await askToJoin(access, readLetterHere(LETTER, relay.origin), entropy);

  const [request] = relay.requests;
  assert.deepEqual(request!.slice(0, 32), OPERATION);
  const keys = decode(request!.slice(32), readKeys);
  verifyCode(keys, OPERATION, CODE);
  verifyProof(keys, OPERATION);
  assert.throws(() => verifyCode(keys, OPERATION, entropy(16)), WrongCode);
  const { vault } = await fetchVault(access);
  assert.deepEqual(vault?.pins.get(hex(OPERATION)), { operation: OPERATION, sequence: 0, hash: OPERATION });
  assert.ok(relay.asked.lastIndexOf("PUT /v1/vault") < relay.asked.findIndex((one) => one.endsWith("/enrolments")));
});

test("letters that are not for a browser here are refused with what to do (D3)", () => {
  const here = "https://relay.example";
  for (const [letter, kind] of [
    [`${LETTER}\nAsks for device secret: yes`, LetterForTheProgram],
    [`${LETTER}\nAsks for device secret: yes\nAccount: ${"ab".repeat(16)}`, LetterForTheProgram],
    [`${LETTER}\nAccount: ab`, UnreadableLetter],
    [LETTER.replace("relay.example", "elsewhere.example"), LetterForElsewhere],
    [LETTER.replace("https", "http"), LetterForElsewhere],
    [`${LETTER}\nAsks for device secret: no`, UnreadableLetter],
    [LETTER.replace("Code: ", "Code: 1"), UnreadableLetter],
    ["", UnreadableLetter],
  ] as const) {
    assert.throws(() => readLetterHere(letter, here), kind);
  }
  assert.deepEqual(readLetterHere(LETTER, here).code, CODE);
  assert.equal(readLetterHere(LETTER, here).resets, null);
  assert.deepEqual(readLetterHere(`${LETTER}\nAccount: ${"ab".repeat(16)}`, here).resets, new Uint8Array(16).fill(0xab));
});
