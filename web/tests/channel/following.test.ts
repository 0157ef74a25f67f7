/** A channel at a relay that lies, lags or breaks off (S1, L4), and what the members are told (C9, C11). */

import assert from "node:assert/strict";
import test from "node:test";

import { equal, fromHex, hex, type Bytes } from "../../src/bytes";
import { EntriesWithheld, LogContradicted, LogGap, LogRolledBack } from "../../src/channel/errors";
import { loadStock } from "../../src/account/key-package-stock";
import { followLog, noticePush } from "../../src/channel/log-feed";
import type { ControlDelivered } from "../../src/channel/events";
import { keptWrites } from "../../src/channel/sent";
import { sendRejections } from "../../src/channel/rejecting";
import { channelKey, Standing, withAttempt, type ChannelSession, type LogPlace } from "../../src/channel/session";
import { CHANNEL_PREFIX, isEvidence } from "../../src/channel/session-rows";
import { encodeAnchor } from "../../src/ledger/anchor";
import { LogKind } from "../../src/ledger/kinds";
import { JoinRefused } from "../../src/ledger/refusal";
import { logOfRejection, RejectionReason } from "../../src/ledger/rejection";
import { commitment, encodePayload } from "../../src/forms/payload";
import type { Signed } from "../../src/forms/signed";
import { uint } from "../../src/codec";
import { ControlKind, signControl, verifyControl } from "../../src/forms/control";
import { sha256 } from "../../src/primitives/hashes";
import { NOW, type ChannelDevice } from "../fakes/channel-host";
import { vectors } from "../vectors";
import {
  ledgerOf,
  ScriptedRelay,
  signedHead,
  veraOf,
  type EntryTold,
  type EventTold,
  type Ground,
  type InvitationTold,
} from "./fixture";

interface Story extends Ground {
  readonly way_in: InvitationTold;
  readonly entries: readonly (EntryTold & { readonly event: EventTold })[];
}

interface Cases<T> extends Ground {
  readonly way_in: InvitationTold;
  readonly cases: readonly (T & { readonly name: string })[];
}

const STORY = vectors<Story>("channel/story.json");
const CHANNEL = fromHex(STORY.channel);
const OPERATION = ledgerOf(STORY).operation;
const LAST = STORY.entries.at(-1)!.sequence;
const KEY = channelKey(OPERATION, CHANNEL);

test("S1 an entry that was skipped, and a log that does not reach its head, bring nothing in", async () => {
  const { vera, relay } = await entered(2);

  relay.show(STORY.entries.slice(1, 3), STORY.entries, 5);
  await assert.rejects(follow(vera), LogGap);
  relay.show([], STORY.entries, 5);
  await assert.rejects(follow(vera), EntriesWithheld);

  assert.equal(sessionOf(vera).sequence, 2);
  assert.deepEqual(vera.events, []);
});

test("L4 entries that the relay does not sign are contradiction, and its word is kept", async () => {
  const { vera, relay } = await entered(2);

  relay.show(STORY.entries.slice(0, 3), STORY.entries, 4);

  await assert.rejects(follow(vera), LogContradicted);
  assert.deepEqual(vera.events, []);
  assert.equal((await evidence(vera)).length, 1);
});

test("L4 two signed heads for one entry are kept, both, and nothing behind them is taken", async () => {
  const { vera, relay } = await entered(2);
  relay.show(STORY.entries.slice(0, 1), STORY.entries, 5);
  await assert.rejects(follow(vera), EntriesWithheld);
  const held = vera.logHeads.get(KEY)!;

  relay.show(STORY.entries.slice(0, 2), STORY.entries, 5);
  relay.showHead(signedHead(STORY, 5, new Uint8Array(32).fill(7)));

  await assert.rejects(follow(vera), LogContradicted);
  assert.deepEqual((await evidence(vera))[0], held.encoded);
  assert.equal((await evidence(vera)).length, 2);
  assert.equal(vera.events.length, 1);
});

test("L4 a head of another channel is no answer", async () => {
  const { vera, relay } = await entered(2);

  relay.showHead(signedHead({ ...STORY, channel: "ff".repeat(16) }, 2, sessionOf(vera).logHash));

  await assert.rejects(follow(vera), LogContradicted);
});

test("C11 a log that is shorter than what this device holds is refused", async () => {
  const { vera, relay } = await entered(2);

  relay.showHead(signedHead(STORY, 1, fromHex(STORY.previous[1]!)));

  await assert.rejects(follow(vera), LogRolledBack);
});

test("L4 a relay that says that our log is not its own has to sign how long its log is", async () => {
  const { vera, relay } = await entered(2);

  relay.refusesCursor = true;

  await assert.rejects(follow(vera), LogContradicted);
  assert.equal((await evidence(vera)).length, 1);
});

