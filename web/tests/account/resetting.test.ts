import assert from "node:assert/strict";
import test from "node:test";

import { askForReset, AnotherName, LetterForNewcomers, LetterHasServed } from "../../src/account/resetting";
import { KEEPS_NOTHING } from "../../src/account/known-computer";
import { openVault } from "../../src/account/remote-vault";
import { deriveKeys, signInHandle } from "../../src/account/sign-in";
import { concat, fromHex, hex } from "../../src/bytes";
import { decode } from "../../src/codec";
import { MalformedError } from "../../src/errors";
import { readKeys, verifyCode, verifyProof } from "../../src/ledger/enrolment";
import { keyWords } from "../../src/ledger/fingerprint";
import { readLetter, resetTicket } from "../../src/ledger/letter";
import { sha256 } from "../../src/primitives/hashes";
import type { Stretch } from "../../src/primitives/password";
import { keyPair } from "../../src/primitives/x25519";
import { fromBase64 } from "../../src/relay/base64";
import { RelayRefuses } from "../../src/relay/relay-client";
import { AccountRelay } from "../fakes/account-relay";
import { countingEntropy } from "../fakes/counting-entropy";
import { vectors } from "../vectors";

interface Fixture {
  readonly letter: string;
  readonly account: string;
  readonly ticket: string;
  readonly identity_key: string;
  readonly exchange_key: string;
  readonly words: readonly string[];
}

const FIXTURE = vectors<Fixture>("account/reset.json");
const LETTER = readLetter(FIXTURE.letter);
const ACCOUNT = fromHex(FIXTURE.account);
const [NAME, PASSWORD] = ["ana", "nine lanterns under a paper bridge"];
const stretch: Stretch = (password, salt) => sha256(concat(password, salt));

function means(relay: AccountRelay): Parameters<typeof askForReset>[2] {
  return { relay, stretch, entropy: countingEntropy("reset"), computerName: "Desk 4", known: KEEPS_NOTHING };
}

test("the account, the ticket and the words of keys are Python's", () => {
  assert.equal(hex(LETTER.resets ?? new Uint8Array(0)), FIXTURE.account);
  assert.equal(hex(resetTicket(LETTER.code)), FIXTURE.ticket);
  assert.deepEqual(keyWords(fromHex(FIXTURE.identity_key), fromHex(FIXTURE.exchange_key)), FIXTURE.words);
});

test("a letter that names two accounts, or half of one, is no letter", () => {
  const line = `Account: ${FIXTURE.account}`;
  assert.throws(() => readLetter(`${FIXTURE.letter}\n${line}\n`), MalformedError);
  assert.throws(() => readLetter(FIXTURE.letter.replace(line, line.slice(0, -2))), MalformedError);
});

test("new keys are left under the letter's code, in a vault that only the new password opens (D7, L6)", async () => {
  const relay = new AccountRelay(ACCOUNT);

  const words = await askForReset(LETTER, { name: NAME, password: PASSWORD }, means(relay));

  const left = relay.resets[0] ?? {};
  const sealed = { version: 1, sealed: fromBase64(left["vault"]) };
  const parameters = {
    relayName: "relay.example",
    handle: signInHandle("relay.example", NAME),
    salt: fromBase64(left["salt"]),
    profile: 1,
  };
  const vault = openVault(sealed, ACCOUNT, deriveKeys(PASSWORD, parameters, null, stretch).wrappingKey);
  const keys = decode(fromBase64(left["request"]), (reader) => {
    reader.fixed(32); // the operation
    return readKeys(reader);
  });
  verifyCode(keys, LETTER.operation, LETTER.code);
  verifyProof(keys, LETTER.operation);
  assert.equal(hex(fromBase64(left["ticket"])), FIXTURE.ticket);
  assert.equal(hex(fromBase64(left["handle"])), hex(parameters.handle));
  assert.equal(hex(keys.identityKey), hex(vault.identityKey.publicKey));
  assert.equal(hex(keys.exchangeKey), hex(keyPair(vault.exchangeKey).publicKey));
  assert.deepEqual([...vault.pins.keys()], [hex(LETTER.operation)]); // what follows has to be this operation (L2)
  assert.deepEqual(words, keyWords(keys.identityKey, keys.exchangeKey));
});

test("a letter that has served, another name and an access letter are told apart", async () => {
  const relay = new AccountRelay(ACCOUNT);
  const ask = (letter = LETTER) => askForReset(letter, { name: NAME, password: PASSWORD }, means(relay));

  relay.refusal = new RelayRefuses("not_found", "no", null);
  await assert.rejects(ask(), LetterHasServed);
  relay.refusal = new RelayRefuses("refused", "no", null, { rule: "D7" });
  await assert.rejects(ask(), AnotherName);
  await assert.rejects(ask({ ...LETTER, resets: null }), LetterForNewcomers);
  assert.equal(relay.resets.length, 0);
});
