/** A relay that keeps one mailbox in memory: it honours holder and version, and a test may change what it shows. */

import { equal, hex, type Bytes } from "../../src/bytes";
import type { HeldMailbox, MailboxHost, MailboxPage, MailboxRow, MailboxWrite, Stretch } from "../../src/relay/mailbox-routes";
import { RelayRefuses } from "../../src/relay/relay-client";

const PAGE_ROWS = 3; // so that every test reads more than one page
const NONCE_BYTES = 24;

export class FakeMailboxHost implements MailboxHost {
  readonly stored = new Map<string, MailboxRow>();
  readonly writes: MailboxWrite[] = [];
  readonly pages: Stretch["only"][] = []; // that were asked for
  held: HeldMailbox = { holder: 1, version: 0, seal: new Uint8Array(0), clean: true, since: 0 };
  released = false;
  /** Break the line before a write is stored, or behind it. */
  before: (() => void) | null = null;
  after: (() => void) | null = null;

  async page(holder: number, { only, after, until, longest }: Stretch): Promise<MailboxPage> {
    this.require(holder);
    this.pages.push(only);
    const isAsked = (name: string): boolean =>
      (after === null || name > hex(after)) && (until === null || name <= hex(until));
    const asked = [...this.stored.values()].filter((row) => row.cold === (only === "cold") && isAsked(hex(row.name)));
    const page = asked.sort((one, other) => (hex(one.name) < hex(other.name) ? -1 : 1)).slice(0, PAGE_ROWS);
    const isWhole = (row: MailboxRow): boolean => !row.cold && (longest === null || row.sealed.length <= longest);
    const cold = page.filter((row) => !isWhole(row));
    return {
      rows: page.filter(isWhole),
      cold: cold.map((row) => ({ name: row.name, nonce: row.sealed.slice(0, NONCE_BYTES) })),
      next: page.length === PAGE_ROWS ? page[PAGE_ROWS - 1]!.name : null,
    };
  }

  async rows(holder: number, names: readonly Bytes[]): Promise<readonly MailboxRow[]> {
    this.require(holder);
    return names.flatMap((name) => this.stored.get(hex(name)) ?? []).slice(0, PAGE_ROWS);
  }

  async write(write: MailboxWrite): Promise<void> {
    this.before?.();
    this.require(write.holder);
    const again = this.held.version === write.version + 1 && equal(this.held.seal, write.seal);
    if (!again) {
      if (this.held.version !== write.version) {
        throw new RelayRefuses("stale_version", "another version", null);
      }
      this.store(write);
    }
    this.after?.();
  }

  async release(holder: number): Promise<void> {
    this.require(holder);
    this.released = true;
  }

  /** Another computer is the holder from now on. */
  takenOver(): void {
    this.held = { ...this.held, holder: this.held.holder + 1 };
  }

  copy(): FakeMailboxHost {
    const other = new FakeMailboxHost();
    this.stored.forEach((row, name) => other.stored.set(name, row));
    other.held = this.held;
    return other;
  }

  private store(write: MailboxWrite): void {
    this.writes.push(write);
    for (const row of write.rows) {
      if (row.sealed.length === 0) {
        this.stored.delete(hex(row.name));
      } else {
        this.stored.set(hex(row.name), row);
      }
    }
    this.held = { ...this.held, version: write.version + 1, seal: write.seal, clean: false };
  }

  private require(holder: number): void {
    if (holder !== this.held.holder) {
      throw new RelayRefuses("not_holder", "another computer", null);
    }
  }
}
