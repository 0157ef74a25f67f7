/**
 * One account's device: its operations and channels, what it took in and what its officer does with it.
 *
 * Every change goes: new state computed -> written in one apply -> adopted -> bytes leave. Whoever changes a channel
 * runs in `turns`, so that the state in memory is always the one that is kept. As `cencomm/client/mailbox.py`.
 */

import type { Stockist } from "../account/key-packages";
import type { RemoteVault } from "../account/remote-vault";
import { hex, type Bytes } from "../bytes";
import type { AttestedLogHead, Change, ChannelPlace, OwnDevice } from "../channel/host";
import { followLog, syncChannel } from "../channel/log-feed";
import type { Publisher } from "../channel/publishing";
import type { SendingHost } from "../channel/sending-host";
import { channelKey, type ChannelSession } from "../channel/session";
import type { Envelope } from "../forms/envelope";
import { CertificateMemo } from "../ledger/certificate-memo";
import type { Pin } from "../ledger/ledger";
import type { Member } from "../ledger/membership";
import type { Leaves } from "../mls/slices";
import { OneAtATime } from "../one-at-a-time";
import type { Progress } from "../operation/following";
import type { Operation } from "../operation/operation";
import type { Entropy } from "../primitives/entropy";
import type { RelayClient } from "../relay/relay-client";
import { SendingRoutes } from "../relay/sending-routes";
import type { StateStore, Writes } from "../store/state-store";
import { Contents } from "./contents";
import type { Digest } from "./digest";
import { listedOf } from "./headline";
import { Holdings } from "./holdings";
import type { Kept } from "./journal";
import { JournalEnd } from "./journal-end";
import { Observers, type Observer } from "./observers";
import { OwnChannels } from "./own-channels";
import { OwnOperations } from "./own-operations";

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

export class Mailbox implements SendingHost {
  readonly turns = new OneAtATime();
  readonly certificates = new CertificateMemo();
  readonly holdings = new Holdings();
  readonly contents: Contents;
  readonly ownOperations: OwnOperations;
  readonly channels: OwnChannels;
  readonly shutOut = new Set<string>(); // by `channelKey`: where a leaf of ours stands that is of no use to us (C9, C10)
  readonly entering = new Map<string, Leaves>(); // channels whose tree is being verified, and how far that is
  readonly routes: SendingRoutes;
  readonly #writes = new OneAtATime(); // within a turn, and for what no channel depends on
  readonly #observers = new Observers();
  #end = JournalEnd.EMPTY;

  constructor(
    readonly store: StateStore,
    readonly device: OwnDevice,
    readonly vault: RemoteVault,
    private readonly environment: Environment,
  ) {
    this.contents = new Contents(store, this.certificates);
    this.routes = new SendingRoutes(environment.relay);
    this.channels = new OwnChannels(store);
    this.ownOperations = new OwnOperations({
      relay: environment.relay,
      device,
      vault,
      channels: this.channels,
      observers: this.#observers,
      write: (writes) => this.write(writes),
    });
  }

  /** Tell `observer` of each change from now on. */
  observe(observer: Observer): void {
    this.#observers.add(observer);
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

  /** Verified since this mailbox was opened, by operation in hexadecimal. */
  get operations(): ReadonlyMap<string, Operation> {
    return this.ownOperations.verified;
  }

  /** What is to be shown of an operation, by its name; `operations` has it where the relay was asked since. */
  shown(name: string): Operation | null {
    return this.ownOperations.shown(name);
  }

  /** How far ledgers reach at least, by operation in hexadecimal. */
  get pins(): ReadonlyMap<string, Pin> {
    return this.ownOperations.pins;
  }

  get sessions(): ReadonlyMap<string, ChannelSession> {
    return this.channels.sessions;
  }

  get logHashes(): Map<string, Map<number, Bytes>> {
    return this.channels.logHashes;
  }

  get logHeads(): Map<string, AttestedLogHead> {
    return this.channels.logHeads;
  }

  /** Throws as `OwnOperations.at`. */
  operation(operation: Bytes): Operation {
    return this.ownOperations.at(operation);
  }

  /** Throws as `OwnOperations.membership`. */
  membership(operation: Bytes): Member {
    return this.ownOperations.membership(operation);
  }

  /** The channels that the ledger opens to us now, in the order in which it declares them. */
  entitledChannels(operation: Bytes): readonly Bytes[] {
    return this.ownOperations.entitledChannels(operation);
  }

  judgeReport(operation: Operation, envelope: Envelope): void {
    this.environment.judgeReport(operation, envelope);
  }

  /** Throws as `OwnOperations.follow`; what is known then stays. */
  followLedger(operation: Bytes, progress: Progress = () => undefined): Promise<Operation> {
    return this.ownOperations.follow(operation, progress);
  }

  /** The operation, as the relay showed it to this opening at least once: who writes stands on that. Throws as `followLedger`. */
  async confirmed(operation: Bytes): Promise<Operation> {
    return this.operations.get(hex(operation)) ?? this.followLedger(operation);
  }

  followLog(operation: Bytes, channel: Bytes): Promise<void> {
    return this.entered(operation, channel, () => followLog(this, operation, channel));
  }

  breathe(): Promise<void> {
    return this.sleep(0);
  }

  async pace({ operation, channel }: ChannelPlace, leaves: Leaves): Promise<void> {
    this.entering.set(channelKey(operation, channel), leaves);
    this.#observers.channelMoved(hex(operation), []);
    await this.breathe();
  }

  /** As `followLog`; whoever finds the door shut knocks (C9, C10). It reads the whole log: once for each connection. */
  async syncChannel(operation: Bytes, channel: Bytes): Promise<void> {
    const key = channelKey(operation, channel);
    const before = this.shutOut.has(key);
    const after = await this.entered(operation, channel, () => syncChannel(this, operation, channel));
    if (before !== after) {
      after ? this.shutOut.add(key) : this.shutOut.delete(key);
      this.#observers.channelMoved(hex(operation), []);
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
    await this.write(await this.channels.without(session));
    this.channels.forget(session);
  }

  /** What was read of the journal at opening, and its newest headlines; from here on `write` goes on behind them. */
  resumeJournal(count: number, digest: Digest): void {
    this.#end = new JournalEnd(count, digest);
  }

  /** Entering is over with `work`, whether it led anywhere or not. */
  private async entered<T>(operation: Bytes, channel: Bytes, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      this.entering.delete(channelKey(operation, channel));
    }
  }

  /** The session, what was taken in and whatever else goes with them: durable together, or nothing of it is so. */
  private async writeNow(writes: Writes, change: Change<ChannelSession>): Promise<void> {
    const { session, event, history } = change;
    const changed = session === undefined ? null : await this.channels.changing(session, writes);
    const taken = this.#end.takingIn(change, this.device.account);
    await this.store.apply(new Map([...(changed?.writes ?? writes), ...taken.writes]), this.store.version);
    changed?.adopt();
    this.#end = taken.end;
    taken.entries.forEach((entry) => this.list(entry));
    const about = session?.operation ?? event?.place.operation ?? history?.operation;
    if (about !== undefined) {
      this.#observers.channelMoved(hex(about), taken.entries);
    }
  }

  private list(entry: Kept): void {
    this.holdings.add(listedOf(entry, this.device.account));
    if (entry.kind === "message") {
      this.contents.add(entry);
    }
  }
}
