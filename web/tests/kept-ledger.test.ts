/** A ledger that is kept is the ledger that was verified: to whoever looks at it, and to every entry that follows. */

import assert from "node:assert/strict";
import test from "node:test";

import { fromHex, hex, type Bytes } from "../src/bytes";
import { ProtocolError } from "../src/errors";
import { decodeSignedEntry, type SignedEntry } from "../src/ledger/entry";
import { decodeLedger, encodeLedger } from "../src/ledger/kept-ledger";
import { Ledger } from "../src/ledger/ledger";
import { LedgerRefused } from "../src/ledger/refusal";
import { decodeOperation } from "../src/operation/kept-operation";
import { countingEntropy } from "./fakes/counting-entropy";
import { vectors } from "./vectors";

const ROUNDS = 300;

interface Entries {
  readonly entries: readonly { readonly encoded: string }[];
}

interface Refused {
  readonly name: string;
  readonly rule: string;
  readonly encoded: string;
}

/** From the charter on, after each entry: a revocation, a replacement, an ended device, restarts, two signatures. */
function* ledgersOf(story: string): Generator<{ readonly ledger: Ledger; readonly following: SignedEntry | undefined }> {
  const [charter, ...entries] = vectors<Entries>(`ledger/${story}.json`).entries.map(({ encoded }) => signed(encoded));
  let ledger = Ledger.start(charter!);
  for (const entry of entries) {
    yield { ledger, following: entry };
    ledger = ledger.append(entry);
  }
  yield { ledger, following: undefined };
}

function signed(encoded: string): SignedEntry {
  return decodeSignedEntry(fromHex(encoded));
}

for (const story of ["operation", "changes"] as const) {
  test(`at every entry of ${story}.json what is kept is what was verified, and goes on as it did`, () => {
    for (const { ledger, following } of ledgersOf(story)) {
      const kept = decodeLedger(encodeLedger(ledger));

      assert.deepEqual(kept, ledger);
      assert.deepEqual([...kept.members.keys()], [...ledger.members.keys()]); // the order of the roster
      if (following !== undefined) {
        assert.deepEqual(kept.append(following), ledger.append(following));
      }
    }
  });

  test(`what does not follow ${story}.json does not follow what was kept of it, by the same rule (L1 to L8, C11)`, () => {
    const kept = decodeLedger(encodeLedger([...ledgersOf(story)].at(-1)!.ledger));

    for (const one of vectors<Refused[]>(`ledger/${story === "operation" ? "refused" : "changes_refused"}.json`)) {
      assert.throws(
        () => kept.append(signed(one.encoded)),
        (error) => error instanceof LedgerRefused && error.rule === one.rule,
        one.name,
      );
    }
  });
}

test("any bytes are a ledger or operation that was kept, or refused", () => {
  const { ledger } = [...ledgersOf("changes")].at(-1)!;
  for (const data of damaged(encodeLedger(ledger))) {
    for (const decode of [decodeLedger, decodeOperation]) {
      try {
        decode(data);
      } catch (error) {
        assert.ok(error instanceof ProtocolError, `${String(error)}: ${hex(data).slice(0, 80)}`);
      }
    }
  }
});

/** What was written honestly, cut short, longer, or with a byte changed somewhere. */
function* damaged(honest: Bytes): Generator<Bytes> {
  const entropy = countingEntropy("kept");
  for (let round = 0; round < ROUNDS; round += 1) {
    const [where = 0, more = 0, value = 0] = entropy(3);
    const at = (where * 256 + more) % honest.length;
    const changed = honest.slice();
    changed[at] = value;
    yield round % 3 === 0 ? honest.slice(0, at) : round % 3 === 1 ? changed : new Uint8Array([...honest, ...entropy(2)]);
  }
}
