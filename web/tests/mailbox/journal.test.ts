import assert from "node:assert/strict";
import test from "node:test";

import { newDevice } from "../../src/account/own-device";
import type { MessageDelivered, Place, Quarantined } from "../../src/channel/events";
import { BadSignature, MalformedError } from "../../src/errors";
import { encodeAcknowledgement } from "../../src/forms/acknowledgement";
import { ControlKind } from "../../src/forms/control";
import { signEnvelope } from "../../src/forms/envelope-writing";
import { CertificateMemo } from "../../src/ledger/certificate-memo";
import { SigningKey } from "../../src/primitives/signatures";
import { sha256 } from "../../src/primitives/hashes";
import { DraftFiles } from "../../src/mailbox/draft-files";
import { envelopeOf } from "../../src/mailbox/drafts";
import { headlineOf, listedOf } from "../../src/mailbox/headline";
import { Holdings, placeKey } from "../../src/mailbox/holdings";
import { decodeKept, encodeKept, keptOf, type KeptMessage } from "../../src/mailbox/journal";
import { DRAFT } from "./draft";

const ACCOUNT = new Uint8Array(16).fill(9);
const IDENTITY = new SigningKey(new Uint8Array(32).fill(1));
const DEVICE = newDevice(ACCOUNT, IDENTITY, 1_795_305_600, (length) => new Uint8Array(length).fill(7));
const PLACE: Place = {
  operation: new Uint8Array(32).fill(1),
  channel: new Uint8Array(16).fill(2),
  generation: 1,
  sequence: 12,
  logHash: new Uint8Array(32).fill(3),
  epoch: 4n,
};

function delivered(): MessageDelivered {
  const envelope = envelopeOf(DRAFT, sha256(DEVICE.certificate), { sequence: 3, hash: new Uint8Array(32) }, new DraftFiles());
  return {
    kind: "message",
    place: PLACE,
    account: ACCOUNT,
    identityKey: IDENTITY.publicKey,
    certificate: DEVICE.certificate,
    salt: new Uint8Array(32).fill(5),
    own: false,
    authorRevoked: true,
    signed: signEnvelope(envelope, DEVICE.signingKey),
    envelope,
  };
}

test("a message comes back with everything that proves it", () => {
  const kept = keptOf(delivered(), 7)!;

  assert.deepEqual(decodeKept(encodeKept(kept), 7, new CertificateMemo()), kept);
});

test("what was set aside comes back with its reason, and says whether it is an alarm", () => {
  const event: Quarantined = {
    kind: "quarantined",
    place: PLACE,
    reason: "not_the_author",
    detail: "the sender's leaf is another's",
    message: new Uint8Array(3),
    account: ACCOUNT,
  };
  const kept = keptOf(event, 8)!;

  assert.deepEqual(decodeKept(encodeKept(kept), 8, new CertificateMemo()), kept);
  assert.ok(kept.kind === "aside" && kept.alarm);
});

test("an acknowledgement counts for the message of that author and id in its channel alone, once for each account", () => {
  const message = keptOf(delivered(), 1) as KeptMessage;
  const said = (channel: number, account: number) => ({
    ...delivered(),
    kind: "control" as const,
    place: { ...PLACE, channel: new Uint8Array(16).fill(channel) },
    account: new Uint8Array(16).fill(account),
    control: {
      kind: ControlKind.acknowledgement,
      message: new Uint8Array(16),
      operation: PLACE.operation,
      channel: PLACE.channel,
      author: new Uint8Array(32),
      ledgerSequence: 0n,
      ledgerHash: new Uint8Array(32),
      writtenAt: 1n,
      body: encodeAcknowledgement({ author: IDENTITY.publicKey, message: message.envelope.message }),
    },
  });
  const holdings = new Holdings();

  for (const event of [said(2, 0x11), said(3, 0x22), said(2, 0x11)]) {
    holdings.add(listedOf(decodeKept(encodeKept(keptOf(event, 2)!), 2, new CertificateMemo()), ACCOUNT));
  }
  holdings.add(listedOf(message, ACCOUNT));

  assert.deepEqual(holdings.acknowledgedBy(headlineOf(message, ACCOUNT)), ["11".repeat(16)]);
  assert.deepEqual(holdings.at(placeKey(PLACE)), headlineOf(message, ACCOUNT));
});

test("a row whose certificate nobody signed is refused: who wrote it would be anybody's guess", () => {
  const forged = DEVICE.certificate.slice();
  forged[forged.length - 1]! ^= 1;
  const row = encodeKept({ ...(keptOf(delivered(), 7) as KeptMessage), certificate: forged });

  assert.throws(() => decodeKept(row, 7, new CertificateMemo()), BadSignature);
});

test("a row that was cut is refused by one error", () => {
  const row = encodeKept(keptOf(delivered(), 7)!);
  for (let length = 0; length < row.length; length += 11) {
    assert.throws(() => decodeKept(row.slice(0, length), 7, new CertificateMemo()), MalformedError);
  }
});
