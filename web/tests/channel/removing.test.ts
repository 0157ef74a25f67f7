import assert from "node:assert/strict";
import test from "node:test";

import { hex } from "../../src/bytes";
import { enact } from "../../src/channel/enactment";
import { stage } from "../../src/channel/enacting";
import { ownLeaves, removeOwnDevice } from "../../src/channel/removing";
import { Standing } from "../../src/channel/session";
import { ChannelNotUsable } from "../../src/channel/unsendable";
import { CommitRefused } from "../../src/ledger/refusal";
import { UsageError } from "../../src/errors";
import { begin, Officer } from "../fakes/officer";
import { CHANNEL, OFFICERS } from "../fakes/sending-operation";

/** Anna with two devices in the channel, of which she lost one; and Bela. */
async function twoDevices(): Promise<{ coordinator: Officer; lost: Officer; kept: Officer; bela: Officer }> {
  const { relay, coordinator, officers } = begin();
  const [lost, bela] = officers as [Officer, Officer];
  const kept = new Officer(OFFICERS[0]!, relay, "second");
  await coordinator.found();
  const first = await lost.publishPackage();
  const hers = await bela.publishPackage();
  await enact(coordinator, coordinator.ledger.operation, CHANNEL);
  await lost.join(first);
  await bela.join(hers);
  const further = await kept.publishPackage(false);
  const { ledger, certificates, entropy, pace } = coordinator;
  const change = { adds: [further.keyPackage], removes: [] };
  await coordinator.write(new Map(), { session: await stage(coordinator.session, change, { ledger, certificates, entropy, pace }) });
  await enact(coordinator, ledger.operation, CHANNEL);
  await kept.join(further);
  await lost.followLog();
  await bela.followLog();
  return { coordinator, lost, kept, bela };
}

test("a lost device is removed by another one of its owner, and reads nothing more (C6)", async () => {
  const { coordinator, lost, kept } = await twoDevices();
  assert.equal(ownLeaves(kept, kept.session).length, 2);

  const removed = await removeOwnDevice(kept, kept.ledger.operation, CHANNEL, lost.device.device);
  const again = await removeOwnDevice(kept, kept.ledger.operation, CHANNEL, lost.device.device);
  await lost.followLog();
  await coordinator.followLog();

  assert.deepEqual([removed, again], [true, false]);
  assert.deepEqual(ownLeaves(kept, kept.session).map(({ device }) => hex(device)), [hex(kept.device.device)]);
  assert.equal(lost.session.standing, Standing.removed);
  assert.equal(coordinator.session.standing, Standing.live); // the others take the Commit
});

test("nobody removes the device that they work with, nor somebody else's (C6)", async () => {
  const { lost, kept, bela } = await twoDevices();
  const { ledger, certificates, entropy, pace } = bela;
  const [theirs] = ownLeaves(lost, bela.session);

  await assert.rejects(removeOwnDevice(kept, kept.ledger.operation, CHANNEL, kept.device.device), UsageError);
  assert.equal(await removeOwnDevice(bela, ledger.operation, CHANNEL, lost.device.device), false);
  await assert.rejects(
    stage(bela.session, { adds: [], removes: [theirs!.index] }, { ledger, certificates, entropy, pace }),
    CommitRefused,
  );
});

test("a device that only others can take out is not said to be out (C6)", async () => {
  const { lost, kept } = await twoDevices();
  await kept.write(new Map(), { session: { ...kept.session, standing: Standing.stalled } });

  await assert.rejects(removeOwnDevice(kept, kept.ledger.operation, CHANNEL, lost.device.device), ChannelNotUsable);
});

test("a Commit of somebody else that was first keeps no lost device in", async () => {
  const { coordinator, lost, kept } = await twoDevices();
  const { ledger, certificates, entropy, pace } = coordinator;
  const operation = ledger.operation;
  kept.memory.published.length = 0;
  const { publish } = kept.memory;
  kept.memory.publish = async (request) => {
    kept.memory.publish = publish;
    await coordinator.write(new Map(), {
      session: await stage(coordinator.session, { adds: [], removes: [] }, { ledger, certificates, entropy, pace }),
    });
    await enact(coordinator, operation, CHANNEL); // first
    return publish.call(kept.memory, request);
  };

  assert.equal(await removeOwnDevice(kept, operation, CHANNEL, lost.device.device), true);
  assert.equal(ownLeaves(kept, kept.session).length, 1);
});
