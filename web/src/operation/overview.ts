/** An operation as a screen shows it: plain values, no keys, no bytes. What is not here is null, never a guess. */

import { hex } from "../bytes";
import { ProtocolError } from "../errors";
import { entitles } from "../ledger/channel";
import type { BlobRef } from "../ledger/content-key";
import { words } from "../ledger/fingerprint";
import type { Member } from "../ledger/membership";
import { verifyLedgerHead } from "../ledger/statements";
import { decodeLabels, decodeProfile, decodePurpose, type Labels, type Profile, type Purpose } from "./directory";
import type { Frozen, Operation } from "./operation";

export interface MemberView {
  readonly account: string;
  readonly profile: Profile | null; // null: the relay has not given us the name, or it is none
  readonly role: number;
  readonly firstAdmittedAt: number; // entry of the ledger; earlier than `admittedAt` for who goes on under new keys
  readonly admittedAt: number;
  readonly revokedAt: number | null;
  readonly isUs: boolean;
}

export interface ChannelView {
  readonly channel: string;
  readonly title: Labels | null;
  readonly kind: number;
  readonly generation: number;
  readonly readers: readonly string[]; // accounts, in the order of the roster
  readonly weRead: boolean;
}

/** Something that the relay signed under the charter's receipt key: with that key anybody can verify it. */
export interface StatementView {
  readonly sequence: number;
  readonly hash: string;
  readonly time: number; // seconds
  readonly signed: string; // the exact SignedStatement, hexadecimal
}

/** An operation in which nothing is sent any more, and the two statements that convict the relay (L4). */
export interface FrozenView {
  readonly sentence: string;
  readonly relayKey: string;
  readonly statements: readonly StatementView[];
}

export interface Overview {
  readonly operation: string;
  readonly words: readonly string[];
  readonly purpose: Purpose | null;
  readonly phase: number;
  readonly exercise: boolean;
  readonly entries: number;
  readonly time: number; // seconds, of the newest entry
  readonly weBelong: boolean;
  readonly members: readonly MemberView[];
  readonly channels: readonly ChannelView[];
  readonly frozen: FrozenView | null;
  readonly troubles: readonly string[];
}

export function overviewOf(operation: Operation, account: string): Overview {
  const { ledger } = operation;
  const members = [...ledger.members.values()];
  const inside = members.filter((member) => member.revokedAt === null);
  const us = inside.find((member) => hex(member.account) === account);
  return {
    operation: hex(ledger.operation),
    words: words(ledger.operation),
    purpose: content(operation, ledger.charter.plan, decodePurpose),
    phase: ledger.phase,
    exercise: ledger.charter.policy.exercise,
    entries: ledger.sequence + 1,
    time: Number(operation.head.statement.time),
    weBelong: us !== undefined,
    members: members.map((member) => memberView(operation, member, account)),
    channels: [...ledger.channels.values()].map((channel) => ({
      channel: hex(channel.channel),
      title: content(operation, channel.title, decodeLabels),
      kind: channel.kind,
      generation: channel.current.number,
      readers: inside.filter((member) => entitles(channel, member)).map((member) => hex(member.account)),
      weRead: us !== undefined && entitles(channel, us),
    })),
    frozen: operation.frozen === null ? null : frozenView(operation.frozen, ledger.charter.relayKey),
    troubles: operation.troubles,
  };
}

function memberView(operation: Operation, member: Member, account: string): MemberView {
  return {
    account: hex(member.account),
    profile: content(operation, member.profile, decodeProfile),
    role: member.role,
    firstAdmittedAt: member.firstAdmittedAt,
    admittedAt: member.admittedAt,
    revokedAt: member.revokedAt,
    isUs: hex(member.account) === account,
  };
}

function frozenView({ sentence, evidence }: Frozen, relayKey: Uint8Array): FrozenView {
  const statements = evidence.map((encoded) => {
    const { sequence, hash, time } = verifyLedgerHead(encoded, relayKey);
    return { sequence: Number(sequence), hash: hex(hash), time: Number(time), signed: hex(encoded) };
  });
  return { sentence, relayKey: hex(relayKey), statements };
}

function content<T>(operation: Operation, ref: BlobRef, read: (data: Uint8Array) => T): T | null {
  const data = operation.contents.get(hex(ref.blob));
  if (data === undefined) {
    return null;
  }
  try {
    return read(data);
  } catch (error) {
    if (error instanceof ProtocolError) {
      return null;
    }
    throw error;
  }
}
