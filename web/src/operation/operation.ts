/**
 * What this member knows of one operation: the verified ledger, the relay's newest statement, the opened blobs.
 *
 * Immutable, and as strict as `cencomm/client/operation/operation.py`.
 */

import { equal, hex, type Bytes } from "../bytes";
import { MalformedError, ProtocolError, Unavailable } from "../errors";
import { openBlob, unwrap, type BlobRef, type ContentKey } from "../ledger/content-key";
import { decodeSignedEntry, type SignedEntry } from "../ledger/entry";
import { Ledger } from "../ledger/ledger";
import { ledgersContradict, verifyLedgerHead, type LedgerHead } from "../ledger/statements";
import type { LedgerPage, SealedBlob, Wrap } from "../relay/relay-client";

/** A head that verified, with the bytes that prove it to others. */
export interface AttestedLedgerHead {
  readonly encoded: Bytes;
  readonly statement: LedgerHead;
}

/** Why nothing is sent in an operation any more, and the two statements of the relay that convict it (L4). */
export interface Frozen {
  readonly sentence: string;
  readonly evidence: readonly [Bytes, Bytes];
}

/** `troubles` are keys and names that came and are not what the ledger names, a sentence each; they are kept out. */
export interface Operation {
  readonly ledger: Ledger;
  readonly head: AttestedLedgerHead;
  readonly frozen: Frozen | null;
  readonly contents: ReadonlyMap<string, Bytes>; // by blob, each verified against the hash in the ledger
  readonly troubles: readonly string[];
}

/** The relay shows less, or another history, than it signed or than this account saw. */
export class RolledBack extends ProtocolError {}

/** The relay signed two histories: both heads are kept, the operation is frozen (L4). */
export class OperationFrozen extends ProtocolError implements Frozen {
  constructor(
    readonly sentence: string,
    readonly evidence: readonly [Bytes, Bytes],
  ) {
    super(`${sentence}: nothing is sent in this operation until the unit has looked at it`);
  }
}

/** The relay signs more than it shows, for now. */
export class RelayWithholds extends Unavailable {}

/**
 * The relay names an operation that no letter and no computer of this account ever named (L2).
 *
 * Its charter would verify all the same: a relay knows our keys, and can be the coordinator of an operation that has
 * the title, names and channels of the real one, with everybody's reports going to itself.
 */
export class NeverJoined extends ProtocolError {
  constructor() {
    super("the relay shows an operation that this account never joined by a letter");
  }
}

/** Under the name of an operation of ours the relay shows another one, or a history that is not the one we saw (L2). */
export class AnotherLedger extends ProtocolError {}

/** The unit has our request, or has none: the relay shows the operation to its members. */
export class NotAdmittedYet extends Unavailable {}

/**
 * The ledger with a page of entries that follow; `ledger` is null before the first page, `before` is what was signed last.
 *
 * @throws OperationFrozen the relay signed two histories.
 * @throws RolledBack it shows less than it signs, or signs less than before.
 */
export function extend(
  operation: Bytes,
  ledger: Ledger | null,
  page: LedgerPage,
  before: AttestedLedgerHead | null,
): { ledger: Ledger; head: AttestedLedgerHead } {
  const [first, ...following] = page.entries.map(decodeSignedEntry);
  if (first === undefined) {
    if (ledger === null) {
      throw new RolledBack("the relay shows no ledger for this operation");
    }
    return { ledger, head: judgeHead(ledger, page.head, before) };
  }
  if (ledger === null && !equal(first.hash, operation)) {
    throw new AnotherLedger("its first entry is of another operation, with other words");
  }
  if (ledger !== null && !follows(ledger, first)) {
    throw new AnotherLedger("what the relay shows to follow is of another history than what this account saw");
  }
  const begun = ledger === null ? Ledger.start(first) : ledger.append(first);
  const extended = following.reduce((held, entry) => held.append(entry), begun);
  return { ledger: extended, head: judgeHead(extended, page.head, before) };
}

