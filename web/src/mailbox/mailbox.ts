/**
 * One account's device: its operations and channels, what it took in and what its officer does with it.
 *
 * Every change goes: new state computed -> written in one apply -> adopted -> bytes leave. Whoever changes a channel
 * runs in `turns`, so that the state in memory is always the one that is kept. As `cencomm/client/mailbox.py`.
 */

import type { Stockist } from "../account/key-packages";
import type { RemoteVault } from "../account/remote-vault";
import { equal, hex, type Bytes } from "../bytes";
import type { AttestedLogHead, Change, ChannelPlace, OwnDevice } from "../channel/host";
import { followLog, syncChannel } from "../channel/log-feed";
import type { Publisher } from "../channel/publishing";
import type { SendingHost } from "../channel/sending-host";
import { channelKey, type ChannelSession } from "../channel/session";
import { NotAMember } from "../channel/unsendable";
import { channelPrefix, isEvidence, sessionWrites } from "../channel/session-rows";
import { uint } from "../codec";
import type { Envelope } from "../forms/envelope";
import { attendanceWrites } from "../history/attendance";
import { CertificateMemo } from "../ledger/certificate-memo";
import { entitles } from "../ledger/channel";
import type { Pin } from "../ledger/ledger";
import type { Member } from "../ledger/membership";
import { verifyLogHead } from "../ledger/statements";
import type { Leaves } from "../mls/slices";
import { OneAtATime } from "../one-at-a-time";
import { followOperation, type Progress } from "../operation/following";
import { OperationFrozen, RelayWithholds, type Frozen, type Operation } from "../operation/operation";
import type { Entropy } from "../primitives/entropy";
import type { RelayClient } from "../relay/relay-client";
import { SendingRoutes } from "../relay/sending-routes";
import type { StateStore, Writes } from "../store/state-store";
import { frozenWrites } from "./frozen";
import { Contents } from "./contents";
import { Digest } from "./digest";
import { listedOf } from "./headline";
import { Holdings } from "./holdings";
import { COUNT_KEY, keptAll, type Kept } from "./journal";
import { encodePin, pinKey } from "./pins";

/** What a mailbox takes from outside, so that tests can hold it still. */
export interface Environment {
  readonly relay: RelayClient; // whose calls wait until the store is saved
  readonly publisher: Publisher; // which takes what the store holds along
  readonly sleep: (seconds: number) => Promise<void>;
  readonly entropy: Entropy;
  readonly now: () => number; // seconds

  /** @throws ProtocolError the envelope's values do not answer the form that it names. */
  readonly judgeReport: (operation: Operation, envelope: Envelope) => void;
}

/** Is told of each change once it is made. Operations are named in hexadecimal; `kept` is what was taken in. */
export interface Observer {
  operationMoved(operation: string): void; // its ledger went on, or more of its names are here
  channelMoved(operation: string, kept: readonly Kept[]): void; // or asking for history in it went on
}

export class Mailbox implements SendingHost {
  readonly turns = new OneAtATime();
  readonly certificates = new CertificateMemo();
  readonly holdings = new Holdings();
  readonly contents: Contents;
  readonly operations = new Map<string, Operation>();
  readonly pins: Map<string, Pin>; // how far the ledgers reach at least, as this account saw them anywhere (L2)
  readonly frozen = new Map<string, Frozen>(); // by operation: what the relay was caught at, in any opening (L4)
  readonly sessions = new Map<string, ChannelSession>();
  readonly shutOut = new Set<string>(); // by `channelKey`: where a leaf of ours stands that is of no use to us (C9, C10)
  readonly entering = new Map<string, Leaves>(); // channels whose tree is being verified, and how far that is
  readonly logHashes = new Map<string, Map<number, Bytes>>();
  readonly logHeads = new Map<string, AttestedLogHead>();
  readonly unattestedHeads = new Map<string, Bytes>(); // log heads from the store, until their operation's charter is here
  readonly routes: SendingRoutes;
  readonly #writes = new OneAtATime(); // within a turn, and for what no channel depends on
  readonly #observers: Observer[] = [];
  #count = 0; // of what the journal holds
  #digest = Digest.EMPTY; // its newest headlines

  constructor(
    readonly store: StateStore,
    readonly device: OwnDevice,
    readonly vault: RemoteVault,
    private readonly environment: Environment,
  ) {
    this.pins = new Map(vault.pins);
    this.contents = new Contents(store, this.certificates);
    this.routes = new SendingRoutes(environment.relay);
  }

