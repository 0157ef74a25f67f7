/**
 * Rows that are read one by one, if ever: of messages that were taken in, and of where each was seen (section 7.1).
 *
 * Which of them there are is not known at the opening, but by bucket, when it is asked for: the names that the relay
 * then shows have to add up to what the sealed tallies say.
 */

import { equal, hex, utf8, type Bytes } from "../bytes";
import { OneAtATime } from "../one-at-a-time";
import * as secretBox from "../primitives/secret-box";
import { sha256 } from "../primitives/hashes";
import type { MailboxHost } from "../relay/mailbox-routes";
import { BUCKETS, bucketOf, namesOf, type ColdTallies } from "./cold-tallies";
import { MailboxAltered } from "./errors";
import { keyOf, list } from "./listing";
import { fetchRows } from "./named-rows";
import { type MailboxSealing, RowKind, type SealedRow } from "./sealing";

export const COLD_PREFIXES: readonly string[] = ["message/", "seen/", "brief/"];

export function isCold(key: string): boolean {
  return COLD_PREFIXES.some((prefix) => key.startsWith(prefix));
}

/** The cold rows at the relay, as far as they are known. What is fetched goes to `keep` at once. */
export class ColdRows {
  readonly #turns = new OneAtATime();
  readonly #rows = new Map<string, SealedRow>(); // by name, of listed buckets
  readonly #unread = new Set<string>(); // names of those whose values are not in memory
  readonly #listed = new Set<number>(); // buckets

  constructor(
    private readonly host: MailboxHost,
    private readonly sealing: MailboxSealing,
    private readonly holder: number,
    listed: ReadonlyMap<string, SealedRow> | null, // all, or none yet
    private readonly keep: (key: string, value: Bytes) => void,
  ) {
    if (listed !== null) {
      listed.forEach((row, name) => this.add(name, row));
      everyBucket().forEach((bucket) => this.#listed.add(bucket));
    }
  }

  /** The row under this name, of a bucket that was listed. */
  at(name: string): SealedRow | null {
    return this.#rows.get(name) ?? null;
  }

  /** It was written, so what the relay has of it does not count any more. */
  forget(key: string): void {
    if (isCold(key)) {
      this.#unread.delete(this.nameOf(key));
    }
  }

  /** A write that shows these rows, and takes those names away, is stored. */
  adopt(shown: ReadonlyMap<string, SealedRow>, gone: Iterable<string>): void {
    shown.forEach((row, name) => row.cold && this.#rows.set(name, row));
    for (const name of gone) {
      this.#rows.delete(name);
    }
  }

  /**
   * What there is under these keys is known: `at` says it.
   *
   * @throws MailboxAltered the relay shows names that do not add up to what was sealed.
   */
  async know(keys: readonly string[], tallies: () => ColdTallies): Promise<void> {
    const names = keys.filter(isCold).map((key) => this.sealing.name(RowKind.value, utf8(key)));
    await this.listAll(new Set(names.map(bucketOf)), tallies);
  }

  /** As far as they are there: these keys are in memory. Throws as `fetchAll`. */
  async fetchSome(keys: readonly string[], tallies: () => ColdTallies): Promise<void> {
    await this.know(keys, tallies);
    const names = keys.filter(isCold).map((key) => this.nameOf(key));
    await this.fetch(names.filter((name) => this.#unread.has(name)));
  }

  /**
   * Everything is in memory.
   *
   * @throws MailboxAltered the relay shows another row, or keeps one back.
   */
  async fetchAll(tallies: () => ColdTallies): Promise<void> {
    await this.listAll(everyBucket(), tallies);
    await this.fetch([...this.#unread].sort());
  }

  /**
   * These keys are in memory, each with the value whose SHA-256 the caller has from a row that the seal counts: what else
   * is there need not be known. Throws as `fetchAll`.
   */
  async fetchAttested(wanted: ReadonlyMap<string, Bytes>): Promise<void> {
    const names = new Map([...wanted].map(([key, hash]) => [this.nameOf(key), { key, hash }] as const));
    await fetchRows(this.host, this.holder, [...names.keys()], (row, name) => {
      const asked = names.get(name);
      const opened = this.sealing.openRow(row.name, row.sealed);
      if (asked === undefined || keyOf(opened) !== asked.key || !equal(sha256(opened.content), asked.hash)) {
        throw new MailboxAltered("the relay gives a row of the mailbox from another time");
      }
      this.#unread.delete(name);
      this.keep(asked.key, opened.content);
    });
  }

  /** Bucket by bucket: what they hold is not to change between two pages of one. */
  private async listAll(buckets: ReadonlySet<number>, tallies: () => ColdTallies): Promise<void> {
    for (const bucket of buckets) {
      if (!this.#listed.has(bucket)) {
        await this.#turns.run(() => this.listBucket(bucket, tallies));
      }
    }
  }

  private async listBucket(bucket: number, tallies: () => ColdTallies): Promise<void> {
    if (this.#listed.has(bucket)) {
      return;
    }
    const { rows } = await list(this.host, this.holder, { only: "cold", ...namesOf(bucket) });
    const found = this.sealing.tally(rows.values());
    const sealed = tallies()[bucket]; // of now: nothing is written in a bucket that was not listed
    const isWhole = sealed !== undefined && found.count === sealed.count && found.total === sealed.total;
    if (!isWhole || [...rows.values()].some(({ name }) => bucketOf(name) !== bucket)) {
      throw new MailboxAltered("the relay gives names of the mailbox's rows that do not belong together");
    }
    rows.forEach((row, name) => this.add(name, row));
    this.#listed.add(bucket);
  }

  private add(name: string, row: SealedRow): void {
    this.#rows.set(name, row);
    this.#unread.add(name);
  }

  private fetch(names: readonly string[]): Promise<void> {
    return fetchRows(this.host, this.holder, names, (row, name) => this.judge(name, row.sealed));
  }

  private judge(name: string, box: Bytes): void {
    const counted = this.#rows.get(name);
    if (counted === undefined || !this.#unread.has(name)) {
      return; // written, or fetched, while this answer was on its way
    }
    if (!equal(box.slice(0, secretBox.NONCE_BYTES), counted.nonce)) {
      throw new MailboxAltered("the relay gives a row of the mailbox from another time");
    }
    const row = this.sealing.openRow(counted.name, box);
    this.#unread.delete(name);
    this.keep(keyOf(row), row.content);
  }

  private nameOf(key: string): string {
    return hex(this.sealing.name(RowKind.value, utf8(key)));
  }
}

function everyBucket(): ReadonlySet<number> {
  return new Set(Array.from({ length: BUCKETS }, (_, bucket) => bucket));
}
