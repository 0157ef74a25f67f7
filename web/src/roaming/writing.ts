/** What waits in memory, as the next version of what the relay holds: rows that come, rows that go, and their seal. */

import { concat, fromHex, hex, utf8, type Bytes } from "../bytes";
import * as secretBox from "../primitives/secret-box";
import type { MailboxRow, MailboxWrite } from "../relay/mailbox-routes";
import { cut } from "./chunking";
import { isCold } from "./cold-rows";
import type { Stored } from "./loading";
import { type MailboxSealing, type Row, RowKind, type SealedRow } from "./sealing";

const CHUNKED_FROM_BYTES = 4096;
const NOTHING = new Uint8Array(0);

/** A write as it leaves, once and again; `values` are those that it makes durable. */
export interface SealedWrite {
  readonly write: MailboxWrite;
  readonly values: ReadonlyMap<string, Bytes | null>;
  readonly after: Stored;
}

/** `oldChunks`: ids of chunks that are sealed again although the relay has them. */
export function sealWrite(
  sealing: MailboxSealing,
  before: Stored,
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
    if (value === null) {
      continue;
    }
    if (value.length <= CHUNKED_FROM_BYTES || isCold(key)) {
      rows.push(sealed({ kind: RowKind.value, key: utf8(key), content: value }, isCold(key)));
      continue;
    }
    const cutUp = cut(value).map((piece) => [sealing.chunkId(piece), piece] as const);
    rows.push(sealed({ kind: RowKind.chunked, key: utf8(key), content: concat(...cutUp.map(([id]) => id)) }, false));
    cutUp.forEach(([id, piece]) => pieces.set(hex(id), piece));
    chunks.set(key, [...new Map(cutUp.map(([id]) => [hex(id), id])).keys()]);
  }
  const held = allOf(before.chunks);
  for (const [id, piece] of [...pieces].sort(([first], [second]) => (first < second ? -1 : 1))) {
    if (!held.has(id) || oldChunks.has(id)) {
      rows.push(sealed({ kind: RowKind.chunk, key: fromHex(id), content: piece }, false));
    }
  }
  const dead = deadNames(sealing, before, held, allOf(chunks), values);
  const shown = new Map(rows.map((row) => [hex(row.name), shownOf(row)]));
  const replaced = [...shown.keys(), ...dead].flatMap((name) => before.rows.get(name) ?? []);
  const after: Stored = {
    version: before.version + 1,
    rows: new Map([...[...before.rows].filter(([name]) => !dead.has(name)), ...shown]),
    chunks,
    tally: sealing.change(before.tally, shown.values(), replaced),
  };
  const write: MailboxWrite = {
    holder,
    version: before.version,
    seal: sealing.sealState(after.tally, after.version),
    rows: [...rows, ...[...dead].sort().map((name) => ({ name: fromHex(name), sealed: NOTHING, cold: false }))],
  };
  return { write, values, after };
}

/** Rows at the relay that nothing refers to any more: of values that went, and of chunks that no value has. */
function deadNames(
  sealing: MailboxSealing,
  before: Stored,
  held: ReadonlySet<string>,
  needed: ReadonlySet<string>,
  values: ReadonlyMap<string, Bytes | null>,
): ReadonlySet<string> {
  const chunks = [...held].filter((id) => !needed.has(id)).map((id) => sealing.name(RowKind.chunk, fromHex(id)));
  const gone = [...values].filter(([, value]) => value === null);
  const names = [...chunks, ...gone.map(([key]) => sealing.name(RowKind.value, utf8(key)))].map(hex);
  return new Set(names.filter((name) => before.rows.has(name)));
}

function allOf(chunks: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  return new Set([...chunks.values()].flat());
}

function shownOf(row: MailboxRow): SealedRow {
  return { name: row.name, nonce: row.sealed.slice(0, secretBox.NONCE_BYTES), cold: row.cold };
}
