import assert from "node:assert/strict";
import test from "node:test";

import { equal, fromHex, hex, type Bytes } from "../../src/bytes";
import { enact } from "../../src/channel/enactment";
import { BadSignature, MalformedError } from "../../src/errors";
import { RejectionKind, RejectionReason, signRejection, verifyRejection } from "../../src/ledger/rejection";
import { makeKeyPackage } from "../../src/mls/key-package";
import type { DeviceKeys } from "../../src/mls/keys";
import type { Entropy } from "../../src/primitives/entropy";
import { sha256 } from "../../src/primitives/hashes";
import type { MemoryRelay } from "../fakes/memory-relay";
import { begin, Officer } from "../fakes/officer";
import { CHANNEL, NOW, OFFICERS } from "../fakes/sending-operation";
import { vectors } from "../vectors";

const PAUSE_SECONDS = 3600;

/** A coordinator and Anna, whom its first Commit added, and who has another key package waiting. */
async function pair(): Promise<{ relay: MemoryRelay; coordinator: Officer; anna: Officer }> {
  const { relay, coordinator, officers } = begin();
  const anna = officers[0]!;
  await anna.publishPackage();
  await coordinator.found();
  await carryOut(coordinator);
  await anna.publishPackage();
  return { relay, coordinator, anna };
}

function carryOut(member: Officer): Promise<boolean> {
  return enact(member, member.ledger.operation, CHANNEL);
}

/** That log entry `sequence`, or what stands for it, put a leaf there that this device cannot use. */
function rejection(by: Officer, relay: MemoryRelay, sequence: number, kind: RejectionKind, commit?: Bytes): Bytes {
  const { certificate, signingKey } = by.device;
  return signRejection(signingKey, {
    kind,
    operation: by.ledger.operation,
    channel: CHANNEL,
    generation: 1,
    sequence,
    commitHash: sha256(commit ?? relay.log[sequence - 1]!.message),
    certificate,
    reason: kind === RejectionKind.welcome ? RejectionReason.join : RejectionReason.ownLeaf,
  });
}

function leafOf(member: Officer, of: Officer): Bytes {
  return member.session.group.leaves.find((leaf) => equal(leaf.credential, of.device.certificate))!.encryptionKey;
}

test("a device that cannot use its leaf is removed and added in one Commit (C9)", async () => {
  const { relay, coordinator, anna } = await pair();
  const before = leafOf(coordinator, anna);
  relay.rejections.unshift(rejection(anna, relay, 1, RejectionKind.welcome));

  assert.ok(await carryOut(coordinator));

  assert.equal(relay.log.length, 2);
  assert.ok(relay.log[1]!.welcome !== null);
  assert.ok(!equal(leafOf(coordinator, anna), before));
  assert.equal(coordinator.session.group.leaves.length, 2);
});

test("nobody keeps the others busy: a device comes again at most once an hour (C10)", async () => {
  const { relay, coordinator, anna } = await pair();
  relay.rejections.unshift(rejection(anna, relay, 1, RejectionKind.welcome));
  await carryOut(coordinator);
  await anna.publishPackage();
  relay.rejections.unshift(rejection(anna, relay, 2, RejectionKind.welcome));

  assert.ok(!(await carryOut(coordinator)));
  coordinator.clock += PAUSE_SECONDS;
  assert.ok(await carryOut(coordinator));
});

test("a rejection of something else than what put the leaf there moves nobody (C9, C10)", async () => {
  const { relay, coordinator, anna } = await pair();
  relay.rejections.push(
    rejection(anna, relay, 1, RejectionKind.commit), // the Commit's path is the coordinator's
    rejection(anna, relay, 1, RejectionKind.welcome, new Uint8Array(8)),
    rejection(coordinator, relay, 1, RejectionKind.welcome),
  );
  const forged = rejection(anna, relay, 1, RejectionKind.welcome);
  forged[forged.length - 1]! ^= 1;

  for (const one of [...relay.rejections, forged]) {
    relay.rejections.splice(0, relay.rejections.length, one);
    assert.ok(!(await carryOut(coordinator)));
  }
  assert.throws(() => verifyRejection(forged), BadSignature);
  assert.equal(relay.log.length, 1);
});

test("rejections are read as Python signs them (4.2)", () => {
  const fixture = vectors<{ signed: string; reason: number }>("ledger/rejection.json");

  assert.equal(verifyRejection(fromHex(fixture.signed)).reason, fixture.reason);
  assert.throws(() => verifyRejection(fromHex(`${fixture.signed}00`)), MalformedError);
});

test("without a key package a device that asks stays where it is: it goes only as it comes (C6)", async () => {
  const { relay, coordinator, anna } = await pair();
  relay.packages.clear();
  relay.rejections.unshift(rejection(anna, relay, 1, RejectionKind.welcome));

  assert.ok(!(await carryOut(coordinator)));

  assert.equal(coordinator.session.group.leaves.length, 2);
});

/** Bela is absent, and publishes what was made from the same keys as Anna's package: whoever claims that can copy them. */
async function copying(member: Officer, copied: Officer): Promise<void> {
  const drawn = copied.entropy;
  const { relay } = member;
  const lifetime = { notBefore: BigInt(NOW - 10), notAfter: BigInt(NOW + 86_400) };
  const recorded: Bytes[] = [];
  const record: Entropy = (length) => {
    recorded.push(drawn(length));
    return recorded.at(-1)!;
  };
  const keysOf = ({ device }: Officer): DeviceKeys => ({ credential: device.certificate, signingKey: device.signingKey });
  const genuine = await makeKeyPackage(keysOf(copied), lifetime, record);
  const copy = await makeKeyPackage(keysOf(member), lifetime, () => recorded.shift()!);
  relay.packages.set(hex(copied.device.account), [genuine.keyPackage]);
  relay.packages.set(hex(member.device.account), [copy.keyPackage]);
}

test("a newcomer with copied keys holds up nobody who asks to be let in again (C6, C9)", async () => {
  const { relay, coordinator, anna } = await pair();
  const bela = new Officer(OFFICERS[1]!, relay);
  const before = leafOf(coordinator, anna);
  await copying(bela, anna);
  relay.rejections.unshift(rejection(anna, relay, 1, RejectionKind.welcome));

  assert.ok(await carryOut(coordinator));

  assert.ok(!equal(leafOf(coordinator, anna), before));
  assert.equal(coordinator.session.group.leaves.length, 2);
});
