import assert from "node:assert/strict";
import test from "node:test";

import { concat, equal, hex } from "../../src/bytes";
import { deliver } from "../../src/channel/delivery";
import { enact } from "../../src/channel/enactment";
import { attemptDelivery, kept, keepControl, keepDraft, resume, returned, type Draft } from "../../src/channel/posting";
import { TooManyReaders } from "../../src/channel/readership";
import { MayBeOutOfDate } from "../../src/channel/freshness";
import { encrypt } from "../../src/channel/sending";
import { Standing } from "../../src/channel/session";
import { ChannelNotUsable, MustCommitFirst, MustEnactFirst, NotAMember, ReceiptContradicted } from "../../src/channel/unsendable";
import { opaque, uint } from "../../src/codec";
import { Unavailable } from "../../src/errors";
import { ControlKind } from "../../src/forms/control";
import type { Body } from "../../src/forms/envelope";
import { LogKind } from "../../src/ledger/kinds";
import * as labels from "../../src/ledger/labels";
import type { Ledger } from "../../src/ledger/ledger";
import { sha256 } from "../../src/primitives/hashes";
import { signWithLabel } from "../../src/primitives/signatures";
import { RelayRefuses } from "../../src/relay/relay-client";
import { refuse, type MemoryRelay } from "../fakes/memory-relay";
import { begin, revokeTheLast, type Officer } from "../fakes/officer";
import { plainBody } from "../fakes/plain-body";
import { CHANNEL, FORM, NOW, RELAY_KEY } from "../fakes/sending-operation";

const BODY = plainBody(new Map([["text", "Container held at Sines"]]), NOW);

/** So many officers in the channel; nobody has committed since their mailbox was opened but the coordinator. */
async function channel(members: number): Promise<{ relay: MemoryRelay; officers: readonly Officer[] }> {
  const { relay, coordinator, officers } = begin();
  const inside = officers.slice(0, members);
  const packages = await Promise.all(inside.map((officer) => officer.publishPackage()));
  await coordinator.found();
  await enact(coordinator, coordinator.ledger.operation, CHANNEL);
  for (const [place, officer] of inside.entries()) {
    await officer.join(packages[place]!);
  }
  return { relay, officers };
}

function draft(officer: Officer, body: Partial<Body> = {}): Draft {
  const { operation } = officer.ledger;
  const message = officer.entropy(16);
  return { message, operation, channel: CHANNEL, form: FORM, replyTo: null, body: { ...BODY, ...body } };
}

function applications(relay: MemoryRelay): number {
  return relay.log.filter((entry) => entry.kind === LogKind.application).length;
}

test("a message reaches everybody once, behind a Commit of this opening (D5)", async () => {
  const { relay, officers } = await channel(2);
  const [anna, bela] = [officers[0]!, officers[1]!];

  const posting = await keepDraft(anna, draft(anna));
  const sent = await deliver(anna, posting);
  const second = await deliver(anna, await keepDraft(anna, draft(anna)));
  await bela.followLog();

  assert.deepEqual([sent.sequence, second.sequence], [3, 4]);
  assert.deepEqual(relay.log.map((entry) => entry.kind), [1, 1, 2, 2]);
  assert.deepEqual(bela.read[0], posting.signed);
  assert.deepEqual(await kept(anna), []);
});

test("nothing is encrypted in a state that came from the relay before a Commit of our own (D5)", async () => {
  const { officers } = await channel(1);
  const anna = officers[0]!;
  const { signed } = await keepDraft(anna, draft(anna));
  const encrypting = (): Promise<unknown> =>
    encrypt(anna.session, signed, anna.ledger, anna.entropy(16), anna.certificates, anna.entropy);

  await assert.rejects(encrypting, MustCommitFirst);
  await resume(anna);
  await encrypting();
  await anna.reopen();

  await assert.rejects(encrypting, MustCommitFirst);
});

