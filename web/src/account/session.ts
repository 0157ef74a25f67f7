/** A session at the relay, begun with password and code on a computer that has a name (D1, D6). */

import type { Bytes } from "../bytes";
import type { Entropy } from "../primitives/entropy";
import type { Stretch } from "../primitives/password";
import type { RelayClient } from "../relay/relay-client";
import type { Access } from "./access";
import type { KnownComputer } from "./known-computer";
import { sealLabel } from "./label";
import type { SignInKeys, SignInParameters } from "./sign-in";

/** What signing up and in take from outside. */
export interface Means {
  readonly relay: RelayClient;
  readonly stretch: Stretch;
  readonly entropy: Entropy;
  readonly computerName: string; // what its owner will see in the list of sessions
  readonly known: KnownComputer;
}

/** Throws as `RelayClient.signIn`. */
export async function beginSession(
  { relay, entropy, computerName }: Means,
  parameters: SignInParameters,
  keys: SignInKeys,
  code: string | null,
  source: Bytes | null = null, // that this computer was given before
): Promise<Access> {
  const { handle } = parameters;
  const label = sealLabel(keys.labelKey, handle, computerName, entropy);
  const asked = { handle, signInSecret: keys.signInSecret, code, source, label };
  const { account, source: given } = await relay.signIn(asked);
  return { relay, account, parameters, keys, source: given ?? source };
}