test("a push that is known already asks for nothing", async () => {
  const { vera, relay } = await entered(2);
  relay.answersBeforeBreaking = 0;

  await noticePush(vera, OPERATION, CHANNEL, 2);
});

test("C9 the init key dies in the write that stores the group", async () => {
  const { vera } = await entered(2);

  assert.deepEqual(await loadStock(vera.store), []);
});

test("C9 a Welcome that is refused is rejected to the members, once, and never tried again", async () => {
  const told = vectors<Cases<InvitationTold & { readonly rule?: string | null }>>("channel/welcomes.json");
  const outsider = told.cases.find((one) => one.rule === "C5")!;
  const relay = new ScriptedRelay(told, outsider, [], signedHead(told, 2, new Uint8Array(32)));
  const vera = await veraOf(told, relay);
  const follow = (): Promise<void> => followLog(vera, vera.ledger.operation, fromHex(told.channel));

  await assert.rejects(follow(), JoinRefused);
  await follow();

  assert.equal(relay.rejections.length, 1);
  assert.equal(reasonOf(relay.rejections[0]!), RejectionReason.tree);
  assert.equal(vera.sessions.size, 0);
  assert.equal((await loadStock(vera.store)).length, 1);
});

test("C9 a Welcome for a key package that is gone is nobody's fault, and is rejected all the same", async () => {
  const told = vectors<Cases<InvitationTold>>("channel/welcomes.json");
  const other = told.cases.find((one) => one.name === "a Welcome for somebody else")!;
  const relay = new ScriptedRelay(told, other, [], signedHead(told, 2, new Uint8Array(32)));
  const vera = await veraOf(told, relay);

  await followLog(vera, vera.ledger.operation, fromHex(told.channel));

  assert.equal(reasonOf(relay.rejections[0]!), RejectionReason.doesNotProcess);
});

test("C11 behind a bad Commit nothing is taken in, and the members are told when the line is back", async () => {
  const told = vectors<Cases<EntryTold & { readonly event: EventTold }>>("channel/commits.json");
  const bad = told.cases.find((one) => one.event["rule"] === "C4")!;
  const relay = new ScriptedRelay(told, told.way_in, [bad], "");
  relay.show([bad], [bad], 3);
  relay.takesRejections = false;
  const vera = await veraOf(told, relay);
  const follow = (): Promise<void> => followLog(vera, vera.ledger.operation, fromHex(told.channel));

  await follow();
  assert.equal(relay.rejections.length, 0);
  relay.takesRejections = true;
  await sendRejections(vera);
  await sendRejections(vera);

  const session = vera.sessions.get(channelKey(vera.ledger.operation, fromHex(told.channel)))!;
  assert.equal(session.standing, Standing.stalled);
  assert.equal(session.sequence, 2);
  assert.deepEqual(vera.events.map((event) => event.kind), ["stalled"]);
  assert.deepEqual(relay.rejections.map(reasonOf), [RejectionReason.anchor]);
});

test("C12 what a member stands on is fetched, and what the relay does not show stops us without a step", async () => {
  const { vera, relay } = await entered(2, STORY.ledger.slice(0, -1));
  const whole = vera.newest;
  vera.newest = () => vera.ledger;
  relay.show(STORY.entries, STORY.entries, LAST);

  await assert.rejects(follow(vera), EntriesWithheld);
  const stopped = sessionOf(vera).sequence;
  vera.newest = whole;
  await follow(vera);

  assert.ok(stopped < LAST);
  assert.equal(sessionOf(vera).sequence, LAST);
});

test("S3 our own message is settled by its hash, delivered as ours, and kept for a restart", async () => {
  const { vera, relay } = await entered(2);
  const before = sessionOf(vera);
  const signed = heartbeat(vera, before);
  const salt = new Uint8Array(32).fill(5);
  const anchor = encodeAnchor({
    kind: LogKind.application,
    operation: OPERATION,
    channel: CHANNEL,
    generation: 1,
    ledgerSequence: BigInt(vera.ledger.sequence),
    ledgerHash: vera.ledger.headHash,
    logSequence: BigInt(before.sequence),
    logHash: before.logHash,
    commitment: commitment(salt, signed),
  });
  const { group, message } = await before.group.seal(encodePayload(salt, signed), anchor);
  const row = { sendId: new Uint8Array(16).fill(1), epoch: group.epoch, message, salt, signed };
  await vera.write(new Map(), { session: withAttempt(before, group, row) });
  const own = { sequence: 3, kind: LogKind.application, epoch: 2, message: hex(message) };

  relay.show([own], [own], 3);
  await follow(vera);

  const [event] = vera.events;
  assert.ok(event?.kind === "control" && event.own);
  assert.equal(sessionOf(vera).outbox.size, 0);
  assert.equal((await vera.store.scan("sent/")).length, 1);
});