test("a Commit that an opening before staged does not count as this one's (D5)", async () => {
  const { relay, officers } = await channel(1);
  const anna = officers[0]!;
  const posting = await keepDraft(anna, draft(anna));
  relay.cut = "before";
  await assert.rejects(deliver(anna, posting), Unavailable);
  assert.ok(anna.session.staged !== null);

  await anna.reopen();
  await resume(anna);

  assert.deepEqual(relay.log.map((entry) => entry.kind), [1, 1, 1, 2]);
});

test("a retry sends the same bytes, and the log shows them once (S5)", async () => {
  for (const cut of ["before", "after"] as const) {
    const { relay, officers } = await channel(1);
    const anna = officers[0]!;
    await deliver(anna, await keepDraft(anna, draft(anna)));
    const posting = await keepDraft(anna, draft(anna));
    relay.cut = cut;

    await assert.rejects(deliver(anna, posting), Unavailable);
    const [row] = anna.session.outbox.values();
    await resume(anna);

    assert.equal(applications(relay), 2);
    assert.deepEqual(relay.log.at(-1)!.message, row!.message);
    const attempts = relay.published.filter((one) => equal(one.sendId, posting.sendId));
    assert.ok(attempts.every((one) => equal(one.message, row!.message)));
  }
});

test("the state is kept before the bytes leave: what left is in the store (S5)", async () => {
  const { relay, officers } = await channel(1);
  const anna = officers[0]!;
  await deliver(anna, await keepDraft(anna, draft(anna)));
  const posting = await keepDraft(anna, draft(anna));
  const publish = relay.publish.bind(relay);
  const keptThen: string[] = [];
  relay.publish = async (request) => {
    for (const [key, value] of await anna.store.scan("channel/")) {
      if (key.includes("/outbox/") && hex(value).includes(hex(request.message))) {
        keptThen.push(key);
      }
    }
    return publish(request);
  };

  await deliver(anna, posting);

  assert.equal(keptThen.length, 1);
});

test("a tab that was killed after its bytes had left finds its message in the log, and sends it once (S3)", async () => {
  const { relay, officers } = await channel(2);
  const [anna, bela] = [officers[0]!, officers[1]!];
  await deliver(anna, await keepDraft(anna, draft(anna)));
  const posting = await keepDraft(anna, draft(anna));
  relay.cut = "after";
  await assert.rejects(deliver(anna, posting), Unavailable);

  await anna.reopen();
  await anna.followLog();
  const [outcome] = await resume(anna);
  await bela.followLog();

  assert.equal(outcome?.kind, "sent");
  assert.equal(applications(relay), 2);
  assert.equal(bela.read.length, 2);
});

test("what was refused for its epoch is encrypted again: same send id and envelope, other bytes (S3)", async () => {
  const { relay, officers } = await channel(2);
  const [anna, bela] = [officers[0]!, officers[1]!];
  await deliver(anna, await keepDraft(anna, draft(anna)));
  const posting = await keepDraft(anna, draft(anna));
  await bela.followLog();
  await enact(bela, bela.ledger.operation, CHANNEL, { sending: true }); // an epoch that Anna does not know

  const sent = await deliver(anna, posting);
  await bela.followLog();

  const attempts = relay.published.filter((one) => equal(one.sendId, posting.sendId));
  assert.equal(attempts.length, 2);
  assert.ok(!equal(attempts[0]!.message, attempts[1]!.message));
  assert.equal(sent.sequence, relay.log.length);
  assert.deepEqual(bela.read.at(-1), posting.signed);
});

test("a form that is gone since is refused before it is encrypted anew, and the author is told (S3)", async () => {
  const { relay, officers } = await channel(2);
  const [anna, bela] = [officers[0]!, officers[1]!];
  await deliver(anna, await keepDraft(anna, draft(anna)));
  const posting = await keepDraft(anna, draft(anna));
  await bela.followLog();
  await enact(bela, bela.ledger.operation, CHANNEL, { sending: true });
  anna.refusesForm = true;

  const outcome = await attemptDelivery(anna, posting);

  assert.ok(outcome.kind === "returned");
  assert.match(outcome.returned.reason, /do not answer the form/);
  assert.equal(applications(relay), 1);
});

