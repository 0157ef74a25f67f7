/** A new account with its identity, or the one that was begun before (D1, D2). */

import { UsageError } from "../errors";
import type { Entropy } from "../primitives/entropy";
import { SALT_BYTES, type Stretch } from "../primitives/password";
import { SEED_BYTES, SigningKey } from "../primitives/signatures";
import { PRIVATE_KEY_BYTES } from "../primitives/x25519";
import { AccountRoutes } from "../relay/account-routes";
import { RelayRefuses, type RelayClient } from "../relay/relay-client";
import { foundVault, withMailboxKeys, type Access } from "./access";
import { enforce } from "./opaque-string";
import { checkStrength } from "./password-strength";
import { deriveKeys, signInHandle, type SignInParameters } from "./sign-in";

const CURRENT_PROFILE = 1;

/** The relay makes accounts only with its registration code, which is wrong or missing. */
export class RegistrationCodeNeeded extends UsageError {}

export interface NewName {
  readonly name: string;
  readonly password: string;
  readonly registrationCode: string | null; // where the relay asks for one
}

/** What signing up and in take from outside. */
export interface Means {
  readonly relay: RelayClient;
  readonly stretch: Stretch;
  readonly entropy: Entropy;
}

/**
 * A new account, signed in to. If it was made before with this password, as when enrolling was interrupted: that one.
 *
 * @throws WeakPassword, UnusableText choose another; nothing was sent.
 * @throws RegistrationCodeNeeded nothing was made.
 * @throws RelayRefuses `taken`: somebody has this name here, or you, with another password.
 */
export async function signUp(asked: NewName, { relay, stretch, entropy }: Means): Promise<Access> {
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
    access = { relay, account: await relay.signIn(handle, keys.signInSecret, null), parameters, keys };
  } catch (error) {
    if (error instanceof RelayRefuses && error.code === "not_entitled") {
      throw new RegistrationCodeNeeded(error.message);
    }
    if (!(error instanceof RelayRefuses) || error.code !== "taken") {
      throw error;
    }
    access = await signInInstead(asked.password, relayName, handle, { relay, stretch, entropy }, error);
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
  { relay, stretch }: Means,
  taken: RelayRefuses,
): Promise<Access> {
  const parameters: SignInParameters = { relayName, handle, ...(await relay.signInParameters(handle)) };
  const keys = deriveKeys(password, parameters, null, stretch);
  try {
    return { relay, account: await relay.signIn(handle, keys.signInSecret, null), parameters, keys };
  } catch (error) {
    throw error instanceof RelayRefuses && error.code === "wrong_sign_in" ? taken : error;
  }
}
