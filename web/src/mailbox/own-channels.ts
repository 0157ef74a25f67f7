/**
 * The channels that this device is in: each one's session, and what is known of its log.
 *
 * What changes of them is written first and adopted then; the mailbox does both, in one write with everything else.
 */

import type { Bytes } from "../bytes";
import type { AttestedLogHead } from "../channel/host";
import { channelKey, type ChannelSession } from "../channel/session";
import { channelPrefix, isEvidence, sessionWrites, type RestoredChannel } from "../channel/session-rows";
import { attendanceWrites } from "../history/attendance";
import { verifyLogHead } from "../ledger/statements";
import type { Operation } from "../operation/operation";
import type { StateStore, Writes } from "../store/state-store";

/** A session that takes the place of what was here: it holds from `adopt` on, which waits until `writes` are durable. */
export interface SessionChange {
  readonly writes: Writes;
  readonly adopt: () => void;
}

/** All by `channelKey`. */
export class OwnChannels {
  readonly sessions = new Map<string, ChannelSession>();
  readonly logHashes = new Map<string, Map<number, Bytes>>();
  readonly logHeads = new Map<string, AttestedLogHead>();
  readonly #unattestedHeads = new Map<string, Bytes>(); // from the store, until their operation's charter is here

  constructor(private readonly store: Pick<StateStore, "scan">) {}

  /** As the store holds it. Its log head counts once `attest` was given the operation. */
  restore({ session, logHashes, head }: RestoredChannel): void {
    const key = channelKey(session.operation, session.channel);
    this.sessions.set(key, session);
    this.logHashes.set(key, logHashes);
    if (head !== null) {
      this.#unattestedHeads.set(key, head);
    }
  }

  /** Log heads of the operation's channels are the relay's word from here on. @throws BadSignature they are not. */
  attest({ ledger }: Operation): void {
    for (const channel of ledger.channels.values()) {
      const key = channelKey(ledger.operation, channel.channel);
      const encoded = this.#unattestedHeads.get(key);
      if (encoded !== undefined) {
        this.logHeads.set(key, { encoded, statement: verifyLogHead(encoded, ledger.charter.relayKey) });
        this.#unattestedHeads.delete(key);
      }
    }
  }

  /** To `session`, with `writes` of whoever changes it; of an earlier generation only evidence is kept. */
  async changing(session: ChannelSession, writes: Writes): Promise<SessionChange> {
    const key = channelKey(session.operation, session.channel);
    const before = this.sessions.get(key) ?? null;
    const replaced = before !== null && before.generation !== session.generation ? before : null;
    const forgotten: Writes = replaced === null ? new Map() : await this.without(replaced);
    const known = replaced === null ? before : null;
    return {
      writes: new Map([...attendanceWrites(before, session), ...forgotten, ...writes, ...sessionWrites(known, session)]),
      adopt: () => this.adopt(key, session, replaced !== null),
    };
  }

  /** What forgets the session, but for evidence against the relay. */
  async without(session: ChannelSession): Promise<Writes> {
    const rows = await this.store.scan(channelPrefix(session));
    return new Map(rows.filter(([key]) => !isEvidence(key)).map(([key]) => [key, null]));
  }

  /** What `without` gave is written: the session is not here any more, nor what was known of its log. */
  forget({ operation, channel }: ChannelSession): void {
    const key = channelKey(operation, channel);
    this.sessions.delete(key);
    this.forgetLog(key);
  }

  private adopt(key: string, session: ChannelSession, isOtherLog: boolean): void {
    this.sessions.set(key, session);
    if (isOtherLog) {
      this.forgetLog(key);
    }
    if (!this.logHashes.has(key)) {
      this.logHashes.set(key, new Map([[session.sequence, session.logHash]]));
    }
  }

  private forgetLog(key: string): void {
    this.logHashes.delete(key);
    this.logHeads.delete(key);
  }
}
