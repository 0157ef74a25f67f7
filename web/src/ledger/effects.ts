/** What the bodies of entries make of an operation (rules L, C11; docs/protocol.md sections 3.2 and 3.3). */

import { hex, type Bytes } from "../bytes";
import type { Admit, Body, ChannelBody, FormBody, Replace, Restart, Revoke } from "./bodies";
import { declareChannel, namedIn, restartChannel, type Channel } from "./channel";
import type { Charter } from "./charter";
import type { BlobRef, ContentKeyRef } from "./content-key";
import { judgeEnrolment } from "./entry-rules";
import { EntryType, type Phase } from "./kinds";
import { memberFrom, type Membership } from "./membership";
import { LedgerRefused } from "./refusal";
import { broughtOnce, spend } from "./spent";

/** One version of a form: a blob of its own, so that messages under an older version stay readable. */
export interface FormVersion {
  readonly definition: BlobRef;
  readonly version: number;
  readonly sequence: number; // from which entry on it may be used
}

/** What entries made of an operation. `founding` is entry 0 in its bytes. */
export interface LedgerState {
  readonly founding: Bytes;
  readonly charter: Charter;
  readonly hashes: readonly Bytes[];
  readonly time: bigint; // of the newest entry, in seconds; advisory
  readonly contentKey: ContentKeyRef;
  readonly phase: Phase;
  readonly membership: Membership;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly forms: ReadonlyMap<string, FormVersion>; // by the blob of the definition
  readonly spent: ReadonlySet<string>; // what counts once in the life of an operation (L5, L6, L8)
}

/**
 * The operation after the next entry's body, whose signatures are judged; hash and time are the caller's.
 *
 * @throws LedgerRefused `rule` says which rule it breaks.
 */
export function enact(state: LedgerState, operation: Bytes, body: Body): LedgerState {
  const sequence = state.hashes.length;
  switch (body.type) {
    case EntryType.charter:
      throw new LedgerRefused("L2", "a charter is entry 0 only");
    case EntryType.admit:
      return admit(state, operation, body, sequence);
    case EntryType.revoke:
      return revoke(state, body, sequence);
    case EntryType.replace:
      return replace(state, operation, body, sequence);
    case EntryType.endDevice: {
      const membership = state.membership.endDevice(body.account, body.device, sequence);
      return { ...state, membership };
    }
    case EntryType.channel:
      return declare(state, body, sequence);
    case EntryType.restart:
      return restart(state, body, sequence);
    case EntryType.form:
      return publish(state, body, sequence);
    case EntryType.phase:
      return { ...state, phase: body.phase };
  }
}

function admit(state: LedgerState, operation: Bytes, body: Admit, sequence: number): LedgerState {
  judgeEnrolment(body.keys, operation);
  const member = memberFrom(body.keys, body.role, body.profile, body.until, sequence);
  const membership = state.membership.admit(member);
  return { ...state, membership, spent: spend(state.spent, "L6", broughtOnce(member)) };
}

function revoke(state: LedgerState, body: Revoke, sequence: number): LedgerState {
  judgeContentKey(state, body.contentKey);
  const membership = state.membership.revoke(body.account, body.identityKey, sequence);
  return { ...state, membership, contentKey: body.contentKey };
}

function replace(state: LedgerState, operation: Bytes, body: Replace, sequence: number): LedgerState {
  judgeEnrolment(body.keys, operation);
  judgeContentKey(state, body.contentKey);
  const membership = state.membership.replace(body.keys, body.replaced, sequence);
  const spent = spend(state.spent, "L6", [body.keys.identityKey, body.keys.exchangeKey]);
  return { ...state, membership, contentKey: body.contentKey, spent };
}

function judgeContentKey(state: LedgerState, following: ContentKeyRef): void {
  const next = state.contentKey.number + 1;
  if (following.number !== next) {
    throw new LedgerRefused("L7", `the next content key has number ${next}`);
  }
}

function declare(state: LedgerState, body: ChannelBody, sequence: number): LedgerState {
  const channel = declareChannel(body, sequence);
  const spent = spend(state.spent, "L8", [body.channel, body.groupId, body.title.blob]);
  return { ...state, spent, channels: new Map(state.channels).set(hex(body.channel), channel) };
}

function restart(state: LedgerState, body: Restart, sequence: number): LedgerState {
  const name = hex(body.channel);
  const channel = state.channels.get(name);
  if (channel === undefined) {
    throw new LedgerRefused("C11", "the restart is of a channel that does not exist");
  }
  if (!namedIn(body).every((identityKey) => state.membership.identities.has(hex(identityKey)))) {
    throw new LedgerRefused("C11", "the restart names somebody who never was a member");
  }
  const restarted = restartChannel(channel, body, sequence);
  const spent = spend(state.spent, "L8", [body.groupId]);
  return { ...state, spent, channels: new Map(state.channels).set(name, restarted) };
}

function publish(state: LedgerState, body: FormBody, sequence: number): LedgerState {
  const { definition, version } = body;
  const spent = spend(state.spent, "L6", [definition.blob]);
  const form = { definition, version, sequence: sequence };
  return { ...state, spent, forms: new Map(state.forms).set(hex(definition.blob), form) };
}