  /** Tell `observer` of each change from now on. */
  observe(observer: Observer): void {
    this.#observers.push(observer);
  }

  get relay(): RelayClient {
    return this.environment.relay;
  }

  get publisher(): Publisher {
    return this.environment.publisher;
  }

  get sleep(): (seconds: number) => Promise<void> {
    return this.environment.sleep;
  }

  get entropy(): Entropy {
    return this.environment.entropy;
  }

  get now(): () => number {
    return this.environment.now;
  }

  /**
   * @throws RelayWithholds it is ours, and its ledger was not verified since this mailbox was opened: what waits to be
   *   sent there waits on. Given back to its author it would be written anew, and may be in the log already (S3).
   * @throws NotAMember it is not ours.
   */
  operation(operation: Bytes): Operation {
    const found = this.operations.get(hex(operation));
    if (found === undefined && this.pins.has(hex(operation))) {
      throw new RelayWithholds("the operation's ledger is not verified yet: what was written for it waits");
    }
    if (found === undefined) {
      throw new NotAMember("this mailbox does not belong to that operation");
    }
    return found;
  }

  membership(operation: Bytes): Member {
    const member = this.operation(operation).ledger.members.get(hex(this.device.account));
    if (member === undefined || member.revokedAt !== null || !equal(member.identityKey, this.device.identityKey)) {
      throw new NotAMember("the ledger does not admit this account to the operation");
    }
    return member;
  }

  /** The channels that the ledger opens to us now, in the order in which it declares them. */
  entitledChannels(operation: Bytes): readonly Bytes[] {
    try {
      const us = this.membership(operation);
      const channels = [...this.operation(operation).ledger.channels.values()];
      return channels.filter((channel) => entitles(channel, us)).map((channel) => channel.channel);
    } catch (error) {
      if (error instanceof NotAMember || error instanceof RelayWithholds) {
        return [];
      }
      throw error;
    }
  }

  judgeReport(operation: Operation, envelope: Envelope): void {
    this.environment.judgeReport(operation, envelope);
  }

  /**
   * Also for an operation that is new here. Throws as `followOperation`; what is known then stays. Of a frozen operation
   * nothing more is believed: what we hold of it stays readable, and nobody sends.
   */
  async followLedger(operation: Bytes, progress: Progress = () => undefined): Promise<Operation> {
    const name = hex(operation);
    const held = this.operations.get(name) ?? null;
    if (held !== null && held.frozen !== null) {
      return held;
    }
    const pin = this.pins.get(name) ?? null;
    const follower = { account: this.device.account, vault: this.vault, pin };
    const frozen = this.frozen.get(name) ?? null;
    let followed: Operation;
    try {
      followed = { ...(await followOperation(this.relay, operation, held, follower, progress)), frozen };
    } catch (error) {
      if (error instanceof OperationFrozen && held !== null) {
        await this.freeze(held, error);
      }
      throw error;
    }
    const after = followed.ledger.pin;
    if (pin === null || pin.sequence !== after.sequence) {
      await this.write(new Map([[pinKey(after), encodePin(after)]]));
      this.pins.set(name, after);
    }
    this.operations.set(name, followed);
    this.attestHeads(followed);
    if (held === null || held.ledger !== followed.ledger || held.contents !== followed.contents) {
      this.#observers.forEach((one) => one.operationMoved(name));
    }
    return followed;
  }

  followLog(operation: Bytes, channel: Bytes): Promise<void> {
    return this.entered(operation, channel, () => followLog(this, operation, channel));
  }

  breathe(): Promise<void> {
    return this.sleep(0);
  }

  async pace({ operation, channel }: ChannelPlace, leaves: Leaves): Promise<void> {
    this.entering.set(channelKey(operation, channel), leaves);
    this.#observers.forEach((one) => one.channelMoved(hex(operation), []));
    await this.breathe();
  }

  /** As `followLog`; whoever finds the door shut knocks (C9, C10). It reads the whole log: once for each connection. */
  async syncChannel(operation: Bytes, channel: Bytes): Promise<void> {
    const key = channelKey(operation, channel);
    const before = this.shutOut.has(key);
    const after = await this.entered(operation, channel, () => syncChannel(this, operation, channel));
    if (before !== after) {
      after ? this.shutOut.add(key) : this.shutOut.delete(key);
      this.#observers.forEach((one) => one.channelMoved(hex(operation), []));
    }
  }

