/**
 * The operations that the account belongs to: their verified ledgers, how far those reach at least, which are frozen.
 *
 * What is known of one only ever goes forward, over whatever the relay shows (L2, L4).
 */

import type { RemoteVault } from "../account/remote-vault";
import { equal, hex, type Bytes } from "../bytes";
import type { OwnDevice } from "../channel/host";
import { NotAMember } from "../channel/unsendable";
import { entitles } from "../ledger/channel";
import type { Pin } from "../ledger/ledger";
import type { Member } from "../ledger/membership";
import { followOperation, type Progress } from "../operation/following";
import { OperationFrozen, RelayWithholds, type Frozen, type Operation } from "../operation/operation";
import type { RelayClient } from "../relay/relay-client";
import type { Writes } from "../store/state-store";
import { frozenWrites } from "./frozen";
import { keptWrites } from "./kept-operations";
import type { Observers } from "./observers";
import type { OwnChannels } from "./own-channels";
import { encodePin, newer, pinKey } from "./pins";

/** What the operations need of the mailbox around them. */
export interface Surroundings {
  readonly relay: RelayClient;
  readonly device: OwnDevice;
  readonly vault: RemoteVault;
  readonly channels: OwnChannels; // whose log heads wait for their operation's charter
  readonly observers: Observers;

  /** Resolves when `writes` are durable. */
  readonly write: (writes: Writes) => Promise<void>;
}

/** All by operation in hexadecimal. */
export class OwnOperations {
  readonly verified = new Map<string, Operation>(); // since the mailbox was opened
  readonly pins: Map<string, Pin>; // how far the ledgers reach at least, as this account saw them anywhere (L2)
  readonly #kept = new Map<string, Operation>(); // as an earlier opening verified them, and this one has not yet
  readonly #frozen = new Map<string, Frozen>(); // what the relay was caught at, in any opening (L4)

  constructor(private readonly around: Surroundings) {
    this.pins = new Map(around.vault.pins);
  }

  /** As the store holds them. A pin of the vault that reaches further stays. */
  restore(pins: readonly Pin[], frozen: ReadonlyMap<string, Frozen>): void {
    for (const pin of pins) {
      const name = hex(pin.operation);
      this.pins.set(name, newer(this.pins.get(name), pin));
    }
    frozen.forEach((one, name) => this.#frozen.set(name, one));
  }

  /** Operations that an earlier opening verified: shown until this one has asked the relay, and used for nothing else. */
  restoreKept(kept: ReadonlyMap<string, Operation>): void {
    kept.forEach((operation, name) => this.#kept.set(name, { ...operation, frozen: this.#frozen.get(name) ?? null }));
  }

  /** All that `shown` knows. */
  get all(): readonly Operation[] {
    return [...this.verified.values(), ...this.#kept.values()];
  }

  /** The operation to be looked at, by name: verified now, else as it was kept. Whoever sends asks `at`. */
  shown(name: string): Operation | null {
    return this.verified.get(name) ?? this.#kept.get(name) ?? null;
  }

  /**
   * @throws RelayWithholds it is ours, and its ledger was not verified since this mailbox was opened: what waits to be
   *   sent there waits on. Given back to its author it would be written anew, and may be in the log already (S3).
   * @throws NotAMember it is not ours.
   */
  at(operation: Bytes): Operation {
    const found = this.verified.get(hex(operation));
    if (found === undefined && this.pins.has(hex(operation))) {
      throw new RelayWithholds("the operation's ledger is not verified yet: what was written for it waits");
    }
    if (found === undefined) {
      throw new NotAMember("this mailbox does not belong to that operation");
    }
    return found;
  }

  /** Our own place in the operation. Throws as `at`. @throws NotAMember not admitted yet, or revoked. */
  membership(operation: Bytes): Member {
    const { account, identityKey } = this.around.device;
    const member = this.at(operation).ledger.members.get(hex(account));
    if (member === undefined || member.revokedAt !== null || !equal(member.identityKey, identityKey)) {
      throw new NotAMember("the ledger does not admit this account to the operation");
    }
    return member;
  }

  /** The channels that the ledger opens to us now, in the order in which it declares them. */
  entitledChannels(operation: Bytes): readonly Bytes[] {
    try {
      const us = this.membership(operation);
      const channels = [...this.at(operation).ledger.channels.values()];
      return channels.filter((channel) => entitles(channel, us)).map((channel) => channel.channel);
    } catch (error) {
      if (error instanceof NotAMember || error instanceof RelayWithholds) {
        return [];
      }
      throw error;
    }
  }

  /**
   * Also for an operation that is new here. Throws as `followOperation`; what is known then stays. Of a frozen operation
   * nothing more is believed: what we hold of it stays readable, and nobody sends.
   */
  async follow(operation: Bytes, progress: Progress): Promise<Operation> {
    const { relay, device, vault, channels, observers, write } = this.around;
    const name = hex(operation);
    const held = this.shown(name);
    if (held !== null && held.frozen !== null) {
      this.adopt(name, held);
      return held;
    }
    const pin = this.pins.get(name) ?? null;
    const follower = { account: device.account, vault, pin };
    const frozen = this.#frozen.get(name) ?? null;
    let followed: Operation;
    try {
      followed = { ...(await followOperation(relay, operation, held, follower, progress)), frozen };
    } catch (error) {
      if (error instanceof OperationFrozen && held !== null) {
        await this.freeze(held, error);
      }
      throw error;
    }
    const after = followed.ledger.pin;
    const hasMoved = held === null || held.ledger !== followed.ledger || held.contents !== followed.contents;
    if (pin?.sequence !== after.sequence || held?.ledger !== followed.ledger || held.contents.size !== followed.contents.size) {
      await write(new Map([[pinKey(after), encodePin(after)], ...keptWrites(followed)]));
      this.pins.set(name, after);
    }
    const isConfirmed = this.verified.has(name);
    this.adopt(name, followed);
    channels.attest(followed);
    if (hasMoved) {
      observers.operationMoved(name);
    } else if (!isConfirmed) {
      observers.operationConfirmed(name);
    }
    return followed;
  }

  private adopt(name: string, operation: Operation): void {
    this.verified.set(name, operation);
    this.#kept.delete(name);
  }

  /** Both heads are kept before anybody is told (L4). */
  private async freeze(held: Operation, { sentence, evidence }: OperationFrozen): Promise<void> {
    const { operation } = held.ledger;
    const frozen = { sentence, evidence };
    await this.around.write(frozenWrites(operation, frozen));
    this.#frozen.set(hex(operation), frozen);
    this.adopt(hex(operation), { ...held, frozen });
    this.around.observers.operationMoved(hex(operation));
  }
}
