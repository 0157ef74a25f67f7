/** Rows that are read one by one, if ever: of messages that were taken in, and of where each was seen (section 7.1). */

import { equal, hex, utf8, type Bytes } from "../bytes";
import * as secretBox from "../primitives/secret-box";
import type { MailboxHost } from "../relay/mailbox-routes";
import { MailboxAltered } from "./errors";
import { keyOf } from "./loading";
import { type MailboxSealing, RowKind, type SealedRow } from "./sealing";

export const COLD_PREFIXES: readonly string[] = ["message/", "seen/"];
const MAX_NAMES = 500; // in one request: section 9

export function isCold(key: string): boolean {
  return COLD_PREFIXES.some((prefix) => key.startsWith(prefix));
}

/** The cold rows whose keys and values are not in memory. What is fetched goes to `keep` at once. */
export class ColdRows {
  readonly #unread: Set<string>; // names

  constructor(
    private readonly host: MailboxHost,
    private readonly sealing: MailboxSealing,
    private readonly holder: number,
    unread: ReadonlySet<string>,
    private readonly keep: (key: string, value: Bytes) => void,
  ) {
    this.#unread = new Set(unread);
  }

  /** It was written, so what the relay has of it does not count any more. */
  forget(key: string): void {
    if (isCold(key)) {
      this.#unread.delete(this.nameOf(key));
    }
  }

  /** As far as they are there: these keys are in memory. Throws as `fetchAll`. */
  async fetchSome(keys: readonly string[], rows: ReadonlyMap<string, SealedRow>): Promise<void> {
    const names = keys.filter(isCold).map((key) => this.nameOf(key));
    await this.fetch(names.filter((name) => this.#unread.has(name)), rows);
  }

  /**
   * Everything is in memory; `rows` are those that the seal counts.
   *
   * @throws MailboxAltered the relay shows another row, or keeps one back.
   */
  async fetchAll(rows: ReadonlyMap<string, SealedRow>): Promise<void> {
    await this.fetch([...this.#unread].sort(), rows);
  }

  /** Asked for as often as it takes: the relay answers with as many as fit. */
  private async fetch(names: readonly string[], rows: ReadonlyMap<string, SealedRow>): Promise<void> {
    let wanted = names.map((name) => [name, rows.get(name)!] as const); // what is unread was counted
    while (wanted.length > 0) {
      const asked = new Map(wanted.slice(0, MAX_NAMES));
      const answer = await this.host.rows(this.holder, [...asked.values()].map((row) => row.name));
      if (answer.length === 0) {
        throw new MailboxAltered("the relay keeps back rows of the mailbox");
      }
      const got = new Set<string>();
      for (const { name, sealed } of answer) {
        this.judge(asked.get(hex(name)), sealed);
        got.add(hex(name));
      }
      wanted = wanted.filter(([name]) => !got.has(name));
    }
  }

  private judge(counted: SealedRow | undefined, box: Bytes): void {
    if (counted === undefined) {
      throw new MailboxAltered("the relay gives rows of the mailbox that nobody asked for");
    }
    if (!this.#unread.has(hex(counted.name))) {
      return; // written, or fetched, while this answer was on its way
    }
    if (!equal(box.slice(0, secretBox.NONCE_BYTES), counted.nonce)) {
      throw new MailboxAltered("the relay gives a row of the mailbox from another time");
    }
    const row = this.sealing.openRow(counted.name, box);
    this.#unread.delete(hex(counted.name));
    this.keep(keyOf(row), row.content);
  }

  private nameOf(key: string): string {
    return hex(this.sealing.name(RowKind.value, utf8(key)));
  }
}
