import assert from "node:assert/strict";
import test from "node:test";

import { fromHex } from "../../src/bytes";
import { MalformedError, Unavailable } from "../../src/errors";
import { RelayClient, RelayRefuses } from "../../src/relay/relay-client";
import { listen, QUIET_SECONDS, waitSeconds, type Ears, type Surroundings } from "../../src/relay/stream";
import { readPushed, type Wake } from "../../src/relay/wakes";

const OPERATION = Buffer.from("aa".repeat(32), "hex").toString("base64");
const LEDGER = JSON.stringify({ type: "ledger", operation: OPERATION, sequence: 7 });

/** What one connection does, from its opening on; `asked` is what it was opened with. */
type Connection = (ears: Ears) => void;

class Line {
  readonly asked: { address: string; protocols: readonly string[] }[] = [];
  readonly slept: number[] = [];
  readonly told: Wake[] = [];
  readonly stop = new AbortController();
  questions = 0;
  quiet: (signal: AbortSignal) => Promise<void> = () => new Promise(() => undefined); // it does not come to that

  constructor(
    private readonly connections: Connection[],
    private readonly session: () => Promise<never> = () => Promise.reject(new RelayRefuses("unavailable", "", 1)),
  ) {}

  listen(): Promise<void> {
    const relay = new RelayClient("http://relay.example", { token: "T" });
    relay.ask = () => {
      this.questions += 1;
      return this.session();
    };
    return listen(relay, (wake) => this.told.push(wake), this.surroundings(), this.stop.signal);
  }

  private surroundings(): Surroundings {
    return {
      connect: (address, protocols, ears) => {
        this.asked.push({ address, protocols });
        const next = this.connections.shift() ?? (() => this.stop.abort());
        queueMicrotask(() => next(ears));
        return () => ears.closed(1000);
      },
      sleep: async (seconds, signal) => {
        if (seconds === QUIET_SECONDS) {
          return this.quiet(signal);
        }
        this.slept.push(seconds);
      },
      entropy: (length) => new Uint8Array(length),
    };
  }
}

test("the token travels as a subprotocol, and in no address", async () => {
  const line = new Line([]);

  await line.listen();

  assert.deepEqual(line.asked, [
    { address: "ws://relay.example/v1/stream", protocols: ["cencomm.v1", "cencomm.token.T"] },
  ]);
});

test("a line that breaks is opened again, later each time, and at once after a frame", async () => {
  const breaks: Connection = (ears) => ears.closed(1006);
  const speaks: Connection = (ears) => {
    ears.opened();
    ears.frame(LEDGER);
    ears.closed(4408); // too slow a reader catches up from the log
  };
  const line = new Line([breaks, breaks, breaks, speaks, breaks]);

  await line.listen();

  assert.deepEqual(line.slept, [0.25, 0.5, 1, 0.25, 0.5]);
  assert.deepEqual(line.told.map(({ type }) => type), ["connected", "ledger", "disconnected"]);
});

for (const [code, says] of [
  [4401, "no_session"],
  [4409, "not_holder"],
] as const) {
  test(`a stream that ends with ${code} is not opened again`, async () => {
    const line = new Line([(ears) => (ears.opened(), ears.closed(code))]);

    await assert.rejects(line.listen(), (error) => error instanceof RelayRefuses && error.code === says);

    assert.equal(line.asked.length, 1);
  });
}

test("a stream that ends since one operation revoked us begins anew: the others go on", async () => {
  const line = new Line([
    (ears) => (ears.opened(), ears.closed(4403)),
    (ears) => (ears.opened(), ears.closed(4401)),
  ]);

  await assert.rejects(line.listen(), /session has ended/);

  assert.deepEqual(line.told.map(({ type }) => type), ["connected", "disconnected", "connected"]);
});

test("a page is not told why an upgrade failed, so the relay is asked whether the session stands", async () => {
  const line = new Line([(ears) => ears.closed(1006)], () => Promise.reject(new RelayRefuses("no_session", "", null)));

  await assert.rejects(line.listen(), (error) => error instanceof RelayRefuses && error.code === "no_session");
});

test("a line on which nobody speaks is asked whether it holds, and one that does not answer is opened again", async () => {
  const line = new Line([(ears) => ears.opened()], () => Promise.reject(new Unavailable("the relay does not answer")));
  line.quiet = () => Promise.resolve();

  await line.listen();

  assert.deepEqual(line.told.map(({ type }) => type), ["connected", "disconnected"]);
  assert.equal(line.asked.length, 2);
});

test("a line on which the relay spoke, or answers, is left as it is", async () => {
  const line = new Line([(ears) => (ears.opened(), ears.frame(LEDGER))]);
  let quiets = 0;
  line.quiet = async () => {
    quiets += 1;
    if (quiets === 3) {
      line.stop.abort(); // by then it would have been closed
    }
  };

  await line.listen();

  assert.equal(line.questions, 1); // of the three quiet times one followed a frame, one was asked about
  assert.equal(line.asked.length, 1);
});

test("a relay that pushes what is no frame is not listened to", async () => {
  for (const frame of ["{", "[]", "null", '{"type":"receipt","id":1,"receipt":""}', new ArrayBuffer(1)]) {
    const line = new Line([(ears) => (ears.opened(), ears.frame(frame))]);

    await assert.rejects(line.listen(), MalformedError);
  }
});

test("frames have exactly the fields of section 8", () => {
  const place = { operation: OPERATION, channel: "u7u7u7u7u7u7u7u7u7u7uw==", generation: 1 };
  const entry = { sequence: 3, kind: 2, epoch: 4, message: "AQ==" };
  const good = { type: "log", ...place, entry };

  assert.deepEqual(readPushed(JSON.stringify(good)), {
    type: "log",
    operation: fromHex("aa".repeat(32)),
    channel: fromHex("bb".repeat(16)),
    generation: 1,
    entry: { sequence: 3, kind: 2, epoch: 4, message: Uint8Array.of(1) },
  });
  for (const bad of [
    { ...good, more: 1 },
    { ...good, generation: 0 },
    { ...good, generation: 2 ** 32 },
    { ...good, channel: OPERATION },
    { ...good, entry: { ...entry, kind: 3 } },
    { ...good, entry: { ...entry, time: 3 } },
    { ...good, entry: { ...entry, sequence: -1 } },
    { type: "welcome", ...place, operation: "AQ" },
    { type: "key_packages", device: "AQ==", remaining: 1 },
    { type: "hello" },
    {},
  ]) {
    assert.throws(() => readPushed(JSON.stringify(bad)), MalformedError, JSON.stringify(bad));
  }
});

test("the longest wait is a minute, half of it by chance", () => {
  assert.equal(waitSeconds(50, () => Uint8Array.of(0, 0, 0, 0)), 30);
  assert.ok(waitSeconds(50, () => Uint8Array.of(255, 255, 255, 255)) < 60);
});
