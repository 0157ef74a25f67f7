import assert from "node:assert/strict";
import test from "node:test";

import { hex } from "../../src/bytes";
import { enact } from "../../src/channel/enactment";
import { isCountedOn, keepHeartbeats } from "../../src/channel/heartbeat";
import { resume } from "../../src/channel/posting";
import { uint } from "../../src/codec";
import { ControlKind, decodeControl } from "../../src/forms/control";
import { begin } from "../fakes/officer";
import { CHANNEL } from "../fakes/sending-operation";

const INTERVAL_SECONDS = 300; // of the fixture's charter

test("a coordinator is heard at the charter's interval, once for each; an officer says nothing (H3)", async () => {
  const { coordinator, officers } = begin();
  const anna = officers[0]!;
  const own = await anna.publishPackage();
  await coordinator.found();
  await enact(coordinator, coordinator.ledger.operation, CHANNEL);
  await anna.join(own);

  assert.equal((await keepHeartbeats(coordinator)).length, 1);
  assert.equal((await keepHeartbeats(coordinator)).length, 0); // that one waits still
  await resume(coordinator);
  await anna.followLog();
  const said = decodeControl(anna.read[0]!.content);
  assert.deepEqual([said.kind, hex(said.body)], [ControlKind.heartbeat, hex(uint(1, 2))]);
  assert.equal((await keepHeartbeats(anna)).length, 0);
  assert.deepEqual([isCountedOn(coordinator), isCountedOn(anna)], [true, false]);

  const key = `heard/${hex(coordinator.ledger.operation)}/${hex(CHANNEL)}/${hex(coordinator.device.account)}`;
  await coordinator.write(new Map([[key, uint(coordinator.now(), 8)]]));
  coordinator.clock += INTERVAL_SECONDS - 1;
  assert.equal((await keepHeartbeats(coordinator)).length, 0);
  coordinator.clock += 1;
  assert.equal((await keepHeartbeats(coordinator)).length, 1);
});
