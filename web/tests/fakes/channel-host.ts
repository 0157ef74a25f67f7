/** A device without a mailbox around it: what the functions of a channel change is kept in memory, and its events told. */

import { hex, type Bytes } from "../../src/bytes";
import type { ChannelEvent } from "../../src/channel/events";
import type { AttestedLogHead, Change, Host, OwnDevice } from "../../src/channel/host";
import { channelKey, type ChannelSession } from "../../src/channel/session";
import { CHANNEL_PREFIX, isEvidence, restoreChannel, sessionWrites } from "../../src/channel/session-rows";
import { UsageError } from "../../src/errors";
import type { Envelope } from "../../src/forms/envelope";
import { CertificateMemo } from "../../src/ledger/certificate-memo";
import type { Ledger } from "../../src/ledger/ledger";
import type { Member } from "../../src/ledger/membership";
import { verifyLogHead } from "../../src/ledger/statements";
import { Group } from "../../src/mls/group";
import type { Operation } from "../../src/operation/operation";
import type { Caller } from "../../src/relay/caller";
import type { Writes } from "../../src/store/state-store";
import { MemoryStore } from "./memory-store";

export const NOW = 1_700_000_000;

export class ChannelDevice implements Host {
  readonly store = new MemoryStore();
  readonly certificates = new CertificateMemo();
  readonly sessions = new Map<string, ChannelSession>();
  readonly logHashes = new Map<string, Map<number, Bytes>>();
  readonly logHeads = new Map<string, AttestedLogHead>();
  readonly events: ChannelEvent[] = [];
  #count = 0;

  constructor(
    readonly device: OwnDevice,
    public ledger: Ledger,
    readonly relay: Caller,
    readonly judgeReport: (operation: Operation, envelope: Envelope) => void,
    public newest: () => Ledger = () => ledger,
  ) {}

  now = (): number => NOW;

  entropy = (length: number): Bytes => {
    this.#count += 1;
    return new Uint8Array(length).fill(this.#count);
  };

  operation(): Operation {
    const { ledger } = this;
    const head = { operation: ledger.operation, sequence: BigInt(ledger.sequence), hash: ledger.headHash, time: 0n };
    return { ledger, head, contents: new Map(), troubles: [], frozen: null } as unknown as Operation; // of it only the ledger counts
  }

  membership(): Member {
    const member = this.ledger.members.get(hex(this.device.account));
    if (member === undefined) {
      throw new UsageError("the device of these tests is a member");
    }
    return member;
  }

  async breathe(): Promise<void> {
    // Nobody else waits.
  }

  async pace(): Promise<void> {
    await this.breathe();
  }

  async followLedger(): Promise<Operation> {
    this.ledger = this.newest();
    return this.operation();
  }

  async write(writes: Writes, { session, event }: Change<ChannelSession> = {}): Promise<void> {
    const kept = new Map(writes);
    const key = session === undefined ? "" : channelKey(session.operation, session.channel);
    const before = this.sessions.get(key) ?? null;
    if (session !== undefined) {
      const held = before?.generation === session.generation ? before : null;
      sessionWrites(held, session).forEach((value, name) => kept.set(name, value));
    }
    await this.store.apply(kept, this.store.version);
    if (session !== undefined) {
      this.sessions.set(key, session);
    }
    if (event !== undefined) {
      this.events.push(event);
    }
  }

  async forgetSession(session: ChannelSession): Promise<void> {
    const rows = await this.store.scan(CHANNEL_PREFIX);
    await this.write(new Map(rows.filter(([key]) => !isEvidence(key)).map(([key]) => [key, null])));
    this.sessions.delete(channelKey(session.operation, session.channel));
  }

  /** The page was closed and opened again: everything is read from the store. */
  async reopen(session: ChannelSession): Promise<void> {
    const prefix = `${CHANNEL_PREFIX}${channelKey(session.operation, session.channel)}/${session.generation}/`;
    const rows = (await this.store.scan(prefix)).map(([key, value]) => [key.slice(prefix.length), value] as const);
    const keys = { credential: this.device.certificate, signingKey: this.device.signingKey };
    const restored = await restoreChannel(session, new Map(rows), (secret, tree) => Group.restore(secret, tree, keys));
    const name = channelKey(session.operation, session.channel);
    if (restored === null) {
      throw new UsageError("nothing was stored of the channel");
    }
    this.sessions.set(name, restored.session);
    this.logHashes.set(name, restored.logHashes);
    this.logHeads.delete(name);
    if (restored.head !== null) {
      const statement = verifyLogHead(restored.head, this.ledger.charter.relayKey);
      this.logHeads.set(name, { encoded: restored.head, statement });
    }
  }
}
