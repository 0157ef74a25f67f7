import assert from "node:assert/strict";
import test from "node:test";

import { equal, fromHex, hex } from "../../src/bytes";
import { deliver } from "../../src/channel/delivery";
import { enact, enactingPause } from "../../src/channel/enactment";
import { waitsForUs } from "../../src/channel/founding";
import { usablePackages } from "../../src/channel/newcomers";
import { keepControl } from "../../src/channel/posting";
import { Standing } from "../../src/channel/session";
import { issueCertificate } from "../../src/ledger/certificate";
import { makeKeyPackage } from "../../src/mls/key-package";
import { SigningKey } from "../../src/primitives/signatures";
import { RelayRefuses } from "../../src/relay/relay-client";
import { refuse, type MemoryRelay } from "../fakes/memory-relay";
import { begin, revokeTheLast, type Officer } from "../fakes/officer";
import { BILATERAL, CHANNEL, NOW, OFFICERS } from "../fakes/sending-operation";

/** A coordinator alone in the channel's group, with its first Commit still to make. */
async function founded(): Promise<{ relay: MemoryRelay; coordinator: Officer; officers: readonly Officer[] }> {
  const began = begin();
  await began.coordinator.found();
  return began;
}

function carryOut(member: Officer): Promise<boolean> {
  return enact(member, member.ledger.operation, CHANNEL);
}

function accounts(member: Officer): readonly string[] {
  const certified = member.session.group.leaves.map((leaf) => member.certificates.verify(leaf.credential));
  return certified.map((one) => hex(one.account)).sort();
}

test("whoever is entitled and has a key package is added; whoever has none holds nobody up (C7, C8)", async () => {
  const { coordinator, officers, relay } = await founded();
  const [anna] = officers;
  await anna!.publishPackage();

  const committed = await carryOut(coordinator);
  const again = await carryOut(coordinator);

  assert.deepEqual([committed, again], [true, false]);
  assert.deepEqual(accounts(coordinator), [coordinator, anna!].map((one) => hex(one.device.account)).sort());
  assert.equal(relay.log.length, 1);
  assert.equal(coordinator.session.staged, null);
});

test("one Commit removes the revoked and adds who was missing (C4)", async () => {
  const { coordinator, officers, relay } = await founded();
  const [anna, bela, carla] = officers as [Officer, Officer, Officer];
  await carla.publishPackage();
  await carryOut(coordinator);
  revokeTheLast(relay);
  await anna.publishPackage();
  await bela.publishPackage();

  await carryOut(coordinator);

  assert.deepEqual(accounts(coordinator), [coordinator, anna, bela].map((one) => hex(one.device.account)).sort());
  assert.equal(relay.log.length, 2);
});

test("a Commit anchored before the ledger's head is made anew on it (C4, L3)", async () => {
  const { coordinator, officers, relay } = await founded();
  await officers[2]!.publishPackage();
  await carryOut(coordinator);
  await officers[0]!.publishPackage();
  const { followLedger } = coordinator;
  let asked = 0;
  coordinator.followLedger = async () => {
    asked += 1;
    if (asked === 2) {
      revokeTheLast(relay); // between our staging and our publishing
    }
    return asked === 2 ? coordinator.operation() : followLedger.call(coordinator);
  };

  await carryOut(coordinator);

  assert.ok(!accounts(coordinator).includes(hex(officers[2]!.device.account)));
  assert.equal(relay.log.length, 2);
});

test("whoever loses twice asks for the next turn (C7)", async () => {
  const { coordinator, officers, relay } = await founded();
  await officers[0]!.publishPackage();
  relay.refusals.push(refuse("stale_epoch"), refuse("stale_epoch"));

  assert.ok(await carryOut(coordinator));

  assert.deepEqual(relay.turns, [0]);
  const [first, second] = relay.published;
  assert.ok(equal(first!.message, second!.message)); // it was not in the log, nor another's: the same bytes again
});

test("a Commit waits for its turn as long as the relay says, and not longer than is bearable (C7)", async () => {
  const { coordinator, officers, relay } = await founded();
  await officers[0]!.publishPackage();
  relay.refusals.push(refuse("too_many", { rule: "C7", retry_after: 3 }));

  assert.ok(await carryOut(coordinator));
  assert.deepEqual(coordinator.slept, [3]);

  await officers[1]!.publishPackage();
  relay.refusals.push(refuse("too_many", { rule: "C7", retry_after: 3600 }));
  await assert.rejects(carryOut(coordinator), RelayRefuses);
  relay.refusals.push(refuse("too_many", { retry_after: 3 })); // a quota, not a turn
  await assert.rejects(carryOut(coordinator), RelayRefuses);
});

test("a relay that says 'later' for ever, and at once, holds a mailbox for a moment only (C7)", async () => {
  const { coordinator, officers, relay } = await founded();
  await officers[0]!.publishPackage();
  relay.refusals.push(...Array.from({ length: 50 }, () => refuse("too_many", { rule: "C7", retry_after: 0 })));

  await assert.rejects(carryOut(coordinator), RelayRefuses);

  assert.deepEqual(coordinator.slept, [0.1, 0.1, 0.1, 0.1]);
});

