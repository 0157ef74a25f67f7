import assert from "node:assert/strict";
import test from "node:test";

import { fromHex, hex } from "../src/bytes";
import { decode } from "../src/codec";
import { BadSignature, MalformedError } from "../src/errors";
import { decodeAnchor, encodeAnchor } from "../src/ledger/anchor";
import { restartAfter } from "../src/ledger/channel";
import { verifyCertificate } from "../src/ledger/certificate";
import { openBlob, unwrap } from "../src/ledger/content-key";
import { readKeys, requestEnrolment, verifyCode, verifyProof } from "../src/ledger/enrolment";
import { decodeSignedEntry, UnknownEntry } from "../src/ledger/entry";
import { qrText, words } from "../src/ledger/fingerprint";
import { replay, type Ledger } from "../src/ledger/ledger";
import { readLetter } from "../src/ledger/letter";
import { logHash } from "../src/ledger/log";
import { LedgerRefused } from "../src/ledger/refusal";
import { writeSecret } from "../src/ledger/secret-text";
import { OPERATION_ID_BYTES } from "../src/ledger/sizes";
import { signRejection, type RejectionKind, type RejectionReason } from "../src/ledger/rejection";
import { verifyLedgerHead, verifyLogHead, verifyReceipt } from "../src/ledger/statements";
import { SigningKey } from "../src/primitives/signatures";
import { vectors } from "./vectors";

interface Entries {
  operation: string;
  channel: string;
  entries: { encoded: string; hash: string }[];
}

interface Case {
  name: string;
  rule: string;
  encoded: string;
}

function ledgerOf(fixture: Entries): Ledger {
  return replay(fixture.entries.map((entry) => decodeSignedEntry(fromHex(entry.encoded))));
}

test("the operation replays to its members", () => {
  const fixture = vectors<
    Entries & {
      members: { account: string; role: number; admitted_at: number; revoked_at: number | null }[];
      entitled: { at: number; accounts: string[] }[];
    }
  >("ledger/operation.json");

  const ledger = ledgerOf(fixture);

  assert.equal(hex(ledger.operation), fixture.operation);
  assert.deepEqual(ledger.hashes.map(hex), fixture.entries.map((entry) => entry.hash));
  const members = [...ledger.members.values()].map((member) => ({
    account: hex(member.account),
    role: member.role,
    admitted_at: member.admittedAt,
    revoked_at: member.revokedAt,
  }));
  const byAccount = (a: { account: string }, b: { account: string }): number => a.account.localeCompare(b.account);
  assert.deepEqual(
    members.sort(byAccount),
    fixture.members
      .map(({ account, role, admitted_at, revoked_at }) => ({ account, role, admitted_at, revoked_at }))
      .sort(byAccount),
  );
  for (const moment of fixture.entitled) {
    assert.deepEqual([...ledger.entitledAccounts(fromHex(fixture.channel), moment.at)].sort(), moment.accounts);
  }
});

for (const [refused, behind] of [
  ["refused", "operation"],
  ["changes_refused", "changes"],
] as const) {
  test(`what does not follow ${behind}.json is refused by its rule`, () => {
    const ledger = ledgerOf(vectors<Entries>(`ledger/${behind}.json`));

    for (const one of vectors<Case[]>(`ledger/${refused}.json`)) {
      assert.throws(
        () => ledger.append(decodeSignedEntry(fromHex(one.encoded))),
        (error) => error instanceof LedgerRefused && error.rule === one.rule,
        one.name,
      );
    }
  });
}

