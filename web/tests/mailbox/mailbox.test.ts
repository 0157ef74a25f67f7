import assert from "node:assert/strict";
import test from "node:test";

import { newDevice } from "../../src/account/own-device";
import type { RemoteVault } from "../../src/account/remote-vault";
import { hex, type Bytes } from "../../src/bytes";
import type { Place, Quarantined } from "../../src/channel/events";
import type { Group } from "../../src/channel/group";
import { channelKey, Standing, type ChannelSession } from "../../src/channel/session";
import { evidenceKey } from "../../src/channel/session-rows";
import { UsageError } from "../../src/errors";
import { DraftFiles } from "../../src/mailbox/draft-files";
import { envelopeOf } from "../../src/mailbox/drafts";
import { placeKey } from "../../src/mailbox/holdings";
import { Mailbox } from "../../src/mailbox/mailbox";
import { OfficersWork } from "../../src/mailbox/officers-work";
import { load } from "../../src/mailbox/opening";
import { signEnvelope } from "../../src/forms/envelope-writing";
import { SigningKey } from "../../src/primitives/signatures";
import { sha256 } from "../../src/primitives/hashes";
import { RelayClient } from "../../src/relay/relay-client";
import { StaleStore, type Writes } from "../../src/store/state-store";
import { MemoryStore } from "../fakes/memory-store";
import { DRAFT } from "./draft";

const IDENTITY = new SigningKey(filled(32, 1));
const ACCOUNT = filled(16, 9);
const OWN = newDevice(ACCOUNT, IDENTITY, 1_795_305_600, (length) => filled(length, 7));
const DEVICE = { ...OWN, account: ACCOUNT, identityKey: IDENTITY.publicKey };
const PLACE: Place = {
  operation: filled(32, 1),
  channel: filled(16, 2),
  generation: 1,
  sequence: 12,
  logHash: filled(32, 3),
  epoch: 4n,
};

test("what was taken in, marked and drafted is there at the next opening, channels included", async () => {
  const store = new MemoryStore();
  const mailbox = mailboxOn(store);
  const work = await OfficersWork.restore(mailbox, store);
  await mailbox.write(new Map(), { session: sessionAt(12), event: delivered(12) });
  await mailbox.write(new Map(), { session: sessionAt(13), event: aside(13) });
  await mailbox.write(new Map(), { session: sessionAt(14), event: delivered(14) });
  await work.mark(placeKey(delivered(14).place), { read: true });
  await work.mark(placeKey(delivered(14).place), { flagged: true });
  await work.saveDraft(DRAFT);

  const again = mailboxOn(store);
  const steps: string[] = [];
  await load(again, restore, (read, all) => void steps.push(`${read} of ${all}`));
  const workAgain = await OfficersWork.restore(again, store);

  const name = hex(PLACE.operation);
  assert.deepEqual(again.holdings.messages(name), mailbox.holdings.messages(name));
  assert.deepEqual(again.holdings.aside(name), mailbox.holdings.aside(name));
  assert.deepEqual(again.holdings.messages(name).map((kept) => kept.number), [1, 3]);
  assert.deepEqual(workAgain.marks.of(3), { read: true, flagged: true });
  assert.deepEqual(workAgain.drafts(DRAFT.operation), [DRAFT]);
  assert.equal(again.sessions.get(channelKey(PLACE.operation, PLACE.channel))?.sequence, 14);
  assert.deepEqual(steps, []); // nothing of the journal is read: it has its headlines
});

test("a write that fails changes nothing in memory, and nobody is told (S5)", async () => {
  class Full extends MemoryStore {
    override apply(_writes: Writes, _version: number): Promise<void> {
      return Promise.reject(new StaleStore("somebody else wrote"));
    }
  }
  const told: string[] = [];
  const mailbox = mailboxOn(new Full());
  mailbox.observe({
    operationMoved: (operation) => void told.push(operation),
    operationConfirmed: (operation) => void told.push(operation),
    channelMoved: (operation) => void told.push(operation),
  });

  await assert.rejects(mailbox.write(new Map(), { session: sessionAt(12), event: delivered(12) }), StaleStore);

  assert.equal(mailbox.sessions.size, 0);
  assert.deepEqual(mailbox.holdings.messages(hex(PLACE.operation)), []);
  assert.deepEqual(told, []);
});

