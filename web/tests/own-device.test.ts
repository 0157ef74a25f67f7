import assert from "node:assert/strict";
import test from "node:test";

import { decodeDevice, encodeDevice, newDevice } from "../src/account/own-device";
import { concat, equal, fromHex, hex, utf8 } from "../src/bytes";
import { MalformedError } from "../src/errors";
import { issueCertificate, verifyCertificate } from "../src/ledger/certificate";
import { SigningKey } from "../src/primitives/signatures";
import { vectors } from "./vectors";

const FIXTURE = vectors<Record<"identity_seed" | "account" | "device" | "signature_key" | "encoded", string> & {
  not_after: number;
}>("ledger/certificate.json");
const IDENTITY = new SigningKey(fromHex(FIXTURE.identity_seed));

test("certificates are those that Python issues (C5)", () => {
  const issued = issueCertificate(IDENTITY, {
    account: fromHex(FIXTURE.account),
    device: fromHex(FIXTURE.device),
    signatureKey: fromHex(FIXTURE.signature_key),
    notAfter: BigInt(FIXTURE.not_after),
  });

  assert.equal(hex(issued), FIXTURE.encoded);
});

test("a new device is certified for its own key, and comes back from the store as it was", () => {
  const account = fromHex(FIXTURE.account);
  let drawn = 0;
  const own = newDevice(account, IDENTITY, 1_731_500_000, (length) => new Uint8Array(length).fill((drawn += 1)));

  const again = decodeDevice(encodeDevice(own));

  const certificate = verifyCertificate(again.certificate);
  assert.ok(equal(certificate.signatureKey, again.signingKey.publicKey));
  assert.ok(equal(certificate.device, own.device));
  assert.ok(equal(certificate.account, account));
  assert.equal(certificate.notAfter, 1_731_500_000n + 366n * 86_400n);
  assert.throws(() => decodeDevice(concat(encodeDevice(own), utf8("x"))), MalformedError);
});
