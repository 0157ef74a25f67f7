/**
 * Long values that come when they are needed: the trees of channels, which a list does not wait for (section 7.1).
 *
 * Of a large mailbox's long rows the relay shows name and nonce, which is what the seal counts. All of them are fetched
 * at the opening but the chunks of such values; whatever comes later has to be the row that was counted.
 */

import { equal, fromHex, hex, joined, utf8, type Bytes } from "../bytes";
import { OneAtATime } from "../one-at-a-time";
import * as secretBox from "../primitives/secret-box";
import type { MailboxHost, MailboxRow } from "../relay/mailbox-routes";
import { MailboxAltered } from "./errors";
import { keyOf, type Listed } from "./listing";
import { fetchRows } from "./named-rows";
import { chunkIdsIn, type MailboxSealing, type Row, RowKind, type SealedRow } from "./sealing";

export const LONG_BYTES = 1 << 10;

/** Of the keys of a mailbox's short values, and those beside them: whose values may come later. */
export type Later = (keys: readonly string[]) => readonly string[];

/** A value of which some chunks are not here yet. */
export interface LateValue {
  readonly ids: readonly string[]; // of all its chunks, in order
  readonly here: ReadonlyMap<string, Bytes>; // by id
}

/** Long rows that were fetched, and the names of those that were not. */
export interface LongRows {
  readonly rows: readonly Row[];
  readonly late: ReadonlySet<string>;
}

/** @throws MailboxAltered the relay keeps a row back, or gives another than it showed. */
export async function fetchLong(
  host: Pick<MailboxHost, "rows">,
  holder: number,
  sealing: MailboxSealing,
  listed: Listed,
  short: readonly Row[],
  later: Later,
): Promise<LongRows> {
  const absent = new Set([...listed.rows.keys()].filter((name) => !listed.boxes.has(name)));
  const rows: Row[] = [];
  const fetch = async (names: readonly string[]): Promise<void> => {
    await fetchRows(host, holder, names, (row, name) => rows.push(openCounted(sealing, listed.rows.get(name), row)));
    names.forEach((name) => absent.delete(name));
  };
  const keys = new Set(later(short.filter((row) => row.kind !== RowKind.chunk).map(keyOf)));
  const names = [...keys].map((key) => hex(sealing.name(RowKind.value, utf8(key))));
  await fetch(names.filter((name) => absent.has(name)));
  const lists = [...short, ...rows].filter((row) => row.kind === RowKind.chunked && keys.has(keyOf(row)));
  const chunks = lists.flatMap((row) => chunkIdsIn(row.content)).map((id) => chunkName(sealing, id));
  const late = new Set(chunks.filter((name) => absent.has(name)));
  await fetch([...absent].filter((name) => !late.has(name)));
  return { rows, late };
}

/** The values of an opened mailbox that are not in memory; what is fetched goes to `keep`. */
export class LateValues {
  readonly #turns = new OneAtATime();
  readonly #values: Map<string, LateValue>;

  constructor(
    private readonly host: Pick<MailboxHost, "rows">,
    private readonly sealing: MailboxSealing,
    private readonly holder: number,
    late: ReadonlyMap<string, LateValue>, // by key
    private readonly keep: (key: string, value: Bytes) => void,
  ) {
    this.#values = new Map(late);
  }

  /** Whether one of them has a key that begins so. */
  begin(prefix: string): boolean {
    return [...this.#values.keys()].some((key) => key.startsWith(prefix));
  }

  /** It was written: what the relay has of it does not count any more. */
  forget(key: string): void {
    this.#values.delete(key);
  }

  /**
   * All are in memory. `counted`: the rows that the seal counts, by name.
   *
   * @throws MailboxAltered the relay keeps a chunk back, or gives it from another time (D4).
   */
  fetchAll(counted: () => ReadonlyMap<string, SealedRow>): Promise<void> {
    return this.#turns.run(async () => {
      const missing = [...this.#values.values()].flatMap(({ ids, here }) => ids.filter((id) => !here.has(id)));
      const fetched = new Map<string, Bytes>();
      const names = [...new Set(missing)].map((id) => chunkName(this.sealing, id));
      await fetchRows(this.host, this.holder, names, (row, name) => {
        const { kind, key, content } = openCounted(this.sealing, counted().get(name), row);
        if (kind === RowKind.chunk) {
          fetched.set(hex(key), content);
        }
      });
      for (const [key, { ids, here }] of this.#values) {
        const parts = ids.map((id) => here.get(id) ?? fetched.get(id));
        if (!parts.every((part) => part !== undefined)) {
          throw new MailboxAltered("a value of the mailbox lacks a part");
        }
        this.keep(key, joined(parts));
      }
      this.#values.clear();
    });
  }
}

/** @throws MailboxAltered it is not the row that was counted. */
function openCounted(sealing: MailboxSealing, counted: SealedRow | undefined, row: MailboxRow): Row {
  if (counted === undefined || !equal(row.sealed.slice(0, secretBox.NONCE_BYTES), counted.nonce)) {
    throw new MailboxAltered("the relay gives a row of the mailbox from another time");
  }
  return sealing.openRow(counted.name, row.sealed);
}

export function chunkName(sealing: MailboxSealing, id: string): string {
  return hex(sealing.name(RowKind.chunk, fromHex(id)));
}
