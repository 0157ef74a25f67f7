/** A session of an account that exists (D1, D2). */

import { readSecret } from "../ledger/secret-text";
import type { Access } from "./access";
import { readCode } from "./second-factor";
import { beginSession, type Means } from "./session";
import { deriveKeys, signInHandle } from "./sign-in";

export interface TypedName {
  readonly name: string;
  readonly password: string;
  readonly code: string | null; // of the second factor
  readonly deviceSecret: string | null; // as it stands on the letter (D3)
  readonly remember: boolean; // this computer is to be known to the relay (D6)
}

/**
 * `made` is called when Argon2id is done; the relay is asked once it resolves. What it throws costs no try, and leaves no
 * session behind.
 *
 * @throws UnusableText, UnusableCode nothing was sent.
 * @throws RelayRefuses `wrong_sign_in`, `code_needed`, `locked`.
 * @throws UnknownProfile the relay asks for a password profile that is not ours (D1).
 */
export async function signIn(asked: TypedName, means: Means, made: () => Promise<void>): Promise<Access> {
  const { relay, stretch, known } = means;
  const code = asked.code === null ? null : readCode(asked.code);
  const relayName = await relay.relayName();
  const handle = signInHandle(relayName, asked.name);
  const parameters = { relayName, handle, ...(await relay.signInParameters(handle)) };
  const deviceSecret = asked.deviceSecret === null ? null : readSecret(asked.deviceSecret, "a device secret");
  const keys = deriveKeys(asked.password, parameters, deviceSecret, stretch);
  await made();
  const before = await known.source(handle);
  const access = await beginSession(means, parameters, keys, code, before);
  if (access.source !== null && (asked.remember || before !== null)) {
    await known.keep(handle, access.source);
  }
  return access;
}
