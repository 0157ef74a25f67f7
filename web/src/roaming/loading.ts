/** Reading a whole mailbox from the relay that keeps it, and believing it only if it is one that was sealed (D4). */

import { hex, joined, utf8, type Bytes } from "../bytes";
import type { HeldMailbox, MailboxHost } from "../relay/mailbox-routes";
import { changeCold, COLD_TALLIES_KEY, decodeColdTallies, NO_COLD_ROWS, type ColdTallies } from "./cold-tallies";
import { MailboxAltered } from "./errors";
import { keyOf, list, type Listed } from "./listing";
import { chunkName, fetchLong, LONG_BYTES, type Later, type LateValue } from "./long-rows";
import { chunkIdsIn, type MailboxSealing, type Row, RowKind, type SealedRow, type Tally, together } from "./sealing";

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
  readonly opened: readonly Row[]; // the hot rows, but for those that come later
  readonly late: ReadonlySet<string>; // names of those
  readonly cold: Listed | null;
}

/** A mailbox that was sealed as a whole: its values by key, but for cold and late ones. `cold`: as in `Fetched`. */
export interface Loaded {
  readonly stored: Stored;
  readonly values: ReadonlyMap<string, Bytes>;
  readonly late: ReadonlyMap<string, LateValue>; // by key
  readonly cold: ReadonlyMap<string, SealedRow> | null;
}

const ALL = { after: null, until: null, longest: null };

/**
 * What has to be seen of the mailbox before it is believed: the hot rows, and the names of the cold ones where no hot
 * row says what those add up to, or says it under a key of a former password. What is `later` need not come (null: all
 * comes). Throws as `list`.
 */
export async function fetchMailbox(
  host: MailboxHost,
  held: HeldMailbox,
  sealing: MailboxSealing,
  later: Later | null = null,
): Promise<Fetched> {
  const { holder } = held;
  const hot = await list(host, holder, { only: "hot", ...ALL, longest: later === null ? null : LONG_BYTES });
  const short = [...hot.boxes].flatMap(([name, box]) => {
    const row = hot.rows.get(name);
    return row === undefined ? [] : [sealing.openRow(row.name, box)];
  });
  const long = await fetchLong(host, holder, sealing, hot, short, later ?? ((): readonly string[] => []));
  const seen = { held, hot, opened: [...short, ...long.rows], late: long.late };
  const isTold = hot.rows.has(hex(sealing.name(RowKind.value, utf8(COLD_TALLIES_KEY))));
  if (held.version > 0 && isTold && sealing.sealedTally(held.seal, held.version) !== null) {
    return { ...seen, cold: null };
  }
  return { ...seen, cold: await list(host, holder, { only: "cold", ...ALL }) };
}

/**
 * The mailbox at the version that the relay says is the newest. That it is the newest, nobody can tell who keeps
 * nothing on this computer: see rule D5.
 *
 * @throws MailboxAltered rows were exchanged, mixed, taken out or put in, or none of our keys sealed them.
 */
export function loadMailbox({ held, hot, opened, late: lateNames, cold }: Fetched, sealing: MailboxSealing): Loaded {
  const { version } = held;
  const { values, chunks, late } = assemble(opened, (id) => lateNames.has(chunkName(sealing, id)));
  const tallyOfHot = sealing.tally(hot.rows.values());
  if (cold === null) {
    const told = decodeColdTallies(values.get(COLD_TALLIES_KEY) ?? new Uint8Array(0));
    const tally = together([tallyOfHot, ...told]);
    requireSame(tally, sealing.sealedTally(held.seal, version));
    return { stored: { version, rows: hot.rows, chunks, tally, cold: told }, values, late, cold: null };
  }
  if (version > 0) {
    sealing.judgeState(held.seal, [...hot.rows.values(), ...cold.rows.values()], version);
  } else if (hot.rows.size + cold.rows.size > 0 || held.seal.length > 0) {
    throw new MailboxAltered("the relay says that nothing was written, and shows something");
  }
  const tallies = changeCold(sealing, NO_COLD_ROWS, [...cold.rows.values()], []);
  const stored = { version, rows: hot.rows, chunks, tally: together([tallyOfHot, ...tallies]), cold: tallies };
  return { stored, values, late, cold: cold.rows };
}

/** @throws MailboxAltered the rows are not those that were sealed. */
function requireSame(tally: Tally, sealed: Tally | null): void {
  if (sealed === null || tally.count !== sealed.count || tally.total !== sealed.total) {
    throw new MailboxAltered("the relay gives rows of the mailbox that do not belong together");
  }
}

/** Values by their keys, and the chunk ids of those that are in chunks. */
function assemble(
  rows: readonly Row[],
  comesLater: (id: string) => boolean,
): Pick<Loaded, "values" | "late"> & Pick<Stored, "chunks"> {
  const pieces = new Map(rows.filter((row) => row.kind === RowKind.chunk).map((row) => [hex(row.key), row.content]));
  const values = new Map<string, Bytes>();
  const late = new Map<string, LateValue>();
  const chunks = new Map<string, readonly string[]>();
  for (const row of rows) {
    if (row.kind === RowKind.value) {
      values.set(keyOf(row), row.content);
    } else if (row.kind === RowKind.chunked) {
      const ids = chunkIdsIn(row.content);
      const parts = ids.map((id) => pieces.get(id));
      if (parts.every((part) => part !== undefined)) {
        values.set(keyOf(row), joined(parts));
      } else if (ids.every((id) => pieces.has(id) || comesLater(id))) {
        late.set(keyOf(row), { ids, here: pieces });
      } else {
        throw new MailboxAltered("a value of the mailbox lacks a part");
      }
      chunks.set(keyOf(row), ids);
    }
  }
  return { values, late, chunks };
}
