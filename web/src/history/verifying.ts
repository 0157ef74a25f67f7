/**
 * Whether what a server says of a log entry is what the log committed to, and what its author may have said (H2).
 *
 *     outline --anchor: place, ledger, log view (C1, C3, L4)--> commitment --opens to (S7)--> signed bytes
 *     signed bytes --signature--> certificate --identity key, entitled in the epoch (C12)--> author (S8)
 *
 * What only MLS could show is not shown here: from which leaf the entry came. That the author signed these bytes for this
 * channel, and that some member put them there, is (docs/attacks.md). The checks of Python's `verifying.py`, in its order.
 */

import { equal, hex, type Bytes } from "../bytes";
import { bearOutAnchor, bearOutAuthor, bearOutCommitment, delivered, NotBorneOut } from "../channel/bearing-out";
import type { ControlDelivered, MessageDelivered, Place, Quarantined } from "../channel/events";
import type { LogPlace } from "../channel/session";
import { MalformedError, ProtocolError } from "../errors";
import { decodeSigned, type Signed } from "../forms/signed";
import type { DeviceCertificate } from "../ledger/certificate";
import type { CertificateMemo } from "../ledger/certificate-memo";
import type { Opened } from "../ledger/history-items";
import { LogKind } from "../ledger/kinds";
import type { Ledger } from "../ledger/ledger";
import { LedgerBehind, NotEntitled } from "../ledger/refusal";
import { anchoredAt, placeIn, type LoggedEntry } from "./outline";

export type Verdict = MessageDelivered | ControlDelivered | Quarantined;

/** The verified entries of a part of one log, in its order and without gaps, from a Commit on. */
export class Outline {
  readonly hashes: ReadonlyMap<number, Bytes>; // the log's, by sequence
  readonly #commits: readonly LoggedEntry[];

  constructor(
    readonly log: LogPlace,
    readonly entries: readonly LoggedEntry[],
  ) {
    this.hashes = new Map(entries.map((entry) => [entry.sequence, entry.logHash]));
    this.#commits = entries.filter((entry) => entry.kind === LogKind.commit);
  }

  /** The entries from `first` to `last`. */
  between(first: number, last: number): readonly LoggedEntry[] {
    const [begin] = this.entries;
    const before = begin?.sequence ?? 0;
    return this.entries.slice(Math.max(0, first - before), Math.max(0, last + 1 - before));
  }

  /** The Commit that began the epoch in which `entry` was said. */
  epochOf(entry: LoggedEntry): LoggedEntry | null {
    return this.#commits.findLast((commit) => commit.sequence < entry.sequence) ?? null;
  }
}

/** What an item is judged by: the ledger that we hold, and who asks. */
export interface Judge {
  readonly ledger: Ledger;
  readonly certificates: CertificateMemo;
  readonly account: Bytes; // ours
}

/**
 * The message of a log entry, or why what the server gives for it is none.
 *
 * @throws LedgerBehind the entry names more of the ledger than we hold: fetch it, then judge again.
 */
export function judgeItem(item: Opened, entry: LoggedEntry, outline: Outline, judge: Judge): Verdict {
  const place = placeIn(outline.log, entry);
  try {
    return borneOut(item, entry, outline, judge, place);
  } catch (error) {
    if (error instanceof NotBorneOut) {
      const detail = `history: ${error.message}`;
      return { kind: "quarantined", place, reason: error.reason, detail, message: item.signed, account: null };
    }
    throw error;
  }
}

function borneOut(
  item: Opened,
  entry: LoggedEntry,
  outline: Outline,
  { ledger, certificates, account }: Judge,
  place: Place,
): MessageDelivered | ControlDelivered {
  const epoch = outline.epochOf(entry);
  const head = epoch === null ? null : anchoredAt(epoch);
  if (epoch === null || head === null) {
    throw new NotBorneOut("bad_anchor", "it was said before the channel began");
  }
  const witness = { ledger, certificates, logHashes: outline.hashes };
  const anchor = bearOutAnchor(witness, entry.anchor, place, epoch.sequence);
  const signed = signedIn(item);
  bearOutCommitment(anchor, item.salt, signed);
  const certificate = certificateOf(item, outline.log.channel, ledger, certificates, head);
  const said = bearOutAuthor(signed, certificate, ledger, place);
  const own = equal(certificate.account, account);
  return delivered(place, certificate, item.salt, signed, said, { own, authorRevoked: hasLeft(certificate, ledger, own) });
}

function signedIn(item: Opened): Signed {
  try {
    return decodeSigned(item.signed);
  } catch (error) {
    if (error instanceof MalformedError) {
      throw new NotBorneOut("bad_payload", error.message);
    }
    throw error;
  }
}

/** The device that signed was one of the channel's in that epoch (C5, C12). */
function certificateOf(
  item: Opened,
  channel: Bytes,
  ledger: Ledger,
  certificates: CertificateMemo,
  head: number,
): DeviceCertificate {
  if (head > ledger.sequence) {
    throw new LedgerBehind(BigInt(head), ledger.sequence);
  }
  try {
    const certificate = certificates.verify(item.certificate);
    const member = ledger.entitled(channel, certificate.identityKey, head);
    if (!equal(member.account, certificate.account)) {
      throw new NotBorneOut("not_the_author", "the ledger has another account for its author's identity");
    }
    if (ledger.hasEnded(certificate.account, certificate.device, head)) {
      throw new NotBorneOut("not_the_author", "its author's device had ended");
    }
    return certificate;
  } catch (error) {
    if (error instanceof NotEntitled) {
      throw new NotBorneOut("not_the_author", `its author did not belong to the channel then: ${error.message}`);
    }
    if (error instanceof ProtocolError) {
      throw new NotBorneOut("bad_signature", `its certificate: ${error.message}`);
    }
    throw error;
  }
}

/** Another identity of one's own is the one before a reset, which says nothing. */
function hasLeft({ account, identityKey }: DeviceCertificate, ledger: Ledger, own: boolean): boolean {
  const newest = ledger.members.get(hex(account));
  if (newest === undefined || newest.revokedAt !== null) {
    return true;
  }
  return !own && !equal(newest.identityKey, identityKey);
}
