/** Reading a whole mailbox from the relay that keeps it, and believing it only if it is one that was sealed (D4). */

import { fromUtf8, hex, joined, utf8, type Bytes } from "../bytes";
import { MalformedError } from "../errors";
import type { HeldMailbox, MailboxHost } from "../relay/mailbox-routes";
import { changeCold, COLD_TALLIES_KEY, decodeColdTallies, NO_COLD_ROWS, type ColdTallies } from "./cold-tallies";
import { MailboxAltered } from "./errors";
import { list, type Listed } from "./listing";
import { CHUNK_ID_BYTES, type MailboxSealing, type Row, RowKind, type SealedRow, type Tally, together } from "./sealing";

/** What the relay holds at `version`: rows by name but for the cold ones, the chunk ids of each value by key. */
export interface Stored {
  readonly version: number;
  readonly rows: ReadonlyMap<string, SealedRow>;
  readonly chunks: ReadonlyMap<string, readonly string[]>;
  readonly tally: Tally; // of all rows
  readonly cold: ColdTallies;
}

/** What the relay gave, believed in nothing. `cold` is null where the names of cold rows were not asked for. */
export interface Fetched {
  readonly held: HeldMailbox;
  readonly hot: Listed;
  readonly cold: Listed | null;
}

/** A mailbox that was sealed as a whole: its values by key, but for the cold ones. `cold`: as in `Fetched`. */
export interface Loaded {
  readonly stored: Stored;
  readonly values: ReadonlyMap<string, Bytes>;
  readonly cold: ReadonlyMap<string, SealedRow> | null;
}

const ALL = { after: null, until: null };

/**
 * What has to be seen of the mailbox before it is believed: the hot rows, and the names of the cold ones where no hot
 * row says what those add up to, or says it under a key of a former password. Throws as `list`.
 */
export async function fetchMailbox(host: MailboxHost, held: HeldMailbox, sealing: MailboxSealing): Promise<Fetched> {
  const hot = await list(host, held.holder, { only: "hot", ...ALL });
  const isTold = hot.rows.has(hex(sealing.name(RowKind.value, utf8(COLD_TALLIES_KEY))));
  if (held.version > 0 && isTold && sealing.sealedTally(held.seal, held.version) !== null) {
    return { held, hot, cold: null };
  }
  return { held, hot, cold: await list(host, held.holder, { only: "cold", ...ALL }) };
}

/**
 * The mailbox at the version that the relay says is the newest. That it is the newest, nobody can tell who keeps
 * nothing on this computer: see rule D5.
 *
 * @throws MailboxAltered rows were exchanged, mixed, taken out or put in, or none of our keys sealed them.
 */
export function loadMailbox({ held, hot, cold }: Fetched, sealing: MailboxSealing): Loaded {
  const { version } = held;
  const opened: Row[] = [];
  for (const [name, box] of hot.boxes) {
    opened.push(sealing.openRow(hot.rows.get(name)!.name, box)); // `boxes` are of `rows`
  }
  const { values, chunks } = assemble(opened);
  const tallyOfHot = sealing.tally(hot.rows.values());
  if (cold === null) {
    const told = decodeColdTallies(values.get(COLD_TALLIES_KEY) ?? new Uint8Array(0));
    const tally = together([tallyOfHot, ...told]);
    requireSame(tally, sealing.sealedTally(held.seal, version));
    return { stored: { version, rows: hot.rows, chunks, tally, cold: told }, values, cold: null };
  }
  if (version > 0) {
    sealing.judgeState(held.seal, [...hot.rows.values(), ...cold.rows.values()], version);
  } else if (hot.rows.size + cold.rows.size > 0 || held.seal.length > 0) {
    throw new MailboxAltered("the relay says that nothing was written, and shows something");
  }
  const tallies = changeCold(sealing, NO_COLD_ROWS, [...cold.rows.values()], []);
  const stored = { version, rows: hot.rows, chunks, tally: together([tallyOfHot, ...tallies]), cold: tallies };
  return { stored, values, cold: cold.rows };
}

/** @throws MailboxAltered the rows are not those that were sealed. */
function requireSame(tally: Tally, sealed: Tally | null): void {
  if (sealed === null || tally.count !== sealed.count || tally.total !== sealed.total) {
    throw new MailboxAltered("the relay gives rows of the mailbox that do not belong together");
  }
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
      values.set(keyOf(row), joined(parts));
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
