import assert from "node:assert/strict";
import test from "node:test";

import { concat, fromHex, hex, utf8 } from "../src/bytes";
import { BadSignature, MalformedError } from "../src/errors";
import { decodeAcknowledgement, encodeAcknowledgement } from "../src/forms/acknowledgement";
import { ControlKind, decodeControl, signControl, verifyControl } from "../src/forms/control";
import { decodeEnvelope, type Envelope } from "../src/forms/envelope";
import { encodeEnvelope, signEnvelope } from "../src/forms/envelope-writing";
import { commitment, decodePayload, encodePayload, PayloadTooLarge, SALT_BYTES } from "../src/forms/payload";
import { isControl } from "../src/forms/signed";
import { sendIdIn } from "../src/channel/outbox";
import { SigningKey } from "../src/primitives/signatures";
import { vectors } from "./vectors";

interface PayloadFixture {
  salt: string;
  content: string;
  signature: string;
  commitment: string;
  payload: string;
  size: number;
}

interface ControlFixture {
  seed: string;
  kind: number;
  message: string;
  operation: string;
  channel: string;
  author: string;
  ledger_sequence: number;
  ledger_hash: string;
  written_at: number;
  body: string;
  content: string;
  signature: string;
}

const PAYLOADS = vectors<PayloadFixture[]>("payload/payloads.json");
const CONTROLS = vectors<ControlFixture[]>("payload/controls.json");
const KEY = new SigningKey(fromHex(CONTROLS[0]!.seed));

function padded(fixture: PayloadFixture): Uint8Array {
  const payload = new Uint8Array(fixture.size);
  payload.set(fromHex(fixture.payload));
  return payload;
}

test("payloads and commitments are those that Python writes (S7)", () => {
  for (const fixture of PAYLOADS) {
    const salt = fromHex(fixture.salt);
    const signed = { content: fromHex(fixture.content), signature: fromHex(fixture.signature) };

    assert.deepEqual(encodePayload(salt, signed), padded(fixture));
    assert.deepEqual(decodePayload(padded(fixture)), { salt, signed });
    assert.equal(hex(commitment(salt, signed)), fixture.commitment);
  }
});

test("nothing travels beside a payload: padding that we do not write is refused (S7)", () => {
  const payload = padded(PAYLOADS[0]!);
  const noted = payload.slice();
  noted[noted.length - 1] = 1;

  assert.throws(() => decodePayload(noted), MalformedError);
  assert.throws(() => decodePayload(concat(payload, new Uint8Array(payload.length))), MalformedError);
  assert.throws(() => decodePayload(payload.slice(0, payload.length - 1)), MalformedError);
  assert.throws(() => decodePayload(new Uint8Array(1 << 20)), MalformedError);
});

test("a payload is of the type that its content says", () => {
  for (const fixture of PAYLOADS) {
    const other = padded(fixture);
    other[0] = 3 - other[0]!;

    assert.throws(() => decodePayload(other), MalformedError);
  }
});

test("what does not fit is said before it is encrypted", () => {
  const signed = { content: new Uint8Array(1 << 19), signature: new Uint8Array(64) };

  assert.throws(() => encodePayload(new Uint8Array(SALT_BYTES), signed), PayloadTooLarge);
});

test("any bytes are a payload or malformed", () => {
  const bytes = new Uint8Array(1 << 10);
  for (let seed = 1, round = 0; round < 300; round += 1) {
    for (let place = 0; place < bytes.length; place += 1) {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      bytes[place] = place < round % 60 || place > 200 ? 0 : seed >> 16;
    }
    bytes[0] = 1 + (round % 3);
    try {
      decodePayload(bytes);
    } catch (error) {
      assert.ok(error instanceof MalformedError, String(error));
    }
  }
});

for (const version of [1, 2]) {
  test(`an envelope of version ${version} is written as Python wrote it`, () => {
    const fixture = vectors<{ content: string; signature: string; public_key: string }>(
      `envelope/version_${version}.json`,
    );
    const envelope = decodeEnvelope(fromHex(fixture.content));

    const signed = signEnvelope(envelope, KEY);

    assert.equal(hex(encodeEnvelope(envelope)), fixture.content);
    assert.equal(hex(KEY.publicKey), fixture.public_key);
    assert.equal(hex(signed.signature), fixture.signature);
    assert.ok(!isControl(signed));
  });
}

test("an envelope that nobody would read is not signed", () => {
  const envelope = decodeEnvelope(fromHex(vectors<{ content: string }>("envelope/version_1.json").content));
  const wrong: Envelope = { ...envelope, body: { ...envelope.body, answerBy: -1 } };

  assert.throws(() => signEnvelope(wrong, KEY), MalformedError);
});

test("control messages are those that Python writes (6.1)", () => {
  for (const fixture of CONTROLS) {
    const control = {
      kind: fixture.kind,
      message: fromHex(fixture.message),
      operation: fromHex(fixture.operation),
      channel: fromHex(fixture.channel),
      author: fromHex(fixture.author),
      ledgerSequence: BigInt(fixture.ledger_sequence),
      ledgerHash: fromHex(fixture.ledger_hash),
      writtenAt: BigInt(fixture.written_at),
      body: fromHex(fixture.body),
    };

    const signed = signControl(control, KEY);

    assert.equal(hex(signed.content), fixture.content);
    assert.equal(hex(signed.signature), fixture.signature);
    assert.ok(isControl(signed));
    assert.deepEqual(verifyControl(signed, KEY.publicKey), control);
    const changed = { ...signed, content: signed.content.map((byte, place) => (place === 40 ? byte ^ 1 : byte)) };
    assert.throws(() => verifyControl(changed, KEY.publicKey), BadSignature);
    assert.throws(() => decodeControl(concat(signed.content, utf8("x"))), MalformedError);
  }
});

test("an acknowledgement names author and message, and nothing else (6.1.1)", () => {
  const fixture = CONTROLS.find((one) => one.kind === ControlKind.acknowledgement)!;
  const named = decodeAcknowledgement(fromHex(fixture.body));

  assert.equal(hex(encodeAcknowledgement(named)), fixture.body);
  assert.throws(() => decodeAcknowledgement(concat(fromHex(fixture.body), utf8("x"))), MalformedError);
});

test("each generation has its own send id, and so has what was accepted where nobody read it (C11, C10)", () => {
  type SendIds = Record<"in_generation" | "past_entry_7", Record<string, string>> & { readonly send_id: string };
  const fixture = vectors<SendIds>("payload/send_ids.json");
  const nothing = new Uint8Array(0);
  const posting = {
    operation: nothing,
    channel: nothing,
    sendId: fromHex(fixture.send_id),
    message: nothing,
    signed: { content: nothing, signature: nothing },
  };

  for (const [generation, expected] of Object.entries(fixture.in_generation)) {
    assert.equal(hex(sendIdIn(posting, Number(generation))), expected);
  }
  for (const [generation, expected] of Object.entries(fixture.past_entry_7)) {
    assert.equal(hex(sendIdIn(posting, Number(generation), 7)), expected);
  }
});