test("a message that the relay refuses for good comes back to its author with the reason (S3)", async () => {
  const { relay, officers } = await channel(1);
  const anna = officers[0]!;
  await deliver(anna, await keepDraft(anna, draft(anna)));
  await keepDraft(anna, draft(anna));
  relay.refusals.push(refuse("too_large"));

  const [outcome] = await resume(anna);

  assert.equal(outcome?.kind, "returned");
  assert.deepEqual(await kept(anna), []);
  const [back] = await returned(anna);
  assert.equal(back?.reason, "refused: too_large");
  assert.deepEqual(back?.envelope.body.values, BODY.values);
});

test("what a program said has nobody to come back to", async () => {
  const { relay, officers } = await channel(1);
  const anna = officers[0]!;
  await deliver(anna, await keepDraft(anna, draft(anna)));
  const place = { operation: anna.ledger.operation, channel: CHANNEL };
  await keepControl(anna, place, ControlKind.acknowledgement, new Uint8Array(48));
  relay.refusals.push(refuse("too_large"));

  const [outcome] = await resume(anna);

  assert.equal(outcome?.kind, "dropped");
  assert.deepEqual(await kept(anna), []);
  assert.deepEqual(await returned(anna), []);
});

test("a mailbox that another computer took sends nothing, and keeps what was written (D4)", async () => {
  const { relay, officers } = await channel(1);
  const anna = officers[0]!;
  await deliver(anna, await keepDraft(anna, draft(anna)));
  const posting = await keepDraft(anna, draft(anna));
  relay.refusals.push(refuse("not_holder"));

  await assert.rejects(deliver(anna, posting), RelayRefuses);

  assert.equal(applications(relay), 1);
  assert.equal((await kept(anna)).length, 1);
});

test("what is written before somebody has added this device goes out once they have", async () => {
  const { relay, officers } = await channel(1);
  const [anna, bela] = [officers[0]!, officers[1]!];
  const own = await bela.publishPackage();
  const posting = await keepDraft(bela, draft(bela));

  const [outcome] = await resume(bela);
  assert.equal(outcome?.kind, "waits");
  await enact(anna, anna.ledger.operation, CHANNEL);
  await bela.join(own);
  await resume(bela);
  await anna.followLog();

  assert.equal(applications(relay), 1);
  assert.deepEqual(anna.read, [posting.signed]);
});

test("a receipt for something else, or for what the log does not show, is said to the unit (L4)", async () => {
  const { relay, officers } = await channel(1);
  const anna = officers[0]!;
  await deliver(anna, await keepDraft(anna, draft(anna)));
  const publish = relay.publish.bind(relay);
  relay.publish = (request) => publish({ ...request, sendId: anna.entropy(16) });
  await assert.rejects(deliver(anna, await keepDraft(anna, draft(anna))), /a receipt for something else/);

  relay.publish = publish;
  const hidden = await keepDraft(anna, draft(anna));
  anna.followLog = async () => undefined;
  await assert.rejects(deliver(anna, hidden), /its log does not show/);

  assert.equal((await kept(anna)).length, 2);
});

test("a relay that names one old entry after another burns no generation for each (S5, ADR 0031)", async () => {
  const { relay, officers } = await channel(1);
  const anna = officers[0]!;
  await deliver(anna, await keepDraft(anna, draft(anna)));
  await anna.write(new Map(), { session: { ...anna.session, mustCommit: true } });
  await deliver(anna, await keepDraft(anna, draft(anna)));
  assert.equal(anna.session.epochBeganAt, 4);
  const { publish } = relay;
  let sequence = 0;
  relay.publish = async (request) => {
    const place = concat(request.operation, request.channel, uint(request.generation, 4), uint(1, 8), uint((sequence += 1), 8));
    const content = concat(place, relay.log[sequence - 1]!.hash, request.sendId, sha256(request.message));
    return concat(opaque(content), opaque(signWithLabel(RELAY_KEY, labels.LOG_RECEIPT, content)));
  };
  const posting = await keepDraft(anna, draft(anna));

  await assert.rejects(deliver(anna, posting), ReceiptContradicted);

  assert.equal(sequence, 3);
  assert.equal(anna.session.outbox.size, 3);
  relay.publish = publish;
  assert.equal((await deliver(anna, posting)).sequence, 6); // honest again: it goes out
});

