/** Asking to be admitted with an access letter (rule D7). */

import { hex } from "../bytes";
import { ProtocolError, UsageError } from "../errors";
import { requestEnrolment } from "../ledger/enrolment";
import { readLetter, type AccessLetter } from "../ledger/letter";
import type { Entropy } from "../primitives/entropy";
import { keyPair } from "../primitives/x25519";
import { AccountRoutes } from "../relay/account-routes";
import { changeVault, withPins, type Access } from "./access";

/** The letter is a coordinator's, who has a device secret (D3): the Python client takes it. */
export class LetterForTheProgram extends UsageError {}

/** The letter is another relay's; the text is its address. */
export class LetterForElsewhere extends UsageError {}

/** There is a mistake in the letter, which the text names. */
export class UnreadableLetter extends UsageError {}

/**
 * The letter of somebody who enrols, or begins anew, with the page of `origin`.
 *
 * @throws UnreadableLetter, LetterForTheProgram, LetterForElsewhere it is none.
 */
export function readLetterHere(text: string, origin: string): AccessLetter {
  const letter = readOrNameTheMistake(text);
  if (letter.asksForDeviceSecret) {
    throw new LetterForTheProgram("coordinators' letters are used with the program cencomm");
  }
  if (letter.relayAddress.replace(/\/+$/, "") !== origin) {
    throw new LetterForElsewhere(letter.relayAddress);
  }
  return letter;
}

function readOrNameTheMistake(text: string): AccessLetter {
  try {
    return readLetter(text);
  } catch (error) {
    throw error instanceof ProtocolError ? new UnreadableLetter(error.message) : error;
  }
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
