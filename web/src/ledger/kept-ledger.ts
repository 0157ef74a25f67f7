/**
 * A verified ledger as one value, for the next opening of the mailbox that keeps it (docs/protocol.md section 7.1).
 *
 * What entries made of the operation, without their signatures: a fifth of what the relay would show again. It is worth
 * as much as the place where it lay; entries that follow are judged against it as against the ledger that it was.
 */

import { concat, fromHex, hex, type Bytes } from "../bytes";
import { decode, fixed, opaque, optional, uint, vector, type Reader } from "../codec";
import { MalformedError } from "../errors";
import { PUBLIC_KEY_BYTES } from "../primitives/signatures";
import * as x25519 from "../primitives/x25519";
import { encodeRestart, readRestart } from "./bodies";
import type { Channel, Generation } from "./channel";
import { readBlobRef, readContentKeyRef, type BlobRef } from "./content-key";
import type { FormVersion, LedgerState } from "./effects";
import { decodeSignedEntry } from "./entry";
import { ChannelKind, Phase, readKind, Role } from "./kinds";
import { Ledger } from "./ledger";
import { deviceName, Membership, type Member } from "./membership";
import { ACCOUNT_ID_BYTES, CHANNEL_ID_BYTES, DEVICE_ID_BYTES, GROUP_ID_BYTES, HASH_BYTES } from "./sizes";

export function encodeLedger({ state }: Ledger): Bytes {
  const { contentKey, membership } = state;
  const derived = namedIn(state);
  const nonces = [...state.spent].filter((value) => !derived.has(value));
  return concat(
    opaque(state.founding),
    vector(state.hashes.slice(1).map((hash) => fixed(hash, HASH_BYTES))),
    uint(state.time, 8),
    uint(contentKey.number, 4),
    fixed(contentKey.hash, HASH_BYTES),
    uint(state.phase, 1),
    vector([...membership.identities.values()].map(encodeMember)),
    vector([...membership.endedDevices].map(([name, at]) => concat(...name.split("/").map((id) => fromHex(id)), uint(at, 4)))),
    vector([...state.channels.values()].map(encodeChannel)),
    vector([...state.forms.values()].map(encodeForm)),
    vector(nonces.map((nonce) => opaque(fromHex(nonce)))),
  );
}

/** @throws ProtocolError anything that `encodeLedger` does not write; the charter is judged again. */
export function decodeLedger(data: Bytes): Ledger {
  return decode(data, (reader) => {
    const founding = reader.opaque();
    const founded = Ledger.start(decodeSignedEntry(founding));
    const hashes = [founded.operation, ...reader.vector((item) => item.fixed(HASH_BYTES))];
    const rest = {
      time: reader.uint64(),
      contentKey: readContentKeyRef(reader),
      phase: readKind(reader, Phase, "Phase"),
      membership: Membership.resume(reader.vector(readMember), new Map(reader.vector(readEndedDevice))),
      channels: new Map(reader.vector(readChannel).map((channel) => [hex(channel.channel), channel])),
      forms: new Map(reader.vector(readForm).map((form) => [hex(form.definition.blob), form])),
    };
    const nonces = reader.vector((item) => item.opaque(HASH_BYTES));
    const before = { ...founded.state, ...rest, hashes };
    return Ledger.resume(founded.operation, { ...before, spent: new Set([...namedIn(before), ...nonces.map(hex)]) });
  });
}

/** What counts once and stands in the state anyway (L5, L6, L8): all but the nonces of second signatures. */
function namedIn({ charter, membership, channels, forms }: Omit<LedgerState, "spent">): ReadonlySet<string> {
  const members = [...membership.identities.values()].flatMap((one) => [one.identityKey, one.exchangeKey, one.profile.blob]);
  const groups = [...channels.values()].flatMap(({ channel, title, generations }) => [
    channel,
    title.blob,
    ...generations.map((one) => one.groupId),
  ]);
  const definitions = [...forms.values()].map((form) => form.definition.blob);
  return new Set([charter.relayKey, charter.plan.blob, ...members, ...groups, ...definitions].map(hex));
}

function encodeMember(member: Member): Bytes {
  return concat(
    fixed(member.account, ACCOUNT_ID_BYTES),
    fixed(member.identityKey, PUBLIC_KEY_BYTES),
    fixed(member.exchangeKey, x25519.PUBLIC_KEY_BYTES),
    uint(member.role, 1),
    uint(member.firstAdmittedAt, 4),
    uint(member.admittedAt, 4),
    optional(member.revokedAt === null ? null : uint(member.revokedAt, 4)),
    uint(member.until, 8),
    encodeBlobRef(member.profile),
  );
}

function readMember(reader: Reader): Member {
  return {
    account: reader.fixed(ACCOUNT_ID_BYTES),
    identityKey: reader.fixed(PUBLIC_KEY_BYTES),
    exchangeKey: reader.fixed(x25519.PUBLIC_KEY_BYTES),
    role: readKind(reader, Role, "Role"),
    firstAdmittedAt: reader.uint(4),
    admittedAt: reader.uint(4),
    revokedAt: reader.optional((inner) => inner.uint(4)),
    until: reader.uint64(),
    profile: readBlobRef(reader),
  };
}

function readEndedDevice(reader: Reader): readonly [string, number] {
  return [deviceName(reader.fixed(ACCOUNT_ID_BYTES), reader.fixed(DEVICE_ID_BYTES)), reader.uint(4)];
}

function encodeChannel(channel: Channel): Bytes {
  return concat(
    fixed(channel.channel, CHANNEL_ID_BYTES),
    uint(channel.kind, 1),
    vector([...channel.roles].map((role) => uint(role, 1))),
    vector([...channel.accounts].map((account) => fromHex(account, ACCOUNT_ID_BYTES))),
    uint(channel.declaredAt, 4),
    encodeBlobRef(channel.title),
    vector(channel.generations.map(encodeGeneration)),
  );
}

function readChannel(reader: Reader): Channel {
  const declared = {
    channel: reader.fixed(CHANNEL_ID_BYTES),
    kind: readKind(reader, ChannelKind, "ChannelKind"),
    roles: new Set(reader.vector((item) => readKind(item, Role, "Role"))),
    accounts: new Set(reader.vector((item) => item.fixed(ACCOUNT_ID_BYTES)).map(hex)),
    declaredAt: reader.uint(4),
    title: readBlobRef(reader),
  };
  const generations = reader.vector(readGeneration);
  const current = generations.at(-1);
  if (current === undefined) {
    throw new MalformedError("a channel without a group");
  }
  return { ...declared, generations, current };
}

function encodeGeneration(one: Generation): Bytes {
  return concat(
    uint(one.number, 4),
    fixed(one.groupId, GROUP_ID_BYTES),
    uint(one.beganAt, 4),
    optional(one.restart === null ? null : encodeRestart(one.restart)),
  );
}

function readGeneration(reader: Reader): Generation {
  return {
    number: reader.uint(4),
    groupId: reader.fixed(GROUP_ID_BYTES),
    beganAt: reader.uint(4),
    restart: reader.optional(readRestart),
  };
}

function encodeForm({ definition, version, sequence }: FormVersion): Bytes {
  return concat(encodeBlobRef(definition), uint(version, 4), uint(sequence, 4));
}

function readForm(reader: Reader): FormVersion {
  return { definition: readBlobRef(reader), version: reader.uint(4), sequence: reader.uint(4) };
}

function encodeBlobRef({ blob, hash }: BlobRef): Bytes {
  return concat(blob, fixed(hash, HASH_BYTES));
}