/** Whether the entry stands where the ledger's next one has to; `append` judges everything else. */
function follows({ operation, sequence, headHash }: Ledger, next: SignedEntry): boolean {
  const isNext = next.sequence === BigInt(sequence + 1);
  return next.operation !== null && equal(next.operation, operation) && (!isNext || equal(next.previous, headHash));
}

/** Whether the ledger names something that is not here. */
export function lacksNames({ ledger, contents }: Operation): boolean {
  return namedBlobs(ledger).some((ref) => !contents.has(hex(ref.blob)));
}

/** The operation with what of the wraps and blobs is what the ledger names; what was here stays. */
export function openNames(
  { ledger, head, frozen, contents: held }: Operation,
  identity: { readonly identityKey: Bytes; readonly exchangeKey: Bytes },
  wraps: readonly Wrap[],
  blobs: readonly SealedBlob[],
): Operation {
  const troubles: string[] = [];
  const key = currentKey(ledger, identity, wraps, troubles);
  const named = new Map(namedBlobs(ledger).map((ref) => [hex(ref.blob), ref]));
  const contents = new Map(held);
  for (const blob of blobs) {
    const name = hex(blob.blob);
    const ref = named.get(name);
    if (ref === undefined || key === null || blob.number !== key.number || contents.has(name)) {
      continue;
    }
    try {
      contents.set(name, openBlob(key, ledger.operation, ref, blob.sealed));
    } catch (error) {
      troubles.push(`name or form ${name}: ${sentence(error)}`);
    }
  }
  return { ledger, head, frozen, contents, troubles };
}

/** Everything that the ledger names by hash: plan, channel titles, profiles, forms. */
function namedBlobs(ledger: Ledger): readonly BlobRef[] {
  return [
    ledger.charter.plan,
    ...[...ledger.channels.values()].map((channel) => channel.title),
    ...[...ledger.members.values()].map((member) => member.profile),
    ...[...ledger.forms.values()].map((form) => form.definition),
  ];
}

/** The newest content key; all blobs are sealed again when a new one begins (L7). */
function currentKey(
  ledger: Ledger,
  identity: { readonly identityKey: Bytes; readonly exchangeKey: Bytes },
  wraps: readonly Wrap[],
  troubles: string[],
): ContentKey | null {
  const ref = ledger.contentKey;
  for (const wrap of wraps) {
    if (wrap.number !== ref.number) {
      continue;
    }
    try {
      return unwrap(wrap.sealed, ledger.operation, ref, identity.identityKey, identity.exchangeKey);
    } catch (error) {
      troubles.push(`content key ${ref.number}: ${sentence(error)}`);
    }
  }
  return null;
}

function judgeHead(ledger: Ledger, encoded: Bytes, before: AttestedLedgerHead | null): AttestedLedgerHead {
  const head = verifyLedgerHead(encoded, ledger.charter.relayKey);
  if (!equal(head.operation, ledger.operation)) {
    throw new MalformedError("the head is of another operation");
  }
  if (before !== null) {
    const sentence = ledgersContradict(before.statement, head, ledger);
    if (sentence !== null) {
      throw new OperationFrozen(sentence, [before.encoded, encoded]);
    }
    if (head.sequence < before.statement.sequence) {
      throw new RolledBack(`the relay signed entry ${before.statement.sequence} before, and now ${head.sequence}`);
    }
  }
  if (head.sequence < BigInt(ledger.sequence)) {
    throw new RolledBack(`the relay signs entry ${head.sequence}, and shows ${ledger.sequence}`);
  }
  const held = ledger.hashes[Number(head.sequence)];
  if (held !== undefined && !equal(held, head.hash)) {
    throw new RolledBack("the relay signs a head that is not on the ledger that it shows");
  }
  return { encoded, statement: head };
}

function sentence(error: unknown): string {
  if (error instanceof ProtocolError) {
    return error.message;
  }
  throw error;
}
