/** The Commit that is due before the first message is made while the message is being written (D5). */

import { strict as assert } from "node:assert";
import { test } from "node:test";

import { deliver } from "../../src/channel/delivery";
import { enact } from "../../src/channel/enactment";
import { keepDraft } from "../../src/channel/posting";
import { readyToSend } from "../../src/channel/readying";
import { LogKind } from "../../src/ledger/kinds";
import { plainBody } from "../fakes/plain-body";
import { begin } from "../fakes/officer";
import { CHANNEL, FORM, NOW } from "../fakes/sending-operation";

async function entered() {
  const { relay, coordinator, officers } = begin();
  const anna = officers[0]!;
  const own = await anna.publishPackage();
  await coordinator.found();
  await enact(coordinator, coordinator.ledger.operation, CHANNEL);
  await anna.join(own);
  return { relay, anna, operation: anna.ledger.operation };
}

test("whoever begins to write commits once, and what they send then goes out without another Commit", async () => {
  const { relay, anna, operation } = await entered();
  const before = relay.log.length;

  await readyToSend(anna, operation, CHANNEL);
  await readyToSend(anna, operation, CHANNEL);
  const body = plainBody(new Map([["text", "Container held at Sines"]]), NOW);
  await deliver(anna, await keepDraft(anna, { message: anna.entropy(16), operation, channel: CHANNEL, form: FORM, replyTo: null, body }));

  assert.deepEqual(relay.log.slice(before).map((entry) => entry.kind), [LogKind.commit, LogKind.application]);
});

test("who is in no such channel does nothing", async () => {
  const { relay, anna, operation } = await entered();
  const before = relay.log.length;

  await readyToSend(anna, operation, new Uint8Array(16));

  assert.equal(relay.log.length, before);
});
