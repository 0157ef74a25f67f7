/** A new account with its identity, or the one that was begun before (D1, D2). */

import { UsageError } from "../errors";
import { SALT_BYTES } from "../primitives/password";
import { SEED_BYTES, SigningKey } from "../primitives/signatures";
import { PRIVATE_KEY_BYTES } from "../primitives/x25519";
import { AccountRoutes } from "../relay/account-routes";
import { RelayRefuses } from "../relay/relay-client";
import { foundVault, withMailboxKeys, type Access } from "./access";
import { enforce } from "./opaque-string";
import { checkStrength } from "./password-strength";
import { beginSession, type Means } from "./session";
import { CURRENT_PROFILE, deriveKeys, signInHandle, type SignInParameters } from "./sign-in";

/** The relay makes accounts only with its registration code, which is wrong or missing. */
export class RegistrationCodeNeeded extends UsageError {}

export interface NewName {
  readonly name: string;
  readonly password: string;
  readonly registrationCode: string | null; // where the relay asks for one
}

/**
 * A new account, signed in to. If it was made before with this password, as when enrolling was interrupted: that one.
 *
 * @throws WeakPassword, UnusableText choose another; nothing was sent.
 * @throws RegistrationCodeNeeded nothing was made.
 * @throws RelayRefuses `taken`: somebody has this name here, or you, with another password.
 */
export async function signUp(asked: NewName, means: Means): Promise<Access> {
  const { relay, stretch, entropy } = means;
  const routes = new AccountRoutes(relay);
  const { name: relayName } = await routes.about();
  checkStrength(enforce(asked.password), [enforce(asked.name), relayName]);
  const handle = signInHandle(relayName, asked.name);
  const parameters = { relayName, handle, salt: entropy(SALT_BYTES), profile: CURRENT_PROFILE };
  const keys = deriveKeys(asked.password, parameters, null, stretch);
  const { registrationCode } = asked;
  const fresh = { handle, salt: parameters.salt, profile: CURRENT_PROFILE, signInSecret: keys.signInSecret, registrationCode };
  let access: Access;
  try {
    await routes.createAccount(fresh);
    access = await beginSession(means, parameters, keys, null);
  } catch (error) {
    if (error instanceof RelayRefuses && error.code === "not_entitled") {
      throw new RegistrationCodeNeeded(error.message);
    }
    if (!(error instanceof RelayRefuses) || error.code !== "taken") {
      throw error;
    }
    access = await signInInstead(asked.password, relayName, handle, means, error);
  }
  const identityKey = new SigningKey(entropy(SEED_BYTES));
  const empty = { identityKey, exchangeKey: entropy(PRIVATE_KEY_BYTES), devices: [], pins: new Map(), mailboxKeys: [] };
  await foundVault(access, withMailboxKeys(empty, entropy), entropy);
  return access;
}

async function signInInstead(
  password: string,
  relayName: string,
  handle: Uint8Array,
  means: Means,
  taken: RelayRefuses,
): Promise<Access> {
  const { relay, stretch } = means;
  const parameters: SignInParameters = { relayName, handle, ...(await relay.signInParameters(handle)) };
  const keys = deriveKeys(password, parameters, null, stretch);
  try {
    return await beginSession(means, parameters, keys, null);
  } catch (error) {
    throw error instanceof RelayRefuses && error.code === "wrong_sign_in" ? taken : error;
  }
}
