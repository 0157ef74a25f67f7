/** The rules, applied exactly as Python does: the same hostile logs, the same events (tests/vectors/channel/). */

import assert from "node:assert/strict";
import test from "node:test";

import { fromHex, hex } from "../../src/bytes";
import { join } from "../../src/channel/joining";
import { followLog } from "../../src/channel/log-feed";
import { receive } from "../../src/channel/receiving";
import { channelKey, type ChannelSession } from "../../src/channel/session";
import { ProtocolError, Refused, Unavailable } from "../../src/errors";
import { verifyCertificate } from "../../src/ledger/certificate";
import { CertificateMemo } from "../../src/ledger/certificate-memo";
import { SigningKey } from "../../src/primitives/signatures";
import { vectors } from "../vectors";
import {
  entryOf,
  eventTold,
  keyPackageOf,
  ledgerOf,
  ScriptedRelay,
  veraOf,
  type EntryTold,
  type EventTold,
  type Ground,
  type InvitationTold,
} from "./fixture";

type Told = EntryTold & { readonly name: string; readonly event: EventTold };

interface Story extends Ground {
  readonly way_in: InvitationTold;
  readonly head: string;
  readonly entries: readonly Told[];
}

interface Commits extends Ground {
  readonly way_in: InvitationTold;
  readonly cases: readonly (Told & {
    readonly session: { readonly standing: number; readonly sequence: number; readonly judged_at: number };
  })[];
}

interface Welcomes extends Ground {
  readonly cases: readonly (InvitationTold & {
    readonly name: string;
    readonly rule?: string | null;
    readonly sentence?: string;
    readonly session?: {
      readonly sequence: number;
      readonly log_hash: string;
      readonly epoch: number;
      readonly judged_at: number;
      readonly confirmation_tag: string;
    };
  })[];
}

const STORY = vectors<Story>("channel/story.json");
const DEVICE = hex(verifyCertificate(fromHex(STORY.certificate)).device);

test("a log with everything that an insider may try gives Python's events, from the Welcome on", async () => {
  const relay = new ScriptedRelay(STORY, STORY.way_in, STORY.entries, STORY.head);
  const vera = await veraOf(STORY, relay);

  await followLog(vera, vera.ledger.operation, fromHex(STORY.channel));

  assert.equal(vera.events.length, STORY.entries.length);
  STORY.entries.forEach(({ name, event }, place) => {
    assert.deepEqual(eventTold(vera.events[place]!, event), event, name);
  });
  assert.deepEqual(relay.asked, [`DELETE welcomes/${DEVICE}/2`]); // the Welcome is not needed any more
});

test("a page that is closed and opened again after each entry comes to the same events", async () => {
  const channel = fromHex(STORY.channel);
  const relay = new ScriptedRelay(STORY, STORY.way_in, STORY.entries, STORY.head, 1);
  const vera = await veraOf(STORY, relay);
  const key = channelKey(vera.ledger.operation, channel);
  relay.answersBeforeBreaking = 2; // the Commit that adds her, and the first entry behind it

  while (vera.events.length < STORY.entries.length - 1) {
    await assert.rejects(followLog(vera, vera.ledger.operation, channel), Unavailable);
    await vera.reopen(vera.sessions.get(key)!);
    relay.answersBeforeBreaking = 1;
  }
  await followLog(vera, vera.ledger.operation, channel);

  assert.deepEqual(
    vera.events.map((event, place) => eventTold(event, STORY.entries[place]!.event)),
    STORY.entries.map((entry) => entry.event),
  );
});

test("each Commit is judged as Python judges it (C1 to C6, C10)", async () => {
  const told = vectors<Commits>("channel/commits.json");
  const session = await joined(told, told.way_in);
  const logHashes = new Map([[session.sequence, session.logHash]]);
  const witness = { ledger: ledgerOf(told), logHashes, certificates: new CertificateMemo() };

  for (const one of told.cases) {
    const { session: after, event } = await receive(session, entryOf(one), witness);

    assert.deepEqual(eventTold(event, one.event), one.event, one.name);
    const { standing, sequence, judgedAt } = after;
    assert.deepEqual({ standing, sequence, judged_at: judgedAt }, one.session, one.name);
  }
});

test("of many Welcomes exactly those that Python follows are followed (C9)", async () => {
  const told = vectors<Welcomes>("channel/welcomes.json");

  for (const one of told.cases) {
    const verdict = await joined(told, one).then(sessionTold, refusalTold);
    const { rule, sentence, session } = one;
    const expected = session ?? (rule === null ? { rule } : { rule, sentence });

    assert.deepEqual(verdict, expected, one.name);
  }
});

const AT_ONCE = (): Promise<void> => Promise.resolve();

function joined(ground: Ground, told: InvitationTold): Promise<ChannelSession> {
  const ledger = ledgerOf(ground);
  const place = {
    ledger,
    channel: fromHex(ground.channel),
    generation: 1,
    pinned: ledger.members.get(ground.account)!.admittedAt,
    lastEpoch: told.last_epoch === null ? null : BigInt(told.last_epoch),
    certificates: new CertificateMemo(),
  };
  const waiting = {
    device: new Uint8Array(16),
    sequence: told.sequence,
    welcome: fromHex(told.welcome),
    ratchetTree: fromHex(told.ratchet_tree),
  };
  const previous = fromHex(ground.previous[told.sequence - 1]!);
  const page = { previous, entries: told.log.map(entryOf), head: new Uint8Array(0) };
  const keys = { credential: fromHex(ground.certificate), signingKey: new SigningKey(fromHex(ground.device_seed)) };
  return join(ledger.operation, place, { waiting, page }, [keyPackageOf(ground)], keys, AT_ONCE).then((one) => one.session);
}

function sessionTold(session: ChannelSession): unknown {
  return {
    sequence: session.sequence,
    log_hash: hex(session.logHash),
    epoch: Number(session.group.epoch),
    judged_at: session.judgedAt,
    confirmation_tag: hex(session.group.confirmationTag),
  };
}

function refusalTold(error: unknown): unknown {
  if (error instanceof Refused) {
    return { rule: error.rule, sentence: error.sentence };
  }
  assert.ok(error instanceof ProtocolError);
  return { rule: null };
}
