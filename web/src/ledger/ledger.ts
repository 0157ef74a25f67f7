/**
 * Folds ledger entries into the state of an operation (rules L, C11; docs/protocol.md section 3.3).
 *
 * Every Ledger is a verified prefix of one chain: it comes from `start` and `append`, which refuse what does not follow
 * and change nothing then, or it was kept by us as one of those. The verdicts are those of `cencomm/ledger/replay.py`: tests/vectors/ledger/.
 */

import { concat, equal, hex, type Bytes } from "../bytes";
import { opaque } from "../codec";
import { UsageError } from "../errors";
import type { Body } from "./bodies";
import { entitles, type Channel } from "./channel";
import type { Charter } from "./charter";
import type { ContentKeyRef } from "./content-key";
import { enact, type FormVersion, type LedgerState } from "./effects";
import type { SignedEntry } from "./entry";
import * as rules from "./entry-rules";
import { EntryType, Phase, Role } from "./kinds";
import { belongs, memberFrom, Membership, type Member } from "./membership";
import { LedgerRefused, NotEntitled } from "./refusal";
import { broughtOnce, spend } from "./spent";

/** The newest head that a client verified, kept where the relay cannot reach it (L2). */
export interface Pin {
  readonly operation: Bytes;
  readonly sequence: number;
  readonly hash: Bytes;
}

/** An operation as its coordinators signed it, up to and including entry `sequence`. Immutable. */
export class Ledger {
  private constructor(
    readonly operation: Bytes,
    readonly state: LedgerState,
  ) {}

  /** The operation that `signed` founds; whether it is the right one, its fingerprint says. @throws LedgerRefused */
  static start(signed: SignedEntry): Ledger {
    const charter = rules.judgeCharter(signed);
    const members = charter.coordinators.map((keys, place) =>
      memberFrom(keys, Role.coordinator, charter.profiles[place]!, 0n, 0),
    );
    const once = [charter.relayKey, charter.plan.blob, ...members.flatMap(broughtOnce)];
    return new Ledger(signed.hash, {
      founding: concat(opaque(signed.content), opaque(signed.signature)),
      charter,
      hashes: [signed.hash],
      time: signed.time,
      contentKey: charter.contentKey,
      phase: Phase.planning,
      membership: Membership.of(members),
      channels: new Map(),
      forms: new Map(),
      spent: spend(new Set(), "L6", once),
    });
  }

  /** As `state` was taken from a ledger before, and kept where only we write: nothing is judged again. */
  static resume(operation: Bytes, state: LedgerState): Ledger {
    return new Ledger(operation, state);
  }

  /** The ledger with one more entry; this one stays as it is. @throws LedgerRefused `rule` says which rule it breaks. */
  append(signed: SignedEntry): Ledger {
    this.judgePlace(signed);
    this.judgeSigners(signed);
    const after = enact(this.state, this.operation, signed.body);
    const nonces = signed.cosignatures.map((cosignature) => cosignature.nonce);
    return new Ledger(this.operation, {
      ...after,
      hashes: [...this.state.hashes, signed.hash],
      time: signed.time,
      spent: spend(after.spent, "L5", nonces),
    });
  }

  get sequence(): number {
    return this.state.hashes.length - 1;
  }

  get headHash(): Bytes {
    return this.state.hashes[this.sequence]!;
  }

  get hashes(): readonly Bytes[] {
    return this.state.hashes;
  }

  get charter(): Charter {
    return this.state.charter;
  }

  get contentKey(): ContentKeyRef {
    return this.state.contentKey;
  }

  get phase(): Phase {
    return this.state.phase;
  }

  get channels(): ReadonlyMap<string, Channel> {
    return this.state.channels;
  }

  get forms(): ReadonlyMap<string, FormVersion> {
    return this.state.forms;
  }

  /** Every account's newest membership, revoked ones too. */
  get members(): ReadonlyMap<string, Member> {
    return this.state.membership.accounts;
  }

  /** Everybody who ever belonged, by identity key: each belongs once. */
  get identities(): ReadonlyMap<string, Member> {
    return this.state.membership.identities;
  }

  get pin(): Pin {
    return { operation: this.operation, sequence: this.sequence, hash: this.headHash };
  }

  /** The hash of entry `sequence`; null when we do not hold it. */
  hashAt(sequence: bigint): Bytes | null {
    return sequence <= BigInt(this.sequence) ? this.state.hashes[Number(sequence)]! : null;
  }

