/**
 * Changing what opens an account: salt, verifier and vault in one transaction of the relay (D2, D3, section 7.4).
 *
 * The mailbox is sealed again under its new key at its next opening (`roaming/resealing.ts`).
 */

import { equal } from "../bytes";
import { Unavailable, UsageError } from "../errors";
import { readSecret } from "../ledger/secret-text";
import { RolledBack } from "../operation/operation";
import type { Entropy } from "../primitives/entropy";
import { sha256 } from "../primitives/hashes";
import { SALT_BYTES, type Stretch } from "../primitives/password";
import { KEY_BYTES } from "../primitives/secret-box";
import { OwnAccountRoutes, type NewPassword, type PasswordChanged } from "../relay/own-account-routes";
import { fetchVault, type Access } from "./access";
import { enforce } from "./opaque-string";
import { checkStrength } from "./password-strength";
import { MAX_MAILBOX_KEYS, sealVault, WrongPassword, type RemoteVault } from "./remote-vault";
import { readCode } from "./second-factor";
import { CURRENT_PROFILE, deriveKeys } from "./sign-in";

/** The account has a device secret, which a new password is not to take from it, and this is not the one (D3). */
export class WrongDeviceSecret extends UsageError {}

/** The vault holds as many mailbox keys as it may: one more would drop that under which the rows lie (D2). */
export class MailboxLeftUnopened extends UsageError {}

/** The line broke on the way: the old password counts, or the new one. */
export class PasswordMayBeChanged extends Unavailable {}

export interface TypedPasswords {
  readonly password: string; // that counts now
  readonly newPassword: string;
  readonly code: string | null; // of the second factor
  readonly deviceSecret: string | null; // as it stands on the letter (D3)
}

/** The same session under the new keys. */
export interface ChangedPassword {
  readonly access: Access;
  readonly vaultVersion: number;
}

/**
 * The account opens to the new password, and to its device secret if it has one; no other session goes on.
 *
 * @param name the account's, which no password may be made of.
 * @param seen of the vault, the newest version that an opening of the mailbox saw.
 * @throws WeakPassword, UnusableText, UnusableCode, WrongDeviceSecret nothing was changed.
 * @throws RolledBack the relay shows no vault, or an older one: what it lacks would be lost. Nothing was changed.
 * @throws MailboxLeftUnopened the mailbox has to be opened first. Nothing was changed.
 * @throws RelayRefuses `wrong_sign_in`, `code_needed`, `locked`: that was a try; `stale_version`: another computer wrote
 *   the vault meanwhile. Nothing was changed.
 * @throws PasswordMayBeChanged it is not known.
 */
export async function changePassword(
  access: Access,
  asked: TypedPasswords,
  name: string,
  seen: number,
  { stretch, entropy }: { readonly stretch: Stretch; readonly entropy: Entropy },
): Promise<ChangedPassword> {
  checkStrength(enforce(asked.newPassword), [enforce(name), access.parameters.relayName]);
  const code = asked.code === null ? null : readCode(asked.code);
  const deviceSecret = access.keys.withDeviceSecret ? readSecret(asked.deviceSecret ?? "", "a device secret") : null;
  const { version, vault } = await fetchVault(access);
  if (vault === null || version < seen) {
    throw new RolledBack("the relay shows an older vault of this account than before: tell its operator");
  }
  const fresh = withNewMailboxKey(vault, entropy);
  const typed = deriveKeys(asked.password, access.parameters, deviceSecret, stretch);
  if (access.keys.withDeviceSecret && equal(sha256(typed.signInSecret), sha256(access.keys.signInSecret))) {
    await requireOpens({ ...access, keys: typed }); // the password is right: of a wrong one the relay is the judge
  }
  const parameters = { ...access.parameters, salt: entropy(SALT_BYTES), profile: CURRENT_PROFILE };
  const keys = deriveKeys(asked.newPassword, parameters, deviceSecret, stretch);
  const sealed = sealVault(fresh, access.account, version + 1, keys.wrappingKey, entropy);
  const changed = await ask(new OwnAccountRoutes(access.relay), {
    signInSecret: typed.signInSecret,
    code,
    salt: parameters.salt,
    profile: parameters.profile,
    newSignInSecret: keys.signInSecret,
    version,
    sealed,
  });
  const after = { ...access, parameters, keys, source: changed.source };
  return { access: after, vaultVersion: changed.version };
}

/** All keys stay: the rows may lie under any of them. A mailbox that was never opened stays without keys. */
function withNewMailboxKey(vault: RemoteVault, entropy: Entropy): RemoteVault {
  const kept = vault.mailboxKeys;
  if (kept.length === 0) {
    return vault;
  }
  if (kept.length === MAX_MAILBOX_KEYS) {
    throw new MailboxLeftUnopened("the mailbox was not opened since the password was changed again and again");
  }
  return { ...vault, mailboxKeys: [...kept, entropy(KEY_BYTES)] };
}

async function requireOpens(access: Access): Promise<void> {
  try {
    await fetchVault(access);
  } catch (error) {
    throw error instanceof WrongPassword ? new WrongDeviceSecret("this is not the account's device secret") : error;
  }
}

async function ask(routes: OwnAccountRoutes, asked: NewPassword): Promise<PasswordChanged> {
  try {
    return await routes.changePassword(asked);
  } catch (error) {
    throw error instanceof Unavailable ? new PasswordMayBeChanged(error.message) : error;
  }
}
