/**
 * What bears out a message that MLS decrypted (C1, S7, S8), with the checks of Python's `bearing_out.py` in their order.
 *
 *     place in ledger and log --anchor--> commitment --> signed bytes --signature--> author, channel, ledger at writing
 */

import { equal, type Bytes } from "../bytes";
import { BadSignature, MalformedError } from "../errors";
import { verifyControl, type Control } from "../forms/control";
import { verifyEnvelope, type Envelope } from "../forms/envelope";
import { commitment } from "../forms/payload";
import { isControl, type Signed } from "../forms/signed";
import type { Anchor } from "../ledger/anchor";
import { judgeAnchor, judgeLogView } from "../ledger/anchor-rules";
import { AuthorRefused, judgeAuthor } from "../ledger/author";
import type { DeviceCertificate } from "../ledger/certificate";
import { LogKind } from "../ledger/kinds";
import type { Ledger } from "../ledger/ledger";
import { AnchorRefused } from "../ledger/refusal";
import { HASH_BYTES } from "../ledger/sizes";
import type { ControlDelivered, MessageDelivered, Place, Reason } from "./events";
import type { Witness } from "./witness";

/** The message is to be set aside, for this reason. Never leaves the modules that judge an entry. */
export class NotBorneOut extends Error {
  constructor(
    readonly reason: Reason,
    detail: string,
  ) {
    super(detail);
  }
}

/** What a device signed, read: `kind` says which of the two it is. */
export type Said =
  | { readonly kind: "message"; readonly envelope: Envelope }
  | { readonly kind: "control"; readonly control: Control };

/**
 * The entry's anchor, which names this place, our ledger and our log.
 *
 * @throws NotBorneOut it does not.
 * @throws LedgerBehind it names more of the ledger than we hold: fetch it, then judge again.
 */
export function bearOutAnchor(witness: Witness, authenticatedData: Bytes, place: Place, epochBeganAt: number): Anchor {
  const anchor = anchorOf(witness, authenticatedData, place, epochBeganAt);
  const held = witness.logHashes.get(Number(anchor.logSequence)) ?? new Uint8Array(HASH_BYTES);
  try {
    judgeLogView(anchor, held);
  } catch (error) {
    if (error instanceof AnchorRefused) {
      throw new NotBorneOut("foreign_log", error.message);
    }
    throw error;
  }
  return anchor;
}

/** @throws NotBorneOut the log commits to something else (S7). */
export function bearOutCommitment(anchor: Anchor, salt: Bytes, signed: Signed): void {
  if (!equal(commitment(salt, signed), anchor.commitment)) {
    throw new NotBorneOut("bad_commitment", "the log commits to another envelope than this one");
  }
}

/** What the certified device signed, for this channel and on our ledger (S8). @throws NotBorneOut it did not. */
export function bearOutAuthor(signed: Signed, certificate: DeviceCertificate, ledger: Ledger, place: Place): Said {
  const said = saidBy(signed, certificate);
  const frame = said.kind === "control" ? said.control : said.envelope;
  if (!equal(frame.operation, place.operation) || !equal(frame.channel, place.channel)) {
    throw new NotBorneOut("wrong_channel", "the envelope was written for another channel");
  }
  // We hold all that the anchor names. An envelope that names more is not waited for: no relay could have refused it.
  const held = ledger.hashAt(frame.ledgerSequence);
  if (held === null || !equal(held, frame.ledgerHash)) {
    throw new NotBorneOut("foreign_ledger", "the author saw another ledger when writing");
  }
  return said;
}

/** The event of something that was borne out. `authorRevoked`: its author is known to have left since (C12). */
export function delivered(
  place: Place,
  certificate: DeviceCertificate,
  salt: Bytes,
  signed: Signed,
  said: Said,
  about: { readonly own: boolean; readonly authorRevoked: boolean },
): MessageDelivered | ControlDelivered {
  const { account, identityKey, encoded } = certificate;
  return { place, account, identityKey, certificate: encoded, salt, signed, ...said, ...about };
}

/**
 * What exactly these bytes say.
 *
 * @throws BadSignature the holder of `signatureKey` did not sign them.
 * @throws MalformedError they are neither envelope nor control message.
 */
export function read(signed: Signed, signatureKey: Bytes): Said {
  return isControl(signed)
    ? { kind: "control", control: verifyControl(signed, signatureKey) }
    : { kind: "message", envelope: verifyEnvelope(signed, signatureKey) };
}

function saidBy(signed: Signed, certificate: DeviceCertificate): Said {
  try {
    const said = read(signed, certificate.signatureKey);
    judgeAuthor(said.kind === "control" ? said.control.author : said.envelope.author, certificate);
    return said;
  } catch (error) {
    if (error instanceof BadSignature) {
      throw new NotBorneOut("bad_signature", error.message);
    }
    if (error instanceof AuthorRefused) {
      throw new NotBorneOut("not_the_author", error.message);
    }
    if (error instanceof MalformedError) {
      throw new NotBorneOut("bad_payload", error.message);
    }
    throw error;
  }
}

function anchorOf(witness: Witness, authenticatedData: Bytes, place: Place, epochBeganAt: number): Anchor {
  try {
    return judgeAnchor(witness.ledger, authenticatedData, LogKind.application, { ...place, epochBeganAt });
  } catch (error) {
    if (error instanceof AnchorRefused) {
      throw new NotBorneOut(error.rule === "C3" ? "foreign_ledger" : "bad_anchor", error.message);
    }
    throw error;
  }
}
