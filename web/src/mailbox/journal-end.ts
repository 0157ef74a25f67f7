/**
 * Where the journal ends: how much it holds and the page of headlines that grows with it, which go on in one write.
 *
 * Immutable: the mailbox adopts the next one when its write is done.
 */

import type { Bytes } from "../bytes";
import type { Change } from "../channel/host";
import { uint } from "../codec";
import type { Writes } from "../store/state-store";
import { Digest } from "./digest";
import { COUNT_KEY, keptAll, type Kept } from "./journal";

/** What a write takes in: `end` holds once `writes` are durable, and `entries` are here. */
export interface TakenIn {
  readonly entries: readonly Kept[];
  readonly writes: Writes;
  readonly end: JournalEnd;
}

export class JournalEnd {
  static readonly EMPTY = new JournalEnd(0, Digest.EMPTY);

  constructor(
    private readonly count: number, // of what the journal holds
    private readonly digest: Digest, // its newest headlines
  ) {}

  /** Behind the event, or else behind what came of history. Nothing is to be written where nothing is kept of it. `account` is ours. */
  takingIn<Session>({ event, history }: Change<Session>, account: Bytes): TakenIn {
    const entries = event === undefined ? keptAll(history?.fetched ?? [], this.count) : keptAll([event], this.count, false);
    const { digest, writes: rows } = this.digest.takingIn(entries, account);
    const count = this.count + entries.length;
    const writes = new Map<string, Bytes | null>(rows);
    if (entries.length > 0) {
      writes.set(COUNT_KEY, uint(count, 8));
    }
    return { entries, writes, end: new JournalEnd(count, digest) };
  }
}
