/**
 * An officer without password, and with a reset letter: new password, new identity, the same account (D7, section 3.6).
 *
 * Nothing is kept here. The new keys wait at the relay, sealed under the new password; when the unit has replaced the
 * old ones, signing in fetches them as on any other computer.
 */

import { hex } from "../bytes";
import { UsageError } from "../errors";
import { requestEnrolment } from "../ledger/enrolment";
import { keyWords } from "../ledger/fingerprint";
import { resetTicket, type AccessLetter } from "../ledger/letter";
import { SALT_BYTES } from "../primitives/password";
import { SEED_BYTES, SigningKey } from "../primitives/signatures";
import { keyPair, PRIVATE_KEY_BYTES } from "../primitives/x25519";
import { AccountRoutes, type NewCredentials } from "../relay/account-routes";
import { RelayRefuses } from "../relay/relay-client";
import { enforce } from "./opaque-string";
import { checkStrength } from "./password-strength";
import { sealVault } from "./remote-vault";
import type { Means } from "./session";
import { CURRENT_PROFILE, deriveKeys, signInHandle } from "./sign-in";

const FIRST_VAULT = 1; // version: the relay begins to count anew with it

/** The letter is older than two weeks, a newer one was written, or it has served. */
export class LetterHasServed extends UsageError {}

/** The sign-in name is not the account's: a reset keeps it. */
export class AnotherName extends UsageError {}

/** No reset letter: it makes an account, and resets none. */
export class LetterForNewcomers extends UsageError {}

/**
 * Leave new keys and a new password with the relay, under the letter's code. `name` stays the account's.
 *
 * @returns the words of the new keys: whoever replaces the old ones may hear them by voice.
 * @throws WeakPassword, UnusableText choose another; nothing was sent.
 * @throws LetterForNewcomers, LetterHasServed, AnotherName nothing was changed.
 */
export async function askForReset(
  { operation, code, resets: account }: AccessLetter,
  { name, password }: { readonly name: string; readonly password: string },
  { relay, stretch, entropy }: Means,
): Promise<readonly string[]> {
  if (account === null) {
    throw new LetterForNewcomers("this letter makes an account, it resets none");
  }
  const routes = new AccountRoutes(relay);
  const { name: relayName } = await routes.about();
  checkStrength(enforce(password), [enforce(name), relayName]);
  const handle = signInHandle(relayName, name);
  const parameters = { relayName, handle, salt: entropy(SALT_BYTES), profile: CURRENT_PROFILE };
  const keys = deriveKeys(password, parameters, null, stretch);
  const [identityKey, exchange] = [new SigningKey(entropy(SEED_BYTES)), keyPair(entropy(PRIVATE_KEY_BYTES))];
  const pins = new Map([[hex(operation), { operation, sequence: 0, hash: operation }]]); // what a letter alone says
  const vault = { identityKey, exchangeKey: exchange.privateKey, devices: [], pins, mailboxKeys: [] };
  await leave(routes, {
    ticket: resetTicket(code),
    request: requestEnrolment(operation, account, identityKey, exchange.publicKey, code),
    handle,
    salt: parameters.salt,
    profile: CURRENT_PROFILE,
    signInSecret: keys.signInSecret,
    vault: sealVault(vault, account, FIRST_VAULT, keys.wrappingKey, entropy),
  });
  return keyWords(identityKey.publicKey, exchange.publicKey);
}

async function leave(routes: AccountRoutes, credentials: NewCredentials): Promise<void> {
  try {
    await routes.reset(credentials);
  } catch (error) {
    if (error instanceof RelayRefuses && error.code === "not_found") {
      throw new LetterHasServed(error.message);
    }
    if (error instanceof RelayRefuses && error.code === "refused" && error.details["rule"] === "D7") {
      throw new AnotherName(error.message);
    }
    throw error;
  }
}
