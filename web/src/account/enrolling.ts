/** Asking to be admitted with an access letter (rule D7). */

import { hex } from "../bytes";
import { UsageError } from "../errors";
import { words } from "../ledger/fingerprint";
import { requestEnrolment } from "../ledger/enrolment";
import { readLetter, type AccessLetter } from "../ledger/letter";
import type { Entropy } from "../primitives/entropy";
import { keyPair } from "../primitives/x25519";
import { AccountRoutes } from "../relay/account-routes";
import { changeVault, withPins, type Access } from "./access";

/** A letter that this program cannot use, or that belongs to another address; the text says what to do. */
export class LetterNotForHere extends UsageError {}

/** What somebody compares by voice before they go on, and what else they are asked for. */
export interface LetterView {
  readonly words: readonly string[]; // of the operation: 12
  readonly asksForCode: boolean; // the relay, of whoever makes an account
}

/**
 * The letter of somebody who enrols with the page of `origin`.
 *
 * @throws MalformedError, FingerprintMismatch a mistake that the message names.
 * @throws LetterNotForHere another relay's, a coordinator's (D3), or one that resets an account.
 */
export function readLetterHere(text: string, origin: string): AccessLetter {
  const letter = readLetter(text);
  if (letter.asksForDeviceSecret || letter.resets) {
    throw new LetterNotForHere(
      letter.resets
        ? "this letter resets an account: use it with the program cencomm (sign-up --reset)"
        : "coordinators and nodes enrol with the program cencomm, which keeps a device secret (sign-up --device-secret)",
    );
  }
  if (letter.relayAddress.replace(/\/+$/, "") !== origin) {
    throw new LetterNotForHere(`this letter is for ${letter.relayAddress}: open that address`);
  }
  return letter;
}

export function letterView(letter: AccessLetter, asksForCode: boolean): LetterView {
  return { words: words(letter.operation), asksForCode };
}

/**
 * The unit finds our request, sealed under the letter's code. The vault names the operation before, so that no relay can
 * show us another one later (L2).
 */
export async function askToJoin(access: Access, letter: AccessLetter, entropy: Entropy): Promise<void> {
  const first = { operation: letter.operation, sequence: 0, hash: letter.operation }; // what a letter alone says
  const { vault } = await changeVault(
    access,
    (before) => (before.pins.has(hex(letter.operation)) ? before : withPins(before, [[hex(letter.operation), first]])),
    entropy,
  );
  const request = requestEnrolment(
    letter.operation,
    access.account,
    vault.identityKey,
    keyPair(vault.exchangeKey).publicKey,
    letter.code,
  );
  await new AccountRoutes(access.relay).requestEnrolment(letter.operation, request);
}
