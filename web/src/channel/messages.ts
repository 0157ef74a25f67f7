/** Taking in an application message: decrypted, borne out by anchor, commitment, signature, author (C1, S7, S8). */

import { equal, hex, type Bytes } from "../bytes";
import { MalformedError, ProtocolError, UsageError } from "../errors";
import { decodePayload } from "../forms/payload";
import type { Signed } from "../forms/signed";
import type { DeviceCertificate } from "../ledger/certificate";
import type { Ledger } from "../ledger/ledger";
import { OwnMessage, WrongEpoch } from "../mls/errors";
import type { Opened } from "./group";
import { bearOutAnchor, bearOutAuthor, bearOutCommitment, delivered, NotBorneOut, read } from "./bearing-out";
import type { ChannelEvent, ControlDelivered, MessageDelivered, Place, Quarantined, Reason } from "./events";
import type { OutboxRow } from "./outbox";
import type { Received } from "./receiving";
import { outboxName, type ChannelSession } from "./session";
import type { Witness } from "./witness";

/**
 * The session after an application message of the log.
 *
 * @throws LedgerBehind the sender stands on a ledger that we do not hold; nothing was changed, no key was used up.
 */
export async function receiveApplication(
  session: ChannelSession,
  message: Bytes,
  witness: Witness,
  place: Place,
): Promise<Received> {
  const moved = { ...session, sequence: place.sequence, logHash: place.logHash };
  const row = session.outbox.get(outboxName(message));
  if (row !== undefined) {
    return settleOwn(moved, row, witness, place);
  }
  let opened: Opened;
  try {
    opened = await session.group.open(message);
  } catch (error) {
    if (error instanceof ProtocolError) {
      return { session: moved, event: aside(place, reasonOf(error), error.message, message, null) };
    }
    throw error;
  }
  const certificate = witness.certificates.verify(opened.sender.credential);
  const after = { ...moved, group: opened.group };
  return { session: after, event: bornOut(session, opened, certificate, witness, place, message) };
}

function reasonOf(error: ProtocolError): Reason {
  if (error instanceof WrongEpoch) {
    return "wrong_epoch";
  }
  return error instanceof OwnMessage ? "own_unknown" : "undecryptable";
}

function bornOut(
  session: ChannelSession,
  opened: Opened,
  certificate: DeviceCertificate,
  witness: Witness,
  place: Place,
  message: Bytes,
): ChannelEvent {
  try {
    return judged(session, opened, certificate, witness, place);
  } catch (error) {
    if (error instanceof NotBorneOut) {
      return aside(place, error.reason, error.message, message, certificate.account);
    }
    throw error;
  }
}

/** What MLS decrypted, as a message that anchor, commitment, signature and author bear out. */
function judged(
  session: ChannelSession,
  opened: Opened,
  certificate: DeviceCertificate,
  witness: Witness,
  place: Place,
): MessageDelivered | ControlDelivered {
  const { ledger } = witness;
  const anchor = bearOutAnchor(witness, opened.authenticatedData, place, session.epochBeganAt);
  const { salt, signed } = payloadOf(opened.plaintext);
  bearOutCommitment(anchor, salt, signed);
  const said = bearOutAuthor(signed, certificate, ledger, place);
  const authorRevoked = hasLeft(ledger, certificate);
  return delivered(place, certificate, salt, signed, said, { own: false, authorRevoked });
}

function payloadOf(plaintext: Bytes): { readonly salt: Bytes; readonly signed: Signed } {
  try {
    return decodePayload(plaintext);
  } catch (error) {
    if (error instanceof MalformedError) {
      throw new NotBorneOut("bad_payload", error.message);
    }
    throw error;
  }
}

/** Entitled in the message's epoch, and known to be revoked or replaced since (C12). */
function hasLeft(ledger: Ledger, certificate: DeviceCertificate): boolean {
  const member = ledger.members.get(hex(certificate.account));
  return member === undefined || member.revokedAt !== null || !equal(member.identityKey, certificate.identityKey);
}

/** Our own message, by the hash of its ciphertext: delivered from the outbox, since MLS cannot decrypt one's own. */
function settleOwn(moved: ChannelSession, row: OutboxRow, witness: Witness, place: Place): Received {
  const own = moved.group.leaves.find((leaf) => leaf.index === moved.group.ownLeaf);
  if (own === undefined) {
    throw new UsageError("a group holds the leaf of its own device");
  }
  const certificate = witness.certificates.verify(own.credential);
  const outbox = new Map([...moved.outbox].filter(([, other]) => other !== row));
  const said = read(row.signed, certificate.signatureKey);
  const event = delivered(place, certificate, row.salt, row.signed, said, { own: true, authorRevoked: false });
  return { session: { ...moved, outbox }, event };
}

function aside(place: Place, reason: Reason, detail: string, message: Bytes, account: Bytes | null): Quarantined {
  return { kind: "quarantined", place, reason, detail, message, account };
}
