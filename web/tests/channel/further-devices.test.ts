/** A member's second device gets in by itself (C5, C6, ADR 0030); what a relay lists is a hint and no more. */

import assert from "node:assert/strict";
import test from "node:test";

import { concat, equal, fromHex, hex, type Bytes } from "../../src/bytes";
import { enact } from "../../src/channel/enactment";
import { furtherDevices, withoutLeaf } from "../../src/channel/further-devices";
import { FIRST_SECONDS, LONGEST_SECONDS, MOST_REMEMBERED, Patience } from "../../src/channel/patience";
import { uint } from "../../src/codec";
import { MalformedError } from "../../src/errors";
import { issueCertificate } from "../../src/ledger/certificate";
import { makeKeyPackage } from "../../src/mls/key-package";
import { SigningKey } from "../../src/primitives/signatures";
import { SendingRoutes, type FurtherDevice } from "../../src/relay/sending-routes";
import { refuse } from "../fakes/memory-relay";
import { begin, type Officer } from "../fakes/officer";
import { CHANNEL, NOW, OFFICERS } from "../fakes/sending-operation";

/** The key package of another computer of Anna's. */
async function elsewhere(anna: Officer, number: number): Promise<{ device: Bytes; keyPackage: Bytes }> {
  const signingKey = new SigningKey(new Uint8Array(32).fill(number));
  const device = new Uint8Array(16).fill(number);
  const { account } = anna.device;
  const credential = issueCertificate(new SigningKey(fromHex(OFFICERS[0]!.identity_seed)), {
    account,
    device,
    signatureKey: signingKey.publicKey,
    notAfter: BigInt(NOW + 86_400),
  });
  const lifetime = { notBefore: BigInt(NOW - 10), notAfter: BigInt(NOW + 86_400) };
  const { keyPackage } = await makeKeyPackage({ credential, signingKey }, lifetime, anna.entropy);
  return { device, keyPackage };
}

test("a device that the relay lists and the tree does not hold is added, once (C5, C6)", async () => {
  const { relay, coordinator, officers } = begin();
  const anna = officers[0]!;
  await anna.publishPackage();
  await coordinator.found();
  const { operation } = coordinator.ledger;
  await enact(coordinator, operation, CHANNEL);
  const { account } = anna.device;
  const there = await elsewhere(anna, 7);
  relay.packages.set(hex(account), [there.keyPackage]);
  const devices = [{ account, device: anna.device.device }, { account, device: there.device }];

  assert.ok(await enact(coordinator, operation, CHANNEL, { devices }));
  assert.equal(coordinator.session.group.leaves.length, 3);
  relay.packages.set(hex(account), [(await elsewhere(anna, 8)).keyPackage]);
  assert.equal(await enact(coordinator, operation, CHANNEL, { devices }), false);
});

test("a device whose key packages are unusable is not claimed for at every look (C8, ADR 0030)", async () => {
  const { relay, coordinator, officers } = begin();
  const [anna] = officers as [Officer];
  await anna.publishPackage();
  await coordinator.found();
  const { operation } = coordinator.ledger;
  await enact(coordinator, operation, CHANNEL);
  const { account } = anna.device;
  const patience = new Patience();
  const [bad, other] = [7, 8].map((number) => ({ account, device: new Uint8Array(16).fill(number) }));
  let claims = 0;
  relay.claim = (accounts): readonly Bytes[] => {
    claims += accounts.some((one) => equal(one, account)) ? 1 : 0;
    return [];
  };

  for (let look = 0; look < 3; look += 1) {
    await enact(coordinator, operation, CHANNEL, { devices: [bad!], patience });
  }

  assert.equal(claims, 1);
  await enact(coordinator, operation, CHANNEL, { devices: [bad!, other!], patience });
  assert.equal(claims, 2); // another one of the same account: nothing holds it up
});

test("who was claimed for in vain is left alone twice as long each time, a day at most, and what is invented fills no memory", () => {
  const [patience, account] = [new Patience(), new Uint8Array(16)];
  const place = { operation: new Uint8Array(32), channel: new Uint8Array(16), generation: 1 };
  const one = (number: number): FurtherDevice => ({ account, device: concat(new Uint8Array(12), uint(number, 4)) });
  const waits = Array.from({ length: 10 }, () => {
    patience.inVain(place, one(0), NOW);
    let wait = FIRST_SECONDS;
    while (patience.leavesAlone(place, one(0), NOW + wait)) {
      wait += FIRST_SECONDS;
    }
    return wait;
  });

  assert.deepEqual(waits.slice(0, 3), [1, 2, 4].map((times) => times * FIRST_SECONDS));
  assert.equal(waits.at(-1), LONGEST_SECONDS);
  for (let number = 1; number <= MOST_REMEMBERED; number += 1) {
    patience.inVain(place, one(number), NOW);
  }
  assert.ok(!patience.leavesAlone(place, one(0), NOW)); // the oldest makes room
  assert.ok(patience.leavesAlone(place, one(1), NOW));
});

test("no more than five devices of one account are asked for, and nobody's who is not there (C5)", async () => {
  const { relay, coordinator, officers } = begin();
  const [anna, bela] = officers as [Officer, Officer];
  const own = await anna.publishPackage();
  const others = await Promise.all([1, 2, 3, 4].map((number) => elsewhere(anna, number)));
  relay.claim = (): readonly Bytes[] => [own.keyPackage, ...others.map((one) => one.keyPackage)];
  await coordinator.found();
  await enact(coordinator, coordinator.ledger.operation, CHANNEL);
  assert.equal(coordinator.session.group.leaves.length, 6);
  const listed = [anna, bela].map((one) => ({ account: one.device.account, device: new Uint8Array(16).fill(9) }));

  assert.deepEqual(withoutLeaf(coordinator.session, listed, coordinator.certificates), []);
});

test("a relay that lists nothing, or does not answer, holds nothing up; what is no list is malformed", async () => {
  const { ledger } = begin().coordinator;
  const routes = (answer: () => Record<string, unknown>): SendingRoutes =>
    new SendingRoutes({ ask: async () => answer(), askBytes: async () => new Uint8Array(0) } as never);
  const refusing = (code: string): SendingRoutes =>
    routes(() => {
      throw refuse(code);
    });

  assert.deepEqual(await furtherDevices(refusing("not_found"), ledger.operation), []);
  await assert.rejects(furtherDevices(refusing("no_session"), ledger.operation), /no_session/);
  const malformed = routes(() => ({ devices: [{ account: "AA==", device: "AA==" }] }));
  await assert.rejects(furtherDevices(malformed, ledger.operation), MalformedError);
});