test("a Commit that a rule forbids is made anew, then without Adds, and is not tried for ever (C8)", async () => {
  const { coordinator, officers, relay } = await founded();
  await officers[2]!.publishPackage();
  await carryOut(coordinator);
  revokeTheLast(relay);
  const anna = officers[0]!;
  const packages = [await anna.publishPackage(), await anna.publishPackage(), await anna.publishPackage()];
  relay.packages.set(hex(anna.device.account), packages.map((own) => own.keyPackage));
  relay.refusals.push(refuse("refused"), refuse("refused"));

  assert.ok(await carryOut(coordinator));

  assert.deepEqual(accounts(coordinator), [hex(coordinator.device.account)]);
  assert.equal(relay.log.at(-1)!.welcome, null);
});

test("what only Adds were refused for is thrown, and nothing stays staged", async () => {
  const { coordinator, officers, relay } = await founded();
  await officers[2]!.publishPackage();
  await carryOut(coordinator);
  await officers[0]!.publishPackage();
  relay.refusals.push(refuse("refused"));

  await assert.rejects(carryOut(coordinator), /refused/);

  assert.equal(coordinator.session.staged, null);
  assert.equal(coordinator.session.standing, Standing.live);
});

test("a Commit that was staged is kept before it leaves, and found in the log after a new start (S3, C10)", async () => {
  const { coordinator, officers, relay } = await founded();
  await officers[0]!.publishPackage();
  relay.cut = "after";
  await assert.rejects(carryOut(coordinator), /the line broke/);

  await coordinator.reopen();
  await coordinator.followLog();

  assert.equal(coordinator.session.sequence, 1);
  assert.equal(coordinator.session.staged, null);
  assert.ok(coordinator.session.mustCommit); // an opening before may have sent in it (D5)
});

test("nobody's bad key package keeps out anybody but itself (C5, C8)", async () => {
  const { coordinator, officers } = await founded();
  const [anna, bela] = officers as [Officer, Officer];
  const good = await anna.publishPackage();
  const lifetime = { notBefore: BigInt(NOW - 10), notAfter: BigInt(NOW + 10) };
  const past = { notBefore: BigInt(NOW - 20), notAfter: BigInt(NOW - 10) };
  const stranger = new SigningKey(new Uint8Array(32).fill(9));
  const foreign = issueCertificate(stranger, {
    account: bela.device.account,
    device: bela.device.device,
    signatureKey: bela.device.signingKey.publicKey,
    notAfter: BigInt(NOW + 10),
  });
  const identity = new SigningKey(fromHex(OFFICERS[0]!.identity_seed));
  const otherKey = new SigningKey(new Uint8Array(32).fill(8));
  const renewed = issueCertificate(identity, {
    account: anna.device.account,
    device: anna.device.device,
    signatureKey: otherKey.publicKey,
    notAfter: BigInt(NOW + 10),
  });
  const claimed = [
    (await makeKeyPackage(bela.keys, past, bela.entropy)).keyPackage,
    (await makeKeyPackage({ ...bela.keys, credential: foreign }, lifetime, bela.entropy)).keyPackage,
    (await makeKeyPackage({ ...bela.keys, signingKey: stranger }, lifetime, bela.entropy)).keyPackage,
    good.keyPackage.map((byte, place) => (place === good.keyPackage.length - 1 ? byte ^ 1 : byte)),
    new Uint8Array(40),
    good.keyPackage,
    good.keyPackage, // the same once more
    (await makeKeyPackage(anna.keys, lifetime, anna.entropy)).keyPackage, // the same signature key once more
    (await makeKeyPackage({ credential: renewed, signingKey: otherKey }, lifetime, anna.entropy)).keyPackage, // device
    (await makeKeyPackage(coordinator.keys, lifetime, coordinator.entropy)).keyPackage, // who is in the tree
  ];

  const { session, ledger, certificates } = coordinator;
  const usable = usablePackages(claimed, session, ledger, [], NOW, certificates);

  assert.deepEqual(usable, [good.keyPackage]);
});

test("the first reader who writes in a channel that was declared for them makes its group (L8)", async () => {
  const { relay, officers } = begin(BILATERAL);
  const [anna, bela] = officers as [Officer, Officer];
  const own = await bela.publishPackage();
  const posting = await keepControl(anna, { operation: anna.ledger.operation, channel: BILATERAL }, 3, new Uint8Array(48));

  await deliver(anna, posting);
  await bela.join(own);
  await bela.followLog();

  assert.deepEqual(relay.log.map((entry) => entry.kind), [1, 2]);
  assert.deepEqual(accounts(anna), [anna, bela].map((one) => hex(one.device.account)).sort());
  assert.deepEqual(bela.read, [posting.signed]);
});

test("nobody else makes it, nor a second one, nor one for a channel that came with its own (L8)", async () => {
  const { relay, coordinator, officers } = begin(BILATERAL);
  const [anna, bela, carla] = officers as [Officer, Officer, Officer];
  const { operation } = anna.ledger;
  assert.ok(await waitsForUs(anna, operation, BILATERAL));
  assert.ok(!(await waitsForUs(carla, operation, BILATERAL)));
  assert.ok(!(await waitsForUs(coordinator, operation, BILATERAL)));
  assert.ok(!(await waitsForUs(coordinator, operation, CHANNEL)));

  await enact(anna, operation, BILATERAL);

  assert.ok(!(await waitsForUs(bela, operation, BILATERAL)));
  assert.equal(await enact(bela, operation, BILATERAL), false);
  assert.equal(relay.log.length, 1);
});

test("members with nothing to say enact after 2 to 20 seconds, not all at once (C7)", () => {
  assert.equal(enactingPause(() => Uint8Array.of(0, 0)), 2);
  assert.ok(enactingPause(() => Uint8Array.of(255, 255)) < 20);
  assert.equal(enactingPause(() => Uint8Array.of(128, 0)), 11);
});