test("TLP:RED is refused where others than those whom it names would read it, by name", async () => {
  const { officers } = await channel(1);
  const [anna, bela] = [officers[0]!, officers[1]!];
  const to = [{ account: hex(bela.device.account) }, { role: "coordinator" }];

  await assert.rejects(keepDraft(anna, draft(anna, { tlp: "RED", to })), (error: unknown) => {
    assert.ok(error instanceof TooManyReaders);
    assert.deepEqual(error.names, ["Carla"]);
    return true;
  });
  assert.ok(await keepDraft(anna, draft(anna, { tlp: "RED", to: [{ country: "PT" }, ...to] })));
});

test("TLP:RED is not sent by who has heard neither archive nor coordinator for long (H3)", async () => {
  const { officers } = await channel(1);
  const anna = officers[0]!;
  anna.clock = NOW + 100_000;
  const to = [{ role: "officer" }, { role: "coordinator" }];

  await assert.rejects(keepDraft(anna, draft(anna, { tlp: "RED", to })), MayBeOutOfDate);
  assert.ok(await keepDraft(anna, draft(anna, { to })));
});

test("while somebody who was revoked can read, their removal goes first (C4)", async () => {
  const { relay, officers } = await channel(3);
  const [anna, bela, carla] = officers as [Officer, Officer, Officer];
  await deliver(anna, await keepDraft(anna, draft(anna)));
  revokeTheLast(relay);
  await anna.followLedger();
  const posting = await keepDraft(anna, draft(anna));

  await assert.rejects(
    encrypt(anna.session, posting.signed, anna.ledger, anna.entropy(16), anna.certificates, anna.entropy),
    MustEnactFirst,
  );
  await deliver(anna, posting);
  await bela.followLog();
  await carla.followLog();

  assert.deepEqual(relay.log.map((entry) => entry.kind), [1, 1, 2, 1, 2]);
  assert.equal(bela.read.length, 2);
  assert.equal(carla.read.length, 1);
  assert.equal(carla.session.standing, 2);
});

test("what was encrypted before a revocation came waits for the removal too (C4)", async () => {
  const { relay, officers } = await channel(3);
  const [anna, carla] = [officers[0]!, officers[2]!];
  await deliver(anna, await keepDraft(anna, draft(anna)));
  const posting = await keepDraft(anna, draft(anna));
  relay.cut = "before";
  await assert.rejects(deliver(anna, posting), Unavailable);
  revokeTheLast(relay);
  await anna.followLedger();

  await deliver(anna, posting);
  await carla.followLog();

  assert.equal(carla.read.length, 1);
  assert.deepEqual(relay.log.map((entry) => entry.kind), [1, 1, 2, 1, 2]);
});

test("what is written in a channel that the ledger does not open to us is not kept to wait for ever", async () => {
  const { officers } = begin();
  const anna = officers[0]!;
  const say = (): Promise<unknown> => keepControl(anna, { operation: anna.ledger.operation, channel: CHANNEL }, ControlKind.acknowledgement, new Uint8Array(48));

  await say(); // entitled, and not added yet
  anna.ledger = Object.create(anna.ledger, { entitledAccounts: { value: () => new Set() } }) as Ledger;
  await assert.rejects(say(), NotAMember);

  assert.equal((await kept(anna)).length, 1);
});

test("what is written where the unit must restart, or a member add us again, is kept; who was removed keeps nothing", async () => {
  const anna = (await channel(1)).officers[0]!;
  const place = { operation: anna.ledger.operation, channel: CHANNEL };
  const say = (): Promise<unknown> => keepControl(anna, place, ControlKind.acknowledgement, new Uint8Array(48));

  for (const standing of [Standing.stalled, Standing.stranded]) {
    await anna.write(new Map(), { session: { ...anna.session, standing } });
    await say();
  }
  await anna.write(new Map(), { session: { ...anna.session, standing: Standing.removed } });
  await assert.rejects(say(), ChannelNotUsable);

  assert.deepEqual((await resume(anna)).map((outcome) => outcome.kind), ["waits", "waits"]);
});
