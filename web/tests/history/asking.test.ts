/** H1, H2: what a reader asks for, from a log that it reads backwards and believes only where the chain leads to its own. */

import assert from "node:assert/strict";
import test from "node:test";

import { fromHex, hex, type Bytes } from "../../src/bytes";
import { EntriesWithheld, LogContradicted } from "../../src/channel/errors";
import { kept } from "../../src/channel/posting";
import { channelKey, Standing, type ChannelSession } from "../../src/channel/session";
import { MalformedError, Unavailable } from "../../src/errors";
import { decodeControl } from "../../src/forms/control";
import { ask } from "../../src/history/asking";
import { attendanceWrites } from "../../src/history/attendance";
import { takeAnswer } from "../../src/history/fetching";
import { askOthers, runs } from "../../src/history/lacking";
import { encodeOutline, readBackwards, type LoggedEntry } from "../../src/history/outline";
import { loadAsked, loadOutline, type Asked } from "../../src/history/request";
import { HistoryRefused } from "../../src/ledger/history";
import { decodeHistoryRequest } from "../../src/ledger/history-request";
import { History } from "../../src/ledger/kinds";
import type { Operation } from "../../src/operation/operation";
import type { Document } from "../../src/relay/answers";
import { toBase64 } from "../../src/relay/base64";
import { ChannelRoutes } from "../../src/relay/channel-routes";
import type { EntryTold } from "../channel/fixture";
import { NOW } from "../fakes/channel-host";
import { AnsweringRelay, askedOf, chunksOf, FIXTURE, ledgerOf, outlineOf, Reader } from "./reader";

const GOING_ON = new AbortController().signal;
const DAY = 24 * 3600;
const { operation: OPERATION } = ledgerOf();
const CHANNEL = fromHex(FIXTURE.channel);
const LOG = { operation: OPERATION, channel: CHANNEL, generation: 1 };

/** Shows the fixture's log, three entries to a page, and a test may change what it shows. */
class LogRelay extends AnsweringRelay {
  pages = 0;

  constructor(
    public entries: readonly EntryTold[] = FIXTURE.log,
    chunks: readonly Bytes[] = [],
  ) {
    super(chunks);
  }

  override async ask(method: string, path: string, document?: Document): Promise<Document> {
    if (!path.includes("/log?")) {
      return super.ask(method, path, document);
    }
    const cursor = new URL(path, "https://relay.example").searchParams;
    const [after, limit] = [Number(cursor.get("after")), Number(cursor.get("limit"))];
    const shown = this.entries.filter(({ sequence }) => sequence > after).slice(0, Math.min(limit, 3));
    this.pages += 1;
    return {
      previous: toBase64(fromHex(FIXTURE.hashes[after]!)),
      entries: shown.map((entry) => ({ ...entry, message: toBase64(fromHex(entry.message)) })),
      head: "",
    };
  }
}

/** Vera since the Commit that added her; what she sends waits, since the line is not there for it. */
class Latecomer extends Reader {
  clock = NOW;
  policy: History = History.all;

  override now = (): number => this.clock;

  override async followLedger(): Promise<Operation> {
    throw new Unavailable("the line is broken");
  }

  override operation(): Operation {
    const found = super.operation();
    const policy = { ...found.ledger.charter.policy, history: this.policy };
    const ledger = Object.create(found.ledger, { charter: { value: { ...found.ledger.charter, policy } } }) as typeof found.ledger;
    return { ...found, ledger };
  }

  static async at(relay: LogRelay): Promise<Latecomer> {
    const vera = new Latecomer(relay);
    const session = sessionAt(FIXTURE.entered);
    await vera.store.apply(attendanceWrites(null, session), vera.store.version);
    vera.sessions.set(channelKey(OPERATION, CHANNEL), session);
    return vera;
  }
}

function sessionAt(sequence: number): ChannelSession {
  const logHash = fromHex(FIXTURE.hashes[sequence]!);
  const place = { sequence, logHash, epochBeganAt: sequence, judgedAt: ledgerOf().sequence, standing: Standing.live };
  return { ...LOG, ...place, group: null as never, staged: null, outbox: new Map(), mustCommit: true };
}

async function outlined(relay: LogRelay, last: number, lastHash: string): Promise<readonly LoggedEntry[]> {
  const segments: (readonly LoggedEntry[])[] = [];
  for await (const segment of readBackwards(new ChannelRoutes(relay), LOG, last, fromHex(lastHash))) {
    segments.unshift(segment);
  }
  return segments.flat();
}

test("the log read backwards is Python's outline of it, byte for byte", async () => {
  const entries = await outlined(new LogRelay(), FIXTURE.entered, FIXTURE.hashes[FIXTURE.entered]!);

  assert.equal(hex(encodeOutline(entries.slice(0, -1))), FIXTURE.outline);
});