test("replacements, ended devices and restarts replay to what they change", () => {
  const fixture = vectors<
    Entries & {
      identities: {
        account: string;
        identity_key: string;
        role: number;
        first_admitted_at: number;
        admitted_at: number;
        revoked_at: number | null;
      }[];
      ended_device: { account: string; device: string; ended: boolean[] };
      generations: { number: number; group_id: string; began_at: number }[];
      cuts: { generation: number; sequence: number; hash: string }[];
    }
  >("ledger/changes.json");

  const ledger = ledgerOf(fixture);

  assert.deepEqual(
    [...ledger.identities.values()].map((member) => ({
      account: hex(member.account),
      identity_key: hex(member.identityKey),
      role: member.role,
      first_admitted_at: member.firstAdmittedAt,
      admitted_at: member.admittedAt,
      revoked_at: member.revokedAt,
    })),
    fixture.identities,
  );
  const { account, device, ended } = fixture.ended_device;
  assert.deepEqual(
    ledger.hashes.map((_, at) => ledger.hasEnded(fromHex(account), fromHex(device), at)),
    ended,
  );
  const channel = ledger.channels.get(fixture.channel)!;
  assert.deepEqual(
    channel.generations.map((one) => ({ number: one.number, group_id: hex(one.groupId), began_at: one.beganAt })),
    fixture.generations,
  );
  for (const cut of fixture.cuts) {
    const restart = restartAfter(channel, cut.generation)!;
    assert.deepEqual([Number(restart.cutSequence), hex(restart.cutHash)], [cut.sequence, cut.hash]);
  }
});

test("a reader stops at an entry of the future", () => {
  for (const one of vectors<Case[]>("ledger/unknown.json")) {
    assert.throws(() => decodeSignedEntry(fromHex(one.encoded)), UnknownEntry, one.name);
  }
});

test("no changed byte of an entry is taken", () => {
  const { entries } = vectors<Entries>("ledger/operation.json");
  const signed = entries.map((entry) => fromHex(entry.encoded));
  const last = signed.at(-1)!;
  const ledger = replay(signed.slice(0, -1).map(decodeSignedEntry));

  for (let place = 0; place < last.length; place += 1) {
    const changed = last.slice();
    changed[place]! ^= 1;
    assert.throws(
      () => ledger.append(decodeSignedEntry(changed)),
      (error) => error instanceof LedgerRefused || error instanceof MalformedError,
      `byte ${place}`,
    );
  }
});

test("a pin of another history is noticed (L2)", () => {
  const ledger = ledgerOf(vectors<Entries>("ledger/operation.json"));
  const behind = { ...ledger.pin, hash: new Uint8Array(32) };
  const beyond = { ...ledger.pin, sequence: ledger.sequence + 1 };

  ledger.verifyPin(ledger.pin);

  assert.throws(() => ledger.verifyPin(behind), LedgerRefused);
  assert.throws(() => ledger.verifyPin(beyond), LedgerRefused);
});

test("the certificate verifies, and not when a byte is changed", () => {
  const fixture = vectors<{ encoded: string; account: string; device: string; hash: string }>("ledger/certificate.json");
  const encoded = fromHex(fixture.encoded);

  const certificate = verifyCertificate(encoded);

  assert.equal(hex(certificate.account), fixture.account);
  assert.equal(hex(certificate.device), fixture.device);
  assert.equal(hex(certificate.hash), fixture.hash);
  encoded[20]! ^= 1;
  assert.throws(() => verifyCertificate(encoded), BadSignature);
});

test("the anchors are read and written again as they were", () => {
  for (const fixture of vectors<{ kind: number; log_hash: string; encoded: string }[]>("ledger/anchor.json")) {
    const anchor = decodeAnchor(fromHex(fixture.encoded));

    assert.equal(anchor.kind, fixture.kind);
    assert.equal(hex(anchor.logHash), fixture.log_hash);
    assert.equal(hex(encodeAnchor(anchor)), fixture.encoded);
  }
});

test("the log's hashes are Python's", () => {
  const fixture = vectors<{
    channel: string;
    generation: number;
    message: string;
    hashes: string[];
    kinds: (1 | 2)[];
  }>("ledger/log.json");
  const log = { channel: fromHex(fixture.channel), generation: fixture.generation };

  let previous = new Uint8Array(32);
  const hashes = fixture.kinds.map((kind, place) => {
    previous = logHash(log, previous, place + 1, kind, fromHex(fixture.message)) as Uint8Array<ArrayBuffer>;
    return hex(previous);
  });

  assert.deepEqual(hashes, fixture.hashes);
});

