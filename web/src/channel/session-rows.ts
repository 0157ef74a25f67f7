/**
 * How a session lies in a state store: small values that change with every message apart from large ones that change
 * with Commits only, so that a message costs one small write whatever the size of the group.
 */

import { concat, hex, type Bytes } from "../bytes";
import { decode, fixed, opaque, optional, uint, type Reader } from "../codec";
import { MalformedError } from "../errors";
import { HASH_BYTES, SEND_ID_BYTES } from "../ledger/sizes";
import type { Writes } from "../store/state-store";
import type { Group } from "./group";
import { decodeOutboxRow, encodeOutboxRow, messageHash, type OutboxRow } from "./outbox";
import { Standing, type ChannelSession, type LogPlace, type Staged } from "./session";

export const CHANNEL_PREFIX = "channel/";
const POSITION = "position";
const PUBLIC = "public";
const PRIVATE = "private";
const STAGED = "staged";
const OUTBOX = "outbox/";
const HASH = "hash/";
const HEAD = "head";
const EVIDENCE = "head/evidence/";

/** Gives a group back from what `encode` gave. @throws ProtocolError a tree that is not the one the secret names (D4). */
export type RestoreGroup = (secret: Bytes, tree: Bytes) => Promise<Group>;

/** What lies under one log's prefix, read: the session if there is one, and what the relay said of the log. */
export interface RestoredChannel {
  readonly session: ChannelSession;
  readonly logHashes: Map<number, Bytes>; // our chain hashes of the current epoch, by log sequence
  readonly head: Bytes | null; // the newest log head that the relay signed
}

export function channelPrefix(place: LogPlace): string {
  return `${CHANNEL_PREFIX}${hex(place.operation)}/${hex(place.channel)}/${place.generation}/`;
}

/** Beside each channel's position: its group, which is large, and which nobody needs who only looks at a list. */
export function groupKeys(keys: readonly string[]): readonly string[] {
  const positions = keys.filter((key) => key.startsWith(CHANNEL_PREFIX) && key.endsWith(`/${POSITION}`));
  const prefixes = positions.map((key) => key.slice(0, -POSITION.length));
  return prefixes.flatMap((prefix) => [PUBLIC, PRIVATE, STAGED].map((name) => prefix + name));
}

/** Where a store keeps our chain hash at one entry of the current epoch. */
export function logHashKey(place: LogPlace, sequence: number): string {
  return `${channelPrefix(place)}${HASH}${sequence}`;
}

/** Where a store keeps the newest log head that the relay signed. */
export function logHeadKey(place: LogPlace): string {
  return channelPrefix(place) + HEAD;
}

/** Where a store keeps what convicts the relay of two histories (L4); it outlives the session. */
export function evidenceKey(place: LogPlace, number: number): string {
  return `${channelPrefix(place)}${EVIDENCE}${number}`;
}

export function isEvidence(key: string): boolean {
  return key.includes(`/${EVIDENCE}`);
}

/** What a store must apply, in one transaction, to hold `after` where it held `before` of the same generation. */
export function sessionWrites(before: ChannelSession | null, after: ChannelSession): Writes {
  const at = channelPrefix(after);
  const writes = new Map<string, Bytes | null>([[at + POSITION, encodePosition(after)]]);
  if (before === null || before.group !== after.group) {
    const encoded = after.group.encode();
    writes.set(at + PRIVATE, encoded.secret);
    if (before === null || before.group.epoch !== after.group.epoch) {
      writes.set(at + PUBLIC, encoded.tree);
    }
  }
  if ((before?.staged ?? null) !== after.staged) {
    writes.set(at + STAGED, after.staged === null ? null : encodeStaged(after.staged));
  }
  const known = before?.outbox ?? new Map<string, OutboxRow>();
  for (const [name, row] of after.outbox) {
    if (!known.has(name)) {
      writes.set(at + outboxKey(row), encodeOutboxRow(row));
    }
  }
  for (const [name, row] of known) {
    if (!after.outbox.has(name)) {
      writes.set(at + outboxKey(row), null); // settled: in the log, or dead
    }
  }
  return writes;
}