test("a log that does not lead to the hash that is known is refused, whatever was changed in it (S1, L4)", async () => {
  const known = FIXTURE.hashes[FIXTURE.entered]!;
  const swapped = FIXTURE.log.map((entry, place) => ({ ...entry, message: FIXTURE.log[place === 2 ? 3 : place]!.message }));
  const renamed = FIXTURE.log.map((entry) => (entry.sequence === 3 ? { ...entry, kind: 1 } : entry));
  const gap = FIXTURE.log.filter(({ sequence }) => sequence !== 3);

  await assert.rejects(outlined(new LogRelay(swapped), FIXTURE.entered, known), LogContradicted);
  await assert.rejects(outlined(new LogRelay(renamed), FIXTURE.entered, known), LogContradicted);
  await assert.rejects(outlined(new LogRelay(gap), FIXTURE.entered, known), LogContradicted);
  await assert.rejects(outlined(new LogRelay(FIXTURE.log.slice(0, 9)), FIXTURE.entered, known), EntriesWithheld);
  await assert.rejects(outlined(new LogRelay(FIXTURE.log.map((one) => ({ ...one, kind: 3 }))), 2, known), MalformedError);
});

test("everything before we came is asked for once, and the request waits in the same write (H2)", async () => {
  const vera = await Latecomer.at(new LogRelay());

  const [asked, ...others] = await ask(vera, OPERATION, CHANNEL, GOING_ON);

  assert.deepEqual(others, []);
  assert.deepEqual(asked?.span, { first: FIXTURE.first, last: FIXTURE.last });
  const [posting, ...more] = await kept(vera);
  assert.deepEqual(more, []);
  const said = decodeControl(posting!.signed.content);
  assert.equal(said.kind, 2);
  assert.deepEqual(decodeHistoryRequest(said.body).request, asked?.request);
  assert.deepEqual((await loadOutline(vera.store, asked!)).entries, outlineOf());
});

test("a request that is open is neither begun nor sent again, but for one that nobody answered for a day", async () => {
  const relay = new LogRelay();
  const vera = await Latecomer.at(relay);
  const [first] = await ask(vera, OPERATION, CHANNEL, GOING_ON);
  const { pages } = relay;
  vera.clock += DAY - 1;
  const again = await ask(vera, OPERATION, CHANNEL, GOING_ON);
  assert.equal((await kept(vera)).length, 1);

  vera.clock += 1;
  const [nextDay] = await ask(vera, OPERATION, CHANNEL, GOING_ON);

  assert.deepEqual(again, [first]);
  assert.deepEqual(nextDay?.privateKey, first?.privateKey);
  assert.equal((await kept(vera)).length, 2);
  assert.equal(relay.pages, pages); // the log is not read again
});

test("since admission is from the first Commit on whose anchor includes it (H1)", async () => {
  const vera = await Latecomer.at(new LogRelay());
  vera.policy = History.sinceAdmission;

  const [asked] = await ask(vera, OPERATION, CHANNEL, GOING_ON);

  assert.deepEqual(asked?.span, { first: FIXTURE.places["after her admission"], last: FIXTURE.last });
  vera.store.values.clear();
  const restored = await Latecomer.at(new LogRelay());
  restored.policy = History.sinceAdmission;
  await ask(restored, OPERATION, CHANNEL, GOING_ON);
  await restored.write(new Map((await loadAsked(restored.store)).map((one) => [`history-request/${hex(one.request)}`, null])));
  const [behind] = await ask(restored, OPERATION, CHANNEL, GOING_ON);
  assert.equal(behind?.span.first, asked?.span.first); // what is not open is not looked at again
});

test("where the charter gives no history nothing is asked (H1)", async () => {
  const vera = await Latecomer.at(new LogRelay());
  vera.policy = History.none;

  await assert.rejects(ask(vera, OPERATION, CHANNEL, GOING_ON), HistoryRefused);

  assert.deepEqual(await kept(vera), []);
});

test("a device that is not in the channel asks for nothing", async () => {
  assert.deepEqual(await ask(new Latecomer(new LogRelay()), OPERATION, CHANNEL, GOING_ON), []);
});

test("what was answered for is not asked for again, and what nobody held is, of others, when somebody wants it", async () => {
  const relay = new LogRelay(FIXTURE.log, chunksOf("a server that holds nothing"));
  const vera = await Latecomer.at(relay);
  await vera.store.apply((await Reader.asking(relay)).store.values, vera.store.version);
  assert.equal(await takeAnswer(asReader(vera), askedOf(), GOING_ON), null);
  assert.deepEqual(await ask(vera, OPERATION, CHANNEL, GOING_ON), []);

  await askOthers(vera, OPERATION, CHANNEL);
  await askOthers(vera, OPERATION, CHANNEL); // is being asked for

  const [again, ...others] = (await loadAsked(vera.store)) as [Asked, ...Asked[]];
  assert.deepEqual(others, []);
  assert.deepEqual([again.lacking, again.span], [true, { first: FIXTURE.first, last: FIXTURE.last }]);
  assert.deepEqual(again.passedOver.map(({ why }) => why), [""]); // who lacked it, and is not blamed
});

test("places that lie near are asked for in one request", () => {
  assert.deepEqual(runs([2, 3, 90, 400]), [
    { first: 2, last: 90 },
    { first: 400, last: 400 },
  ]);
  assert.deepEqual(runs([]), []);
});

/** The same mailbox, with the line there for the ledger. */
function asReader(vera: Latecomer): Reader {
  const reader = new Reader(vera.relay);
  return Object.create(reader, { store: { value: vera.store } }) as Reader;
}
