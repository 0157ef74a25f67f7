/** What an entry can say (rules C5, C11, L6, L7, L8; docs/protocol.md section 3.2). Nothing in it is judged here. */

import { concat, type Bytes } from "../bytes";
import { decode, fixed, optional, uint, vector, type Reader } from "../codec";
import { PUBLIC_KEY_BYTES } from "../primitives/signatures";
import { readCharter, type Charter } from "./charter";
import { readBlobRef, readContentKeyRef, type BlobRef, type ContentKeyRef } from "./content-key";
import { readKeys, type Keys } from "./enrolment";
import { ChannelKind, EntryType, Phase, readKind, RestartReason, RevokeReason, Role } from "./kinds";
import { ACCOUNT_ID_BYTES, CHANNEL_ID_BYTES, DEVICE_ID_BYTES, GROUP_ID_BYTES, HASH_BYTES } from "./sizes";

const MAX_REJECTERS = 32;

/** A channel: one MLS group, and who is entitled to be in it (L8). */
export interface ChannelBody {
  readonly type: typeof EntryType.channel;
  readonly channel: Bytes;
  readonly generation: number;
  readonly groupId: Bytes;
  readonly kind: ChannelKind;
  readonly roles: readonly Role[];
  readonly accounts: readonly Bytes[];
  readonly title: BlobRef;
}

/** One identity becomes a member in one role. */
export interface Admit {
  readonly type: typeof EntryType.admit;
  readonly keys: Keys;
  readonly role: Role;
  readonly until: bigint; // seconds; 0: no end. Judged when sending and by the relay, never in replay (C3)
  readonly profile: BlobRef;
}

/** One identity is a member no longer, and the next content key begins, which it never sees. */
export interface Revoke {
  readonly type: typeof EntryType.revoke;
  readonly account: Bytes;
  readonly identityKey: Bytes;
  readonly reason: RevokeReason;
  readonly contentKey: ContentKeyRef;
}

/** An account goes on under new keys, which its holder enrolled; role, end date and profile stay. */
export interface Replace {
  readonly type: typeof EntryType.replace;
  readonly keys: Keys;
  readonly replaced: Bytes; // the identity key that ends here and never returns
  readonly contentKey: ContentKeyRef;
}

/** One device is nobody's any more: lost, idle or expired (C5, C6). */
export interface EndDevice {
  readonly type: typeof EntryType.endDevice;
  readonly account: Bytes;
  readonly device: Bytes;
}

/** A version of a form may be used from here on. */
export interface FormBody {
  readonly type: typeof EntryType.form;
  readonly definition: BlobRef;
  readonly version: number;
}

export interface PhaseBody {
  readonly type: typeof EntryType.phase;
  readonly phase: Phase;
}

/** The next generation of a channel (C11). Entries of the old log count up to `cutSequence`. */
export interface Restart {
  readonly type: typeof EntryType.restart;
  readonly channel: Bytes;
  readonly oldGeneration: number;
  readonly oldGroupId: Bytes;
  readonly cutSequence: bigint;
  readonly cutHash: Bytes;
  readonly reason: RestartReason;
  readonly generation: number;
  readonly groupId: Bytes;
  readonly committer: Bytes | null; // identity key
  readonly rejecters: readonly Bytes[]; // identity keys
}

export type Body = Charter | ChannelBody | Admit | Revoke | Replace | EndDevice | FormBody | PhaseBody | Restart;

/**
 * The body of an entry of that type.
 *
 * @throws MalformedError bytes that are none, or bytes left over.
 */
export function decodeBody(type: EntryType, data: Bytes): Body {
  return decode<Body>(data, DECODERS[type]);
}

const DECODERS: Readonly<Record<EntryType, (reader: Reader) => Body>> = {
  [EntryType.charter]: readCharter,
  [EntryType.channel]: readChannel,
  [EntryType.admit]: readAdmit,
  [EntryType.revoke]: readRevoke,
  [EntryType.replace]: readReplace,
  [EntryType.endDevice]: readEndDevice,
  [EntryType.form]: readForm,
  [EntryType.phase]: readPhase,
  [EntryType.restart]: readRestart,
};

function readChannel(reader: Reader): ChannelBody {
  return {
    type: EntryType.channel,
    channel: reader.fixed(CHANNEL_ID_BYTES),
    generation: reader.uint(4),
    groupId: reader.fixed(GROUP_ID_BYTES),
    kind: readKind(reader, ChannelKind, "ChannelKind"),
    roles: reader.vector((item) => readKind(item, Role, "Role")),
    accounts: reader.vector((item) => item.fixed(ACCOUNT_ID_BYTES)),
    title: readBlobRef(reader),
  };
}

function readAdmit(reader: Reader): Admit {
  return {
    type: EntryType.admit,
    keys: readKeys(reader),
    role: readKind(reader, Role, "Role"),
    until: reader.uint64(),
    profile: readBlobRef(reader),
  };
}

function readRevoke(reader: Reader): Revoke {
  return {
    type: EntryType.revoke,
    account: reader.fixed(ACCOUNT_ID_BYTES),
    identityKey: reader.fixed(PUBLIC_KEY_BYTES),
    reason: readKind(reader, RevokeReason, "RevokeReason"),
    contentKey: readContentKeyRef(reader),
  };
}

function readReplace(reader: Reader): Replace {
  return {
    type: EntryType.replace,
    keys: readKeys(reader),
    replaced: reader.fixed(PUBLIC_KEY_BYTES),
    contentKey: readContentKeyRef(reader),
  };
}

function readEndDevice(reader: Reader): EndDevice {
  return {
    type: EntryType.endDevice,
    account: reader.fixed(ACCOUNT_ID_BYTES),
    device: reader.fixed(DEVICE_ID_BYTES),
  };
}

function readForm(reader: Reader): FormBody {
  return { type: EntryType.form, definition: readBlobRef(reader), version: reader.uint(4) };
}

function readPhase(reader: Reader): PhaseBody {
  return { type: EntryType.phase, phase: readKind(reader, Phase, "Phase") };
}

/** As `readRestart` reads it. */
export function encodeRestart(body: Restart): Bytes {
  return concat(
    fixed(body.channel, CHANNEL_ID_BYTES),
    uint(body.oldGeneration, 4),
    fixed(body.oldGroupId, GROUP_ID_BYTES),
    uint(body.cutSequence, 8),
    fixed(body.cutHash, HASH_BYTES),
    uint(body.reason, 1),
    uint(body.generation, 4),
    fixed(body.groupId, GROUP_ID_BYTES),
    optional(body.committer === null ? null : fixed(body.committer, PUBLIC_KEY_BYTES)),
    vector(body.rejecters.map((rejecter) => fixed(rejecter, PUBLIC_KEY_BYTES))),
  );
}

export function readRestart(reader: Reader): Restart {
  return {
    type: EntryType.restart,
    channel: reader.fixed(CHANNEL_ID_BYTES),
    oldGeneration: reader.uint(4),
    oldGroupId: reader.fixed(GROUP_ID_BYTES),
    cutSequence: reader.uint64(),
    cutHash: reader.fixed(HASH_BYTES),
    reason: readKind(reader, RestartReason, "RestartReason"),
    generation: reader.uint(4),
    groupId: reader.fixed(GROUP_ID_BYTES),
    committer: reader.optional((inner) => inner.fixed(PUBLIC_KEY_BYTES)),
    rejecters: reader.vector((item) => item.fixed(PUBLIC_KEY_BYTES), MAX_REJECTERS * PUBLIC_KEY_BYTES),
  };
}
