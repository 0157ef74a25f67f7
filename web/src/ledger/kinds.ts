/** The numbers that entries and statements are made of (docs/protocol.md section 3). None changes its meaning. */

import type { Reader } from "../codec";
import { MalformedError } from "../errors";

export const EntryType = {
  charter: 1,
  channel: 2,
  admit: 3,
  revoke: 4,
  replace: 5,
  endDevice: 6,
  form: 7,
  phase: 8,
  restart: 9,
} as const;
export type EntryType = (typeof EntryType)[keyof typeof EntryType];

export const Role = { coordinator: 1, officer: 2, analyst: 3, archive: 4, ncen: 5, cen: 6 } as const;
export type Role = (typeof Role)[keyof typeof Role];

export const ChannelKind = { main: 1, unit: 2, bilateral: 3, regional: 4, release: 5 } as const;
export type ChannelKind = (typeof ChannelKind)[keyof typeof ChannelKind];

export const Phase = { planning: 1, test: 2, preparation: 3, operational: 4, followUp: 5, closed: 6 } as const;
export type Phase = (typeof Phase)[keyof typeof Phase];

export const RevokeReason = { notSaid: 0, leftThePost: 1, lostKeys: 2, misuse: 3, endOfOperation: 4 } as const;
export type RevokeReason = (typeof RevokeReason)[keyof typeof RevokeReason];

/** On what a coordinator's client offers to restart a channel (C11), and on nothing else. */
export const RestartReason = { doesNotProcess: 1, rejected: 2, noLiveLeaf: 3, logLost: 4 } as const;
export type RestartReason = (typeof RestartReason)[keyof typeof RestartReason];

/** What those who come later may read of what was said before (H1). */
export const History = { none: 0, sinceAdmission: 1, all: 2 } as const;
export type History = (typeof History)[keyof typeof History];

export const LogKind = { commit: 1, application: 2 } as const;
export type LogKind = (typeof LogKind)[keyof typeof LogKind];

/**
 * A one-byte member of `kinds`.
 *
 * @throws MalformedError a number that version 1 does not know.
 */
export function readKind<T extends number>(reader: Reader, kinds: Readonly<Record<string, T>>, what: string): T {
  const number = reader.uint(1);
  const found = Object.values(kinds).find((kind) => kind === number);
  if (found === undefined) {
    throw new MalformedError(`${number} is no ${what} of version 1`);
  }
  return found;
}
