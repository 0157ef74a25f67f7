/** Reading a whole mailbox from the relay that keeps it, and believing it only if it is one that was sealed (D4). */

import { concat, fromUtf8, hex, type Bytes } from "../bytes";
import { MalformedError } from "../errors";
import * as secretBox from "../primitives/secret-box";
import type { HeldMailbox, MailboxHost, MailboxPage } from "../relay/mailbox-routes";
import { MailboxAltered } from "./errors";
import { CHUNK_ID_BYTES, type MailboxSealing, type Row, RowKind, type SealedRow, type Tally } from "./sealing";

const MAX_ROWS = 200_000; // of an account: section 9

/** What the relay holds at `version`: rows by name, the chunk ids of each value by key, and what all add up to. */
export interface Stored {
  readonly version: number;
  readonly rows: ReadonlyMap<string, SealedRow>;
  readonly chunks: ReadonlyMap<string, readonly string[]>;
  readonly tally: Tally;
}

/** What the relay gave, believed in nothing: `boxes` are the sealed rows but for the cold ones. */
export interface Fetched {
  readonly held: HeldMailbox;
  readonly rows: ReadonlyMap<string, SealedRow>;
  readonly boxes: ReadonlyMap<string, Bytes>;
}

/** A mailbox that was sealed as a whole: its values by key, but for the cold ones, of which there are names. */
export interface Loaded {
  readonly stored: Stored;
  readonly values: ReadonlyMap<string, Bytes>;
  readonly unread: ReadonlySet<string>;
}

/**
 * Every row that the relay shows.
 *
 * @throws MailboxAltered it shows a row twice, or more than there can be.
 * @throws RelayRefuses `not_holder`: another computer took the mailbox meanwhile.
 */
export async function fetchMailbox(host: MailboxHost, held: HeldMailbox): Promise<Fetched> {
  const rows = new Map<string, SealedRow>();
  const boxes = new Map<string, Bytes>();
  let after: Bytes | null = null;
  for (;;) {
    const page: MailboxPage = await host.page(held.holder, after);
    const found = shown(page);
    for (const row of found) {
      const name = hex(row.name);
      if (rows.has(name) || rows.size >= MAX_ROWS) {
        throw new MailboxAltered("the relay gives rows of the mailbox twice, or more than there can be");
      }
      rows.set(name, row);
    }
    for (const row of page.rows) {
      boxes.set(hex(row.name), row.sealed);
    }
    if (page.next === null || found.length === 0) {
      return { held, rows, boxes };
    }
    after = page.next;
  }
}

/**
 * The mailbox at the version that the relay says is the newest. That it is the newest, nobody can tell who keeps
 * nothing on this computer: see rule D5.
 *
 * @throws MailboxAltered rows were exchanged, mixed, taken out or put in, or none of our keys sealed them.
 */
export function loadMailbox({ held, rows, boxes }: Fetched, sealing: MailboxSealing): Loaded {
  if (held.version > 0) {
    sealing.judgeState(held.seal, rows.values(), held.version);
  } else if (rows.size > 0 || held.seal.length > 0) {
    throw new MailboxAltered("the relay says that nothing was written, and shows something");
  }
  const opened: Row[] = [];
  for (const [name, box] of boxes) {
    opened.push(sealing.openRow(rows.get(name)!.name, box)); // `boxes` are some of `rows`
  }
  const { values, chunks } = assemble(opened);
  const unread = new Set([...rows].filter(([, row]) => row.cold).map(([name]) => name));
  return { stored: { version: held.version, rows, chunks, tally: sealing.tally(rows.values()) }, values, unread };
}

/** The key of a value, as text. @throws MailboxAltered no text. */
export function keyOf(row: Row): string {
  try {
    return fromUtf8(row.key);
  } catch (error) {
    if (error instanceof MalformedError) {
      throw new MailboxAltered("a key of the mailbox is no text");
    }
    throw error;
  }
}

function shown(page: MailboxPage): readonly SealedRow[] {
  return [
    ...page.rows.map(({ name, sealed }) => ({ name, nonce: sealed.slice(0, secretBox.NONCE_BYTES), cold: false })),
    ...page.cold.map(({ name, nonce }) => ({ name, nonce, cold: true })),
  ];
}

/** Values by their keys, and the chunk ids of those that are in chunks. */
function assemble(rows: readonly Row[]): Pick<Loaded, "values"> & Pick<Stored, "chunks"> {
  const pieces = new Map(rows.filter((row) => row.kind === RowKind.chunk).map((row) => [hex(row.key), row.content]));
  const values = new Map<string, Bytes>();
  const chunks = new Map<string, readonly string[]>();
  for (const row of rows) {
    if (row.kind === RowKind.value) {
      values.set(keyOf(row), row.content);
    } else if (row.kind === RowKind.chunked) {
      const ids = idsOf(row.content);
      const parts = ids.map((id) => pieces.get(id));
      if (!parts.every((part) => part !== undefined)) {
        throw new MailboxAltered("a value of the mailbox lacks a part");
      }
      values.set(keyOf(row), concat(...parts));
      chunks.set(keyOf(row), ids);
    }
  }
  return { values, chunks };
}

function idsOf(content: Bytes): readonly string[] {
  return Array.from({ length: Math.ceil(content.length / CHUNK_ID_BYTES) }, (_, place) =>
    hex(content.slice(place * CHUNK_ID_BYTES, (place + 1) * CHUNK_ID_BYTES)),
  );
}