/**
 * The session that lies in a store under its prefix; the keys of `values` come without it. Null: only evidence is left.
 *
 * @throws MalformedError the store was written by something else; its seals are checked before we get here.
 */
export async function restoreChannel(
  place: LogPlace,
  values: ReadonlyMap<string, Bytes>,
  restore: RestoreGroup,
): Promise<RestoredChannel | null> {
  if ([...values.keys()].every((key) => key.startsWith(EVIDENCE))) {
    return null;
  }
  const { operation, channel, generation } = place;
  const staged = values.get(STAGED);
  const rows = [...values].filter(([key]) => key.startsWith(OUTBOX)).map(([, value]) => decodeOutboxRow(value));
  const hashes = [...values].filter(([key]) => key.startsWith(HASH));
  const session: ChannelSession = {
    operation,
    channel,
    generation,
    group: await restore(needed(values, PRIVATE), needed(values, PUBLIC)),
    ...decode(needed(values, POSITION), readPosition),
    staged: staged === undefined ? null : await restoreStaged(staged, restore),
    outbox: new Map(rows.map((row) => [hex(messageHash(row)), row])),
    mustCommit: true,
  };
  const logHashes = new Map(hashes.map(([key, value]) => [Number(key.slice(HASH.length)), value]));
  return {
    session,
    logHashes: logHashes.size > 0 ? logHashes : new Map([[0, new Uint8Array(HASH_BYTES)]]),
    head: values.get(HEAD) ?? null,
  };
}

function outboxKey(row: OutboxRow): string {
  return `${OUTBOX}${hex(row.sendId)}/${row.epoch}`;
}

function needed(values: ReadonlyMap<string, Bytes>, key: string): Bytes {
  const value = values.get(key);
  if (value === undefined) {
    throw new MalformedError(`the store lacks '${key}' of a channel`);
  }
  return value;
}

function encodePosition(session: ChannelSession): Bytes {
  return concat(
    uint(session.sequence, 8),
    fixed(session.logHash, HASH_BYTES),
    uint(session.epochBeganAt, 8),
    uint(session.judgedAt, 8),
    uint(session.standing, 1),
  );
}

function readPosition(
  reader: Reader,
): Pick<ChannelSession, "sequence" | "logHash" | "epochBeganAt" | "judgedAt" | "standing"> {
  return {
    sequence: Number(reader.uint64()),
    logHash: reader.fixed(HASH_BYTES),
    epochBeganAt: Number(reader.uint64()),
    judgedAt: Number(reader.uint64()),
    standing: readStanding(reader.uint(1)),
  };
}

function readStanding(number: number): Standing {
  const standing = Object.values(Standing).find((one) => one === number);
  if (standing === undefined) {
    throw new MalformedError(`there is no standing ${number}`);
  }
  return standing;
}

function encodeStaged(staged: Staged): Bytes {
  const { secret, tree } = staged.group.encode();
  return concat(
    fixed(staged.sendId, SEND_ID_BYTES),
    opaque(tree),
    opaque(secret),
    opaque(staged.message),
    optional(staged.welcome === null ? null : opaque(staged.welcome)),
    optional(staged.ratchetTree === null ? null : opaque(staged.ratchetTree)),
    uint(staged.ledgerSequence, 8),
  );
}

async function restoreStaged(data: Bytes, restore: RestoreGroup): Promise<Staged> {
  const { tree, secret, ...rest } = decode(data, (reader) => ({
    sendId: reader.fixed(SEND_ID_BYTES),
    tree: reader.opaque(),
    secret: reader.opaque(),
    message: reader.opaque(),
    welcome: reader.optional((inner) => inner.opaque()),
    ratchetTree: reader.optional((inner) => inner.opaque()),
    ledgerSequence: Number(reader.uint64()),
  }));
  return { ...rest, group: await restore(secret, tree), restored: true };
}