test("the relay's statements verify, each as what it is", () => {
  const fixture = vectors<Record<"relay_key" | "ledger_head" | "log_head" | "receipt", string>>(
    "ledger/statements.json",
  );
  const key = fromHex(fixture.relay_key);
  const ledger = ledgerOf(vectors<Entries>("ledger/operation.json"));

  const head = verifyLedgerHead(fromHex(fixture.ledger_head), key);
  const logHead = verifyLogHead(fromHex(fixture.log_head), key);
  const receipt = verifyReceipt(fromHex(fixture.receipt), key);

  assert.equal(hex(head.hash), hex(ledger.headHash));
  assert.deepEqual([logHead.sequence, hex(logHead.hash)], [receipt.sequence, hex(receipt.hash)]);
  assert.throws(() => verifyLogHead(fromHex(fixture.ledger_head), key), BadSignature);
});

test("an enrolment under the letter's code is Python's, byte for byte", () => {
  const fixture = vectors<
    Record<
      "letter" | "request" | "operation" | "account" | "identity_seed" | "exchange_key" | "code" | "code_text" | "qr_text",
      string
    > & { words: string[] }
  >("ledger/enrolment.json");
  const letter = readLetter(fixture.letter);

  const request = requestEnrolment(
    letter.operation,
    fromHex(fixture.account),
    new SigningKey(fromHex(fixture.identity_seed)),
    fromHex(fixture.exchange_key),
    letter.code,
  );

  assert.equal(hex(request), fixture.request);
  assert.equal(hex(letter.code), fixture.code);
  assert.equal(writeSecret(letter.code), fixture.code_text);
  assert.equal(qrText(letter.operation), fixture.qr_text);
  assert.deepEqual(words(letter.operation), fixture.words);
  const keys = decode(fromHex(fixture.request).slice(OPERATION_ID_BYTES), readKeys);
  verifyProof(keys, letter.operation);
  verifyCode(keys, letter.operation, letter.code);
  assert.throws(() => verifyProof(keys, new Uint8Array(OPERATION_ID_BYTES)), BadSignature);
});

test("the content key unwraps and opens the blob, and no other", () => {
  const fixture = vectors<Record<string, string> & { number: number }>("ledger/content_key.json");
  const value = (name: string): Uint8Array => fromHex(fixture[name]!);
  const ref = { number: Number(fixture.number), hash: value("hash") };

  const key = unwrap(
    value("wrapped"),
    value("operation"),
    ref,
    value("recipient_identity_key"),
    value("recipient_exchange_private_key"),
  );
  const blobRef = { blob: value("blob"), hash: value("blob_hash") };
  const content = openBlob(key, value("operation"), blobRef, value("blob_sealed"));

  assert.equal(hex(key.key), fixture.key);
  assert.equal(hex(content), fixture.blob_content);
  assert.throws(() => openBlob(key, value("operation"), { ...blobRef, hash: ref.hash }, value("blob_sealed")));
  assert.throws(() =>
    unwrap(
      value("wrapped"),
      value("operation"),
      { ...ref, hash: blobRef.hash },
      value("recipient_identity_key"),
      value("recipient_exchange_private_key"),
    ),
  );
});

test("a rejection is Python's, byte for byte", () => {
  const fixture = vectors<{ device_seed: string; signed: string; reason: number }>("ledger/rejection.json");
  const signed = fromHex(fixture.signed);
  const told = decode(decode(signed, (reader) => ({ content: reader.opaque(), signature: reader.opaque() })).content, (reader) => ({
    kind: reader.uint(1) as RejectionKind,
    operation: reader.fixed(OPERATION_ID_BYTES),
    channel: reader.fixed(16),
    generation: reader.uint(4),
    sequence: Number(reader.uint64()),
    commitHash: reader.fixed(32),
    certificate: reader.opaque(),
    reason: reader.uint(2) as RejectionReason,
  }));

  assert.equal(told.reason, fixture.reason);
  assert.equal(hex(signRejection(new SigningKey(fromHex(fixture.device_seed)), told)), fixture.signed);
});