test("C11 the group that a restart ended is read to the cut, and what is behind it is set aside", async () => {
  const told = vectors<Story & { readonly cut: number; readonly head: string }>("channel/restart.json");
  const relay = new ScriptedRelay(told, told.way_in, told.entries, told.head);
  const vera = await veraOf(told, relay);
  const [operation, channel] = [vera.ledger.operation, fromHex(told.channel)];

  await followLog(vera, operation, channel);

  const reasons = vera.events.map((event) => (event.kind === "quarantined" ? event.reason : event.kind));
  assert.deepEqual(reasons, ["message", "restarted", "restarted"]);
  assert.equal(vera.sessions.get(channelKey(operation, channel))?.standing, Standing.ended);
});

test("C11 what the relay does not show of an ended log is told, and nobody waits for it", async () => {
  const told = vectors<Story & { readonly cut: number; readonly head: string }>("channel/restart.json");
  const relay = new ScriptedRelay(told, told.way_in, [], "");
  relay.show([], [], 2);
  const vera = await veraOf(told, relay);

  await followLog(vera, vera.ledger.operation, fromHex(told.channel));

  assert.deepEqual(
    vera.events.map((event) => event.kind === "quarantined" && [event.reason, event.place.sequence]),
    [["restarted", told.cut]],
  );
});

test("C11 what we said behind the cut is to be said again, what stands before it is not", async () => {
  const told = vectors<Story & { readonly cut: number; readonly head: string }>("channel/restart.json");
  const relay = new ScriptedRelay(told, told.way_in, told.entries, told.head);
  const vera = await veraOf(told, relay);
  const place = { operation: vera.ledger.operation, channel: fromHex(told.channel), generation: 1 };
  for (const sequence of [told.cut, told.cut + 1]) {
    const said = ownWords(vera, place, sequence);
    await vera.write(keptWrites(said, NOW));
  }

  await followLog(vera, place.operation, place.channel);

  assert.equal((await vera.store.scan("posting/")).length, 1);
  assert.equal((await vera.store.scan("sent/")).length, 0);
});

async function entered(
  at: number,
  ledger: readonly string[] = STORY.ledger,
): Promise<{ readonly vera: ChannelDevice; readonly relay: ScriptedRelay }> {
  const relay = new ScriptedRelay(STORY, STORY.way_in, [], "");
  relay.show([], STORY.entries, at);
  const vera = await veraOf(STORY, relay, ledgerOf({ ...STORY, ledger }));
  await follow(vera);
  assert.equal(sessionOf(vera).sequence, at);
  return { vera, relay };
}

function heartbeat(vera: ChannelDevice, { sequence }: { readonly sequence: number }): Signed {
  const { ledger, device } = vera;
  const control = {
    kind: ControlKind.heartbeat,
    message: new Uint8Array(16).fill(sequence),
    operation: ledger.operation,
    channel: CHANNEL,
    author: sha256(device.certificate),
    ledgerSequence: BigInt(ledger.sequence),
    ledgerHash: ledger.headHash,
    writtenAt: BigInt(NOW),
    body: uint(1, 2),
  };
  return signControl(control, device.signingKey);
}

/** Something of ours that the log shows there. */
function ownWords(vera: ChannelDevice, log: LogPlace, sequence: number): ControlDelivered {
  const signed = heartbeat(vera, { sequence });
  const { account, identityKey, certificate } = vera.device;
  return {
    kind: "control",
    place: { ...log, sequence, logHash: new Uint8Array(32), epoch: 2n },
    account,
    identityKey,
    certificate,
    salt: new Uint8Array(32),
    signed,
    control: verifyControl(signed, vera.device.signingKey.publicKey),
    own: true,
    authorRevoked: false,
  };
}

function follow(vera: ChannelDevice): Promise<void> {
  return followLog(vera, OPERATION, CHANNEL);
}

function sessionOf(vera: ChannelDevice): ChannelSession {
  return vera.sessions.get(KEY)!;
}

async function evidence(vera: ChannelDevice): Promise<readonly Bytes[]> {
  const rows = await vera.store.scan(CHANNEL_PREFIX);
  return rows.filter(([key]) => isEvidence(key)).map(([, value]) => value);
}

/** The last two bytes of the signed content. */
function reasonOf(rejection: Bytes): number {
  assert.ok(equal(logOfRejection(rejection).operation, OPERATION));
  return rejection[rejection.length - 64 - 2 - 1]!;
}
