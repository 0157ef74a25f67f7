/** What waits in memory, as the next version of what the relay holds: rows that come, rows that go, and their seal. */

import { fromHex, hex, joined, utf8, type Bytes } from "../bytes";
import * as secretBox from "../primitives/secret-box";
import type { MailboxRow, MailboxWrite } from "../relay/mailbox-routes";
import { cut } from "./chunking";
import { isCold, type ColdRows } from "./cold-rows";
import { changeCold, COLD_TALLIES_KEY, encodeColdTallies } from "./cold-tallies";
import type { Stored } from "./loading";
import { type MailboxSealing, type Row, RowKind, type SealedRow } from "./sealing";

const CHUNKED_FROM_BYTES = 4096;
const NOTHING = new Uint8Array(0);

/** The row at the relay under a name, null: none. */
type Held = (name: string) => SealedRow | null;

/** A write as it leaves, once and again; `values` are those that it makes durable, `shown` and `gone` its rows by name. */
export interface SealedWrite {
  readonly write: MailboxWrite;
  readonly values: ReadonlyMap<string, Bytes | null>;
  readonly after: Stored;
  readonly shown: ReadonlyMap<string, SealedRow>;
  readonly gone: ReadonlySet<string>;
}

/**
 * `oldChunks`: ids of chunks that are sealed again although the relay has them. What there is under the cold keys of
 * `waiting` is known to `cold`.
 */
export function sealWrite(
  sealing: MailboxSealing,
  before: Stored,
  cold: Pick<ColdRows, "at">,
  waiting: ReadonlyMap<string, Bytes | null>,
  oldChunks: ReadonlySet<string>,
  holder: number,
): SealedWrite {
  const values = new Map(waiting);
  const chunks = new Map([...before.chunks].filter(([key]) => !values.has(key)));
  const pieces = new Map<string, Bytes>();
  const rows: MailboxRow[] = [];
  const sealed = (row: Row, cold: boolean): MailboxRow => {
    const { name, box } = sealing.sealRow(row);
    return { name, sealed: box, cold };
  };
  for (const [key, value] of values) {
    if (value === null || key === COLD_TALLIES_KEY) {
      continue;
    }
    if (value.length <= CHUNKED_FROM_BYTES || isCold(key)) {
      rows.push(sealed({ kind: RowKind.value, key: utf8(key), content: value }, isCold(key)));
      continue;
    }
    const cutUp = cut(value).map((piece) => [sealing.chunkId(piece), piece] as const);
    rows.push(sealed({ kind: RowKind.chunked, key: utf8(key), content: joined(cutUp.map(([id]) => id)) }, false));
    cutUp.forEach(([id, piece]) => pieces.set(hex(id), piece));
    chunks.set(key, [...new Map(cutUp.map(([id]) => [hex(id), id])).keys()]);
  }
  const heldChunks = allOf(before.chunks);
  for (const [id, piece] of [...pieces].sort(([first], [second]) => (first < second ? -1 : 1))) {
    if (!heldChunks.has(id) || oldChunks.has(id)) {
      rows.push(sealed({ kind: RowKind.chunk, key: fromHex(id), content: piece }, false));
    }
  }
  const held: Held = (name) => before.rows.get(name) ?? cold.at(name);
  const dead = deadNames(sealing, held, heldChunks, allOf(chunks), values);
  const replacedBy = (names: Iterable<string>): readonly SealedRow[] => [...names, ...dead].flatMap((name) => held(name) ?? []);
  const coldShown = rows.filter((row) => row.cold).map(shownOf);
  const tallies = changeCold(sealing, before.cold, coldShown, replacedBy(coldShown.map((row) => hex(row.name))));
  const isTold = before.rows.has(hex(sealing.name(RowKind.value, utf8(COLD_TALLIES_KEY)))) && tallies !== before.cold;
  if (values.has(COLD_TALLIES_KEY) ? values.get(COLD_TALLIES_KEY) !== null : isTold) {
    rows.push(sealed({ kind: RowKind.value, key: utf8(COLD_TALLIES_KEY), content: encodeColdTallies(tallies) }, false));
  }
  const shown = new Map(rows.map((row) => [hex(row.name), shownOf(row)]));
  const hot = [...shown].filter(([, row]) => !row.cold);
  const after: Stored = {
    version: before.version + 1,
    rows: new Map([...[...before.rows].filter(([name]) => !dead.has(name)), ...hot]),
    chunks,
    tally: sealing.change(before.tally, shown.values(), replacedBy(shown.keys())),
    cold: tallies,
  };
  const write: MailboxWrite = {
    holder,
    version: before.version,
    seal: sealing.sealState(after.tally, after.version),
    rows: [...rows, ...[...dead].sort().map((name) => ({ name: fromHex(name), sealed: NOTHING, cold: false }))],
  };
  return { write, values, after, shown, gone: dead };
}

/** Rows at the relay that nothing refers to any more: of values that went, and of chunks that no value has. */
function deadNames(
  sealing: MailboxSealing,
  held: Held,
  heldChunks: ReadonlySet<string>,
  needed: ReadonlySet<string>,
  values: ReadonlyMap<string, Bytes | null>,
): ReadonlySet<string> {
  const chunks = [...heldChunks].filter((id) => !needed.has(id)).map((id) => sealing.name(RowKind.chunk, fromHex(id)));
  const gone = [...values].filter(([, value]) => value === null);
  const names = [...chunks, ...gone.map(([key]) => sealing.name(RowKind.value, utf8(key)))].map(hex);
  return new Set(names.filter((name) => held(name) !== null));
}

function allOf(chunks: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  return new Set([...chunks.values()].flat());
}

function shownOf(row: MailboxRow): SealedRow {
  return { name: row.name, nonce: row.sealed.slice(0, secretBox.NONCE_BYTES), cold: row.cold };
}