test("two messages that are written at once get two numbers", async () => {
  const mailbox = mailboxOn(new MemoryStore());

  await Promise.all([mailbox.write(new Map(), { event: delivered(12) }), mailbox.write(new Map(), { event: delivered(13) })]);

  assert.deepEqual(mailbox.holdings.messages(hex(PLACE.operation)).map((kept) => kept.number), [1, 2]);
});

test("a new generation takes the rows of the old one away, and leaves what convicts the relay (C11, L4)", async () => {
  const store = new MemoryStore();
  const mailbox = mailboxOn(store);
  await mailbox.write(new Map([[evidenceKey(PLACE, 0), filled(3, 1)]]), { session: sessionAt(12) });

  await mailbox.write(new Map(), { session: { ...sessionAt(1), generation: 2 } });

  const old = [...store.values.keys()].filter((key) => key.includes("/1/"));
  assert.deepEqual(old, [evidenceKey(PLACE, 0)]);
  assert.equal(mailbox.sessions.get(channelKey(PLACE.operation, PLACE.channel))?.generation, 2);
});

test("a mark on a message that is not here is refused", async () => {
  const store = new MemoryStore();
  const work = await OfficersWork.restore(mailboxOn(store), store);

  await assert.rejects(work.mark("00/1/1", { read: true }), UsageError);
});

function mailboxOn(store: MemoryStore): Mailbox {
  const vault: RemoteVault = {
    identityKey: IDENTITY,
    exchangeKey: filled(32, 2),
    devices: [],
    pins: new Map(),
    mailboxKeys: [],
  };
  const environment = {
    relay: new RelayClient("https://relay.invalid"),
    publisher: { publish: () => Promise.reject(new UsageError("nothing leaves in this test")) },
    sleep: () => Promise.resolve(),
    entropy: (length: number) => filled(length, 0),
    now: () => 1_795_305_600,
    judgeReport: () => undefined,
  };
  return new Mailbox(store, DEVICE, vault, environment);
}

function delivered(sequence: number) {
  const draft = { ...DRAFT, draft: hex(filled(16, sequence)) };
  const envelope = envelopeOf(draft, sha256(OWN.certificate), { sequence: 3, hash: filled(32, 0) }, new DraftFiles());
  return {
    kind: "message" as const,
    place: { ...PLACE, sequence },
    account: ACCOUNT,
    identityKey: IDENTITY.publicKey,
    certificate: OWN.certificate,
    salt: filled(32, 5),
    own: false,
    authorRevoked: false,
    signed: signEnvelope(envelope, OWN.signingKey),
    envelope,
  };
}

function aside(sequence: number): Quarantined {
  const place = { ...PLACE, sequence };
  return { kind: "quarantined", place, reason: "bad_payload", detail: "no", message: filled(1, 1), account: null };
}

function sessionAt(sequence: number): ChannelSession {
  return {
    operation: PLACE.operation,
    channel: PLACE.channel,
    generation: 1,
    group: GROUP,
    sequence,
    logHash: filled(32, sequence),
    epochBeganAt: 1,
    judgedAt: 2,
    standing: Standing.live,
    staged: null,
    outbox: new Map(),
    mustCommit: true,
  };
}

const GROUP: Group = {
  groupId: filled(32, 4),
  epoch: 3n,
  ownLeaf: 0,
  leaves: [],
  confirmationTag: filled(32, 5),
  process: () => Promise.reject(new UsageError("not in this test")),
  open: () => Promise.reject(new UsageError("not in this test")),
  seal: () => Promise.reject(new UsageError("not in this test")),
  commit: () => Promise.reject(new UsageError("not in this test")),
  encode: () => ({ secret: filled(8, 1), tree: filled(8, 2) }),
};

function restore(): Promise<Group> {
  return Promise.resolve(GROUP);
}

function filled(length: number, value: number): Bytes {
  return new Uint8Array(length).fill(value);
}