  /** We hold all that was pinned, unchanged. @throws LedgerRefused a shorter ledger or another history (L2). */
  verifyPin(pin: Pin): void {
    if (!equal(pin.operation, this.operation)) {
      throw new LedgerRefused("L2", "the pin is of another operation");
    }
    if (pin.sequence > this.sequence) {
      throw new LedgerRefused("L2", `the ledger ends at ${this.sequence}; this device saw entry ${pin.sequence}`);
    }
    const held = this.state.hashes[pin.sequence];
    if (held === undefined || !equal(held, pin.hash)) {
      throw new LedgerRefused("L2", `entry ${pin.sequence} is not the one that this device saw`);
    }
  }

  /** The member with this identity key, who belongs to this channel at the head `at`. @throws NotEntitled */
  entitled(channel: Bytes, identityKey: Bytes, at: number): Member {
    this.checkHeld(at);
    const found = this.channels.get(hex(channel));
    if (found === undefined || found.declaredAt > at) {
      throw new NotEntitled("there is no such channel in the ledger");
    }
    const member = this.identities.get(hex(identityKey));
    if (member === undefined || !belongs(member, at)) {
      throw new NotEntitled("this identity is not a member of the operation");
    }
    if (!entitles(found, member)) {
      throw new NotEntitled("this member is not entitled to the channel");
    }
    return member;
  }

  /** Whom the channel should hold at the head `at`, as account ids; empty when it does not exist there. */
  entitledAccounts(channel: Bytes, at: number): ReadonlySet<string> {
    this.checkHeld(at);
    const found = this.channels.get(hex(channel));
    if (found === undefined || found.declaredAt > at) {
      return new Set();
    }
    const inside = [...this.identities.values()].filter((member) => belongs(member, at) && entitles(found, member));
    return new Set(inside.map((member) => hex(member.account)));
  }

  /** Whether that device is ended at the head `at`. */
  hasEnded(account: Bytes, device: Bytes, at: number): boolean {
    this.checkHeld(at);
    return this.state.membership.hasEnded(account, device, at);
  }

  private checkHeld(at: number): void {
    if (!Number.isInteger(at) || at < 0 || at > this.sequence) {
      throw new UsageError(`cannot judge at entry ${at}: the ledger is held up to ${this.sequence}`);
    }
  }

  private judgePlace(entry: SignedEntry): void {
    if (entry.operation === null || !equal(entry.operation, this.operation)) {
      throw new LedgerRefused("L1", "the entry is of another operation");
    }
    if (entry.sequence !== BigInt(this.sequence + 1)) {
      throw new LedgerRefused("L1", `entry ${this.sequence + 1} comes next, not ${entry.sequence}`);
    }
    if (!equal(entry.previous, this.headHash)) {
      throw new LedgerRefused("L1", "the entry follows another history");
    }
    if (entry.time < this.state.time) {
      throw new LedgerRefused("L5", "the entry is older than the one before it");
    }
  }

  private judgeSigners(entry: SignedEntry): void {
    this.judgeCoordinator(entry.signer);
    rules.judgeSignature(entry);
    const needed = this.needsCosignature(entry.body) ? 1 : 0;
    if (entry.cosignatures.length !== needed) {
      throw new LedgerRefused("L5", `this entry takes ${needed} cosignatures, not ${entry.cosignatures.length}`);
    }
    for (const cosignature of entry.cosignatures) {
      this.judgeCoordinator(cosignature.signer);
      rules.judgeCosignature(cosignature, entry, this.operation);
    }
  }

  private judgeCoordinator(identityKey: Bytes): void {
    const member = this.identities.get(hex(identityKey));
    if (member === undefined || member.role !== Role.coordinator || !belongs(member, this.sequence)) {
      throw new LedgerRefused("L1", "only coordinators sign entries");
    }
  }

  /** Whether `body` takes a second coordinator (L5): a change of coordinators, or what the policy lists. */
  private needsCosignature(body: Body): boolean {
    if (this.state.membership.coordinators(this.sequence).length < rules.MIN_COORDINATORS) {
      return false;
    }
    return this.changesCoordinators(body) || this.charter.policy.twoSignatures.includes(body.type);
  }

  private changesCoordinators(body: Body): boolean {
    switch (body.type) {
      case EntryType.admit:
        return body.role === Role.coordinator;
      case EntryType.revoke:
        return this.members.get(hex(body.account))?.role === Role.coordinator;
      case EntryType.replace:
        return this.members.get(hex(body.keys.account))?.role === Role.coordinator;
      default:
        return false;
    }
  }
}

/** The operation that `entries` tell from its charter on. @throws LedgerRefused one of them does not follow. */
export function replay(entries: readonly SignedEntry[]): Ledger {
  const [charter, ...following] = entries;
  if (charter === undefined) {
    throw new LedgerRefused("L1", "a ledger has at least its charter");
  }
  return following.reduce((ledger, signed) => ledger.append(signed), Ledger.start(charter));
}