  /** Whose key packages wait at the relay (C8). */
  get stockist(): Stockist {
    const { device, certificate, signingKey } = this.device;
    const { store, routes, entropy, now } = this;
    const keys = { credential: certificate, signingKey };
    return { device, keys, store, routes, entropy, now, write: (writes) => this.write(writes) };
  }

  write(writes: Writes, change: Change<ChannelSession> = {}): Promise<void> {
    return this.#writes.run(() => this.writeNow(writes, change));
  }

  async forgetSession(session: ChannelSession): Promise<void> {
    await this.write(await this.without(session));
    const key = channelKey(session.operation, session.channel);
    this.sessions.delete(key);
    this.forgetLog(key);
  }

  /** What was read of the journal at opening, and its newest headlines; from here on `write` goes on behind them. */
  resumeJournal(count: number, digest: Digest): void {
    this.#count = count;
    this.#digest = digest;
  }

  /** Entering is over with `work`, whether it led anywhere or not. */
  private async entered<T>(operation: Bytes, channel: Bytes, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      this.entering.delete(channelKey(operation, channel));
    }
  }

  private attestHeads({ ledger }: Operation): void {
    for (const channel of ledger.channels.values()) {
      const key = channelKey(ledger.operation, channel.channel);
      const encoded = this.unattestedHeads.get(key);
      if (encoded !== undefined) {
        this.logHeads.set(key, { encoded, statement: verifyLogHead(encoded, ledger.charter.relayKey) });
        this.unattestedHeads.delete(key);
      }
    }
  }

  private async writeNow(writes: Writes, { session, event, history }: Change<ChannelSession>): Promise<void> {
    const kept = new Map<string, Bytes | null>();
    const key = session === undefined ? "" : channelKey(session.operation, session.channel);
    let before = this.sessions.get(key) ?? null;
    const replaces = session !== undefined && before !== null && before.generation !== session.generation;
    if (session !== undefined) {
      addTo(kept, attendanceWrites(before, session));
    }
    if (replaces && before !== null) {
      addTo(kept, await this.without(before));
      before = null;
    }
    addTo(kept, writes);
    if (session !== undefined) {
      addTo(kept, sessionWrites(before, session));
    }
    const entries = event === undefined ? keptAll(history?.fetched ?? [], this.#count) : keptAll([event], this.#count, false);
    const { digest, writes: rows } = this.#digest.takingIn(entries);
    addTo(kept, rows);
    const count = this.#count + entries.length;
    if (entries.length > 0) {
      kept.set(COUNT_KEY, uint(count, 8));
    }
    await this.store.apply(kept, this.store.version);
    if (session !== undefined) {
      this.sessions.set(key, session);
      if (replaces) {
        this.forgetLog(key);
      }
      if (!this.logHashes.has(key)) {
        this.logHashes.set(key, new Map([[session.sequence, session.logHash]]));
      }
    }
    this.#count = count;
    this.#digest = digest;
    entries.forEach((entry) => this.list(entry));
    const about = session?.operation ?? event?.place.operation ?? history?.operation;
    if (about !== undefined) {
      this.#observers.forEach((one) => one.channelMoved(hex(about), entries));
    }
  }

  private list(entry: Kept): void {
    this.holdings.add(listedOf(entry));
    if (entry.kind === "message") {
      this.contents.add(entry);
    }
  }

  /** Both heads are kept before anybody is told (L4). */
  private async freeze(held: Operation, { sentence, evidence }: OperationFrozen): Promise<void> {
    const { operation } = held.ledger;
    const frozen = { sentence, evidence };
    await this.write(frozenWrites(operation, frozen));
    this.frozen.set(hex(operation), frozen);
    this.operations.set(hex(operation), { ...held, frozen });
    this.#observers.forEach((one) => one.operationMoved(hex(operation)));
  }

  /** What forgets the session, but for evidence against the relay. */
  private async without(session: ChannelSession): Promise<Writes> {
    const rows = await this.store.scan(channelPrefix(session));
    return new Map(rows.filter(([key]) => !isEvidence(key)).map(([key]) => [key, null]));
  }

  private forgetLog(key: string): void {
    this.logHashes.delete(key);
    this.logHeads.delete(key);
  }
}

function addTo(kept: Map<string, Bytes | null>, writes: Writes): void {
  for (const [key, value] of writes) {
    kept.set(key, value);
  }
}
