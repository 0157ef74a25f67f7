/**
 * Who belongs to an operation, as intervals of the ledger, so that earlier heads can be judged too (C3, C12).
 *
 * Entry n is part of the head at n: admitted at 7 is a member at 7, revoked at 9 is a member at 8 and not at 9.
 */

import { equal, hex, type Bytes } from "../bytes";
import type { BlobRef } from "./content-key";
import type { Keys } from "./enrolment";
import { Role } from "./kinds";
import { LedgerRefused } from "./refusal";

/** One identity's time in the operation. An account that comes back or goes on under new keys is another Member. */
export interface Member {
  readonly account: Bytes;
  readonly identityKey: Bytes;
  readonly exchangeKey: Bytes;
  readonly role: Role;
  readonly firstAdmittedAt: number; // where history since admission begins, through any number of replacements (H1)
  readonly admittedAt: number;
  readonly revokedAt: number | null; // or replaced
  readonly until: bigint; // seconds, 0: no end
  readonly profile: BlobRef;
}

/** Admitted and not revoked at the head `at`. `until` does not count: no clock enters a judgement (C3). */
export function belongs(member: Member, at: number): boolean {
  return member.admittedAt <= at && (member.revokedAt === null || at < member.revokedAt);
}

/** What entry `at` makes of somebody's keys. */
export function memberFrom(keys: Keys, role: Role, profile: BlobRef, until: bigint, at: number): Member {
  const { account, identityKey, exchangeKey } = keys;
  return {
    account,
    identityKey,
    exchangeKey,
    role,
    firstAdmittedAt: at,
    admittedAt: at,
    revokedAt: null,
    until,
    profile,
  };
}

/** Everybody who belongs or belonged, with what devices. Immutable; the ledger's rules about people live here. */
export class Membership {
  private constructor(
    readonly identities: ReadonlyMap<string, Member>, // by identity key, which belongs once
    readonly accounts: ReadonlyMap<string, Member>, // each account's newest membership
    readonly endedDevices: ReadonlyMap<string, number>, // at which entry, by `deviceName`
  ) {}

  /** As it was: identities in the order in which they came, so that each account's last one is its newest. */
  static resume(members: readonly Member[], endedDevices: ReadonlyMap<string, number>): Membership {
    const identities = new Map(members.map((member) => [hex(member.identityKey), member]));
    return new Membership(identities, new Map(members.map((member) => [hex(member.account), member])), endedDevices);
  }

  /** The coordinators of a charter. @throws LedgerRefused one of them stands there twice. */
  static of(members: readonly Member[]): Membership {
    return members.reduce(
      (founding, member) => founding.admit(member),
      new Membership(new Map(), new Map(), new Map()),
    );
  }

  /** With `member`. @throws LedgerRefused the account belongs already. */
  admit(member: Member): Membership {
    const known = this.accounts.get(hex(member.account));
    if (known !== undefined && known.revokedAt === null) {
      throw new LedgerRefused("L6", "the account is a member already");
    }
    return this.with(member);
  }

  /** Without that member from entry `at` on. @throws LedgerRefused nobody like that belongs, or nobody would be left. */
  revoke(account: Bytes, identityKey: Bytes, at: number): Membership {
    const member = this.member(account, identityKey, "whom the entry revokes is not a member");
    const unit = this.coordinators(at);
    if (unit.length === 1 && unit[0] === member) {
      throw new LedgerRefused("L5", "the last coordinator cannot be revoked");
    }
    return this.with({ ...member, revokedAt: at });
  }

  /** The account goes on under new keys from entry `at` on. @throws LedgerRefused nobody like that belongs. */
  replace(keys: Keys, replaced: Bytes, at: number): Membership {
    const member = this.member(keys.account, replaced, "whom the entry replaces is not a member");
    const { identityKey, exchangeKey } = keys;
    return this.with({ ...member, revokedAt: at }, { ...member, identityKey, exchangeKey, admittedAt: at });
  }

  /** Without that device from entry `at` on. @throws LedgerRefused its account does not belong, or it ended already. */
  endDevice(account: Bytes, device: Bytes, at: number): Membership {
    const member = this.accounts.get(hex(account));
    if (member === undefined || member.revokedAt !== null) {
      throw new LedgerRefused("L6", "whose device the entry ends is not a member");
    }
    const name = deviceName(account, device);
    if (this.endedDevices.has(name)) {
      throw new LedgerRefused("L6", "the device has ended already");
    }
    return new Membership(this.identities, this.accounts, new Map(this.endedDevices).set(name, at));
  }

  /** Whether the device is ended at the head `at`, under whatever identity of the account. */
  hasEnded(account: Bytes, device: Bytes, at: number): boolean {
    const endedAt = this.endedDevices.get(deviceName(account, device));
    return endedAt !== undefined && endedAt <= at;
  }

  coordinators(at: number): readonly Member[] {
    return [...this.identities.values()].filter((member) => member.role === Role.coordinator && belongs(member, at));
  }

  private member(account: Bytes, identityKey: Bytes, otherwise: string): Member {
    const member = this.accounts.get(hex(account));
    if (member === undefined || member.revokedAt !== null || !equal(member.identityKey, identityKey)) {
      throw new LedgerRefused("L6", otherwise);
    }
    return member;
  }

  private with(...members: readonly Member[]): Membership {
    const identities = new Map(this.identities);
    const accounts = new Map(this.accounts);
    for (const member of members) {
      identities.set(hex(member.identityKey), member);
      accounts.set(hex(member.account), member);
    }
    return new Membership(identities, accounts, this.endedDevices);
  }
}

/** Under which the end of a device is known. */
export function deviceName(account: Bytes, device: Bytes): string {
  return `${hex(account)}/${hex(device)}`;
}
