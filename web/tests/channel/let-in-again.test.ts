/** A device that lost its place in a channel says so, once, and is let in again (C9, C10). */

import assert from "node:assert/strict";
import test from "node:test";

import { equal } from "../../src/bytes";
import { enact } from "../../src/channel/enactment";
import { Standing } from "../../src/channel/session";
import { askToBeLetIn } from "../../src/channel/shut-out";
import { askAgain } from "../../src/channel/stranded";
import { RejectionKind, RejectionReason, verifyRejection } from "../../src/ledger/rejection";
import { toBase64 } from "../../src/relay/base64";
import type { MemoryRelay } from "../fakes/memory-relay";
import { begin, type Officer } from "../fakes/officer";
import { CHANNEL } from "../fakes/sending-operation";

/** A coordinator and Anna, whom its first Commit added, and who has another key package waiting. */
async function pair(): Promise<{ relay: MemoryRelay; coordinator: Officer; anna: Officer }> {
  const { relay, coordinator, officers } = begin();
  const anna = officers[0]!;
  await anna.publishPackage();
  await coordinator.found();
  await enact(coordinator, coordinator.ledger.operation, CHANNEL);
  return { relay, coordinator, anna };
}

function ask(member: Officer): Promise<boolean> {
  return askToBeLetIn(member, member.ledger.operation, CHANNEL);
}

test("a device whose Welcome is lost refuses what added it, once, and is removed and added again (C9)", async () => {
  const { relay, coordinator, anna } = await pair();
  const before = coordinator.session.group.leaves;

  assert.deepEqual([await ask(anna), await ask(anna)], [true, true]);

  assert.equal(relay.rejections.length, 1);
  const said = verifyRejection(relay.rejections[0]!);
  assert.deepEqual([said.kind, said.sequence, said.reason], [RejectionKind.welcome, 1, RejectionReason.ownLeaf]);
  const own = await anna.publishPackage();
  assert.ok(await enact(coordinator, coordinator.ledger.operation, CHANNEL));
  assert.equal(coordinator.session.group.leaves.length, before.length);
  await anna.join(own);
  assert.equal(anna.session.standing, Standing.live);
});

test("a Welcome that waits is looked at first, and who has no leaf asks for nothing (C9)", async () => {
  const { relay, anna } = await pair();
  const welcome = { sequence: 1, welcome: toBase64(new Uint8Array(1)), ratchet_tree: toBase64(new Uint8Array(1)) };
  relay.welcomes.push({ device: toBase64(anna.device.device), ...welcome });

  assert.equal(await ask(anna), true);
  relay.log.length = 0;
  assert.equal(await ask(anna), false);

  assert.deepEqual(relay.rejections, []);
});

test("a device whose leaf committed without it says so of its newest Commit, once (C10)", async () => {
  const { relay, coordinator } = await pair();
  const yesterday = coordinator.session;
  const { operation } = coordinator.ledger;
  for (let commits = 0; commits < 2; commits += 1) {
    await coordinator.write(new Map(), { session: { ...coordinator.session, mustCommit: true } });
    await enact(coordinator, operation, CHANNEL, { sending: true });
  }
  assert.equal(relay.log.length, 3);
  const stranded = { ...yesterday, standing: Standing.stranded };

  await askAgain(coordinator, stranded);
  await askAgain(coordinator, stranded);

  const said = relay.rejections.map((one) => verifyRejection(one));
  assert.deepEqual(said.map((one) => [one.kind, one.sequence, one.reason]), [
    [RejectionKind.commit, 3, RejectionReason.ownLeaf],
  ]);
  assert.ok(equal(said[0]!.certificate.encoded, coordinator.device.certificate));
});
