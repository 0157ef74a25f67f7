/** H1, H2: what servers of history answer, and what a reader makes of it: the same as Python (tests/vectors/history/). */

import assert from "node:assert/strict";
import test from "node:test";

import { fromHex, hex, type Bytes } from "../../src/bytes";
import { fetchedWrites, loadAttendance } from "../../src/history/attendance";
import { AnswerRefused } from "../../src/history/errors";
import { takeAnswer } from "../../src/history/fetching";
import { loadMissing } from "../../src/history/missing";
import { loadPassedOver } from "../../src/history/passed-over";
import { askedWrites, bodyOf, loadAsked } from "../../src/history/request";
import { decodeHistoryRequest, encodeHistoryRequest } from "../../src/ledger/history-request";
import { eventTold } from "../channel/fixture";
import { AnsweringRelay, askedOf, chunksOf, FIXTURE, Reader, type Taken } from "./reader";

const NEVER_ENDING = new AbortController().signal;

test("the request is Python's, byte for byte", () => {
  const body = encodeHistoryRequest(bodyOf(askedOf()));

  assert.equal(hex(body), FIXTURE.body);
  assert.deepEqual(decodeHistoryRequest(body), bodyOf(askedOf()));
});

for (const { name, chunks, verdict } of FIXTURE.cases) {
  const made = chunks.map((chunk) => fromHex(chunk));
  if ("refused" in verdict) {
    test(`the relay's doing, for which nobody else is named: ${name} (ADR 0018)`, async () => {
      const reader = await Reader.asking(new ShowingRelay(made));
      const before = new Map(reader.store.values);

      await assert.rejects(takeAnswer(reader, askedOf(), NEVER_ENDING), (error) => {
        assert.ok(error instanceof AnswerRefused);
        assert.equal(verdict.refused ?? error.message, error.message);
        return true;
      });

      assert.deepEqual(reader.store.values, before); // request and key are kept
    });
  } else if ("passed_over" in verdict) {
    test(`not taken, and its server is named: ${name} (H2)`, async () => {
      const relay = new ShowingRelay(made);
      const reader = await Reader.asking(relay);

      const asked = await takeAnswer(reader, askedOf(), NEVER_ENDING);

      assert.deepEqual(reader.fetched, []);
      const [passed] = asked?.passedOver ?? [];
      assert.equal(hex(passed!.server), verdict.passed_over);
      assert.equal(passed!.why, verdict.why ?? passed!.why);
      assert.deepEqual(relay.said, [`DELETE answers/${verdict.passed_over}`]);
      assert.deepEqual(await loadAsked(reader.store), [asked]);
      assert.deepEqual(await loadPassedOver(reader.store, askedOf().operation), [passed]);
    });
  } else {
    test(`taken: ${name} (H2, S4, C12)`, async () => {
      const relay = new AnsweringRelay(made);
      const reader = await Reader.asking(relay);

      const asked = await takeAnswer(reader, askedOf(), NEVER_ENDING);

      await isTaken(reader, verdict);
      const whole = verdict.following > FIXTURE.last;
      assert.equal(asked === null, whole);
      assert.deepEqual(await loadAsked(reader.store), whole ? [] : [asked]);
      assert.equal(relay.said.at(-1), whole ? "DELETE" : `POST taken {"last":${verdict.following - 1}}`);
      if (whole) {
        assert.deepEqual(rowsOf(reader, "history-request/", "history-outline/"), []); // the key is gone, and the outline
      }
    });
  }
}

test("the next server's answer is taken where one signed what is none (H2)", async () => {
  const [noise] = chunksOf("H2 noise");
  const [honest] = chunksOf("a coordinator's answer");
  const relay = new AnsweringRelay([noise!, honest!]);
  const reader = await Reader.asking(relay);

  assert.equal(await takeAnswer(reader, askedOf(), NEVER_ENDING), null);

  assert.equal(reader.fetched.length, 6);
  const named = await loadPassedOver(reader.store, askedOf().operation);
  assert.deepEqual(named.map(({ server }) => `DELETE answers/${hex(server)}`), relay.said.slice(0, 1));
});

test("a relay that hands out again what was refused is told so, and no server for it (ADR 0018)", async () => {
  const relay = new ShowingRelay(chunksOf("H2 noise"));
  relay.stubborn = true;
  const reader = await Reader.asking(relay);

  await assert.rejects(takeAnswer(reader, askedOf(), NEVER_ENDING), /hands out again what was refused/);
});

test("a tab that is killed between two parts goes on with the second, with the same key", async () => {
  const [first, second] = chunksOf("an answer in two parts");
  const relay = new AnsweringRelay([first!]);
  const reader = await Reader.asking(relay);
  await takeAnswer(reader, askedOf(), NEVER_ENDING);
  const killed = new Map(reader.store.values);
  const again = new Reader(new AnsweringRelay([second!]));
  killed.forEach((value, key) => again.store.values.set(key, value));
  const [asked] = await loadAsked(again.store);

  assert.equal(await takeAnswer(again, asked!, NEVER_ENDING), null);

  assert.equal(reader.fetched.length + again.fetched.length, 6);
});

test("what is asked for once more leaves noted what the first request brought", async () => {
  const reader = await Reader.asking(new AnsweringRelay(chunksOf("a coordinator's answer")));
  const log = askedOf();
  const before = { first: FIXTURE.first, last: FIXTURE.last + 9 }; // the first request began there, and went on for longer
  await reader.write(new Map([...fetchedWrites(log, before), ...askedWrites({ ...log, lacking: true })]));

  assert.equal(await takeAnswer(reader, log, NEVER_ENDING), null);

  assert.deepEqual((await loadAttendance(reader.store, log)).fetched, [before]);
});

test("nothing is taken in for a sitting that is over", async () => {
  const reader = await Reader.asking(new AnsweringRelay(chunksOf("the archive's answer")));
  const stop = new AbortController();
  stop.abort();

  await assert.rejects(takeAnswer(reader, askedOf(), stop.signal), { name: "AbortError" });

  assert.deepEqual(reader.fetched, []);
});

async function isTaken(reader: Reader, verdict: Taken): Promise<void> {
  assert.deepEqual(
    reader.fetched.map((event, place) => ({
      sequence: event.place.sequence,
      ...eventTold(event, verdict.events[place] ?? { kind: "none" }),
    })),
    verdict.events,
  );
  const missing = await loadMissing(reader.store, askedOf().operation);
  assert.deepEqual(missing.map(({ sequence, why, reason }) => ({ sequence, why, reason })), verdict.missing);
}

function rowsOf(reader: Reader, ...prefixes: readonly string[]): readonly string[] {
  return [...reader.store.values.keys()].filter((key) => prefixes.some((prefix) => key.startsWith(prefix)));
}

/** Shows what it has until it is told that it is not wanted, whichever entry is asked for. */
class ShowingRelay extends AnsweringRelay {
  stubborn = false;

  protected override handedOut(): readonly Bytes[] {
    return this.said.length > 0 && !this.stubborn ? [] : this.shown;
  }

  private readonly shown = this.chunks;
}
