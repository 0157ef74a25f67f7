/** Any bytes are a chunk's items, a request, an outline, or raise the one error of a decoder (H2). */

import assert from "node:assert/strict";
import test from "node:test";

import { fromHex, type Bytes } from "../../src/bytes";
import { vector } from "../../src/codec";
import { MalformedError, ProtocolError } from "../../src/errors";
import { decodeOutline, encodeOutline } from "../../src/history/outline";
import { pair } from "../../src/history/judging";
import { HistoryRefused } from "../../src/ledger/history";
import { verifyChunk } from "../../src/ledger/history-chunk";
import { decodeItems, type Item } from "../../src/ledger/history-items";
import { decodeHistoryRequest, encodeHistoryRequest } from "../../src/ledger/history-request";
import { countingEntropy } from "../fakes/counting-entropy";
import { chunksOf, FIXTURE } from "./reader";

const ROUNDS = 300;

/** What was written honestly, cut short, longer, or with a byte changed somewhere. */
function* damaged(honest: Bytes): Generator<Bytes> {
  const entropy = countingEntropy("damaged");
  for (let round = 0; round < ROUNDS; round += 1) {
    const [where = 0, more = 0, value = 0] = entropy(3);
    const at = (where * 256 + more) % honest.length;
    const changed = honest.slice();
    changed[at] = value;
    yield round % 3 === 0 ? honest.slice(0, at) : round % 3 === 1 ? changed : new Uint8Array([...honest, ...entropy(2)]);
  }
}

test("any bytes are a history request, or malformed; what is one is written the same again", () => {
  for (const data of damaged(fromHex(FIXTURE.body))) {
    decodesOrRefuses(data, decodeHistoryRequest, encodeHistoryRequest);
  }
});

test("any bytes are an outline, or malformed; what is one is written the same again", () => {
  for (const data of damaged(fromHex(FIXTURE.outline))) {
    decodesOrRefuses(data, decodeOutline, encodeOutline);
  }
});

test("any bytes are the items of a chunk, or malformed", () => {
  const padded = new Uint8Array(1024);
  padded.set([12, ...new Uint8Array(7), 3, 2, 1, 1, 97]); // entry 3 set aside, for the reason "a"
  assert.equal(decodeItems(padded).length, 1);
  for (const data of damaged(padded)) {
    decodesOrRefuses(data, decodeItems, null);
  }
});

test("any bytes are a chunk that its server signed, or refused", () => {
  const [honest] = chunksOf("H2 noise");
  for (const data of [...damaged(honest!)].slice(0, 60)) {
    try {
      verifyChunk(data);
      assert.deepEqual(data, honest);
    } catch (error) {
      assert.ok(error instanceof ProtocolError, String(error));
    }
  }
});

function decodesOrRefuses<T>(data: Bytes, decode: (data: Bytes) => T, encode: ((value: T) => Bytes) | null): void {
  let value: T;
  try {
    value = decode(data);
  } catch (error) {
    assert.ok(error instanceof MalformedError, String(error));
    return;
  }
  if (encode !== null) {
    assert.deepEqual(encode(value), data);
  }
}

test("a hundred thousand entries that the log does not hold are refused as one is", () => {
  const items: readonly Item[] = Array.from({ length: 200_000 }, (_, place) => {
    return { kind: "absent", sequence: BigInt(200_007 - place), why: 0, reason: "" };
  });

  assert.throws(() => pair([], items), (error) => error instanceof HistoryRefused && /adds entry 8,/.test(error.message));
});

test("a list that others made is written again however long it is", () => {
  const empty = Array.from({ length: 300_000 }, () => new Uint8Array(1));

  assert.equal(vector(empty).length, 300_004);
});
