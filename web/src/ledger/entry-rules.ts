/** What an entry must satisfy by itself, before the ledger before it is asked (docs/protocol.md section 3.3). */

import { equal, isZero, type Bytes } from "../bytes";
import { BadSignature } from "../errors";
import type { Charter } from "./charter";
import { NO_MAC, verifyProof, type Keys } from "./enrolment";
import { verifyCosignature, verifySignature, type Cosignature, type SignedEntry } from "./entry";
import { EntryType } from "./kinds";
import { LedgerRefused } from "./refusal";

export const MIN_COORDINATORS = 2; // so that one lost key does not end an operation; an exercise does with one
const FIRST_CONTENT_KEY = 1;

/**
 * The charter of entry 0, which stands for itself: its hash is the operation id, which the letter shows.
 *
 * @throws LedgerRefused an operation cannot begin like that.
 */
export function judgeCharter(signed: SignedEntry): Charter {
  const charter = signed.body;
  if (charter.type !== EntryType.charter) {
    throw new LedgerRefused("L2", "a ledger begins with a charter");
  }
  if (!isZero(signed.previous)) {
    throw new LedgerRefused("L1", "nothing comes before entry 0");
  }
  if (signed.cosignatures.length > 0) {
    throw new LedgerRefused("L5", "a charter has no cosignature: its coordinators' enrolments stand in it");
  }
  const [creator] = charter.coordinators;
  if (creator === undefined || !equal(creator.identityKey, signed.signer)) {
    throw new LedgerRefused("L2", "the signer of a charter is its first coordinator");
  }
  if (charter.coordinators.length < MIN_COORDINATORS && !charter.policy.exercise) {
    throw new LedgerRefused(
      "L5",
      `an operation has at least ${MIN_COORDINATORS} coordinators, only an exercise has one`,
    );
  }
  if (charter.profiles.length !== charter.coordinators.length) {
    throw new LedgerRefused("L6", "a charter has one profile for each coordinator");
  }
  if (charter.relayName === "") {
    throw new LedgerRefused("L4", "the charter names its relay");
  }
  if (charter.contentKey.number !== FIRST_CONTENT_KEY) {
    throw new LedgerRefused("L7", `the first content key has number ${FIRST_CONTENT_KEY}`);
  }
  if (!equal(creator.mac, NO_MAC)) {
    throw new LedgerRefused("D7", "the creator of an operation enrols without a code");
  }
  for (const keys of charter.coordinators) {
    judgeEnrolment(keys, charter.nonce);
  }
  judgeSignature(signed);
  return charter;
}

/** The signer that the entry names signed it; whether they are a coordinator, the ledger knows. */
export function judgeSignature(signed: SignedEntry): void {
  refusing("L1", "the entry's signature does not verify", () => verifySignature(signed));
}

/** Another key than the signer's signed the same body for this operation (L5). */
export function judgeCosignature(cosignature: Cosignature, signed: SignedEntry, operation: Bytes): void {
  if (equal(cosignature.signer, signed.signer)) {
    throw new LedgerRefused("L5", "the second signature comes from another coordinator");
  }
  refusing("L5", "the cosignature does not verify", () => verifyCosignature(cosignature, signed, operation));
}

/** Whoever is admitted holds the identity key and asked for it, in this operation (D7). */
export function judgeEnrolment(keys: Keys, operation: Bytes): void {
  refusing("D7", "the enrolment is not signed by the identity key that it brings", () => verifyProof(keys, operation));
}

function refusing(rule: string, sentence: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (error instanceof BadSignature) {
      throw new LedgerRefused(rule, sentence);
    }
    throw error;
  }
}
