/** A session at the relay with the keys that come from the password, and the account's vault behind it (D1, D2, L2). */

import type { Bytes } from "../bytes";
import { Unavailable } from "../errors";
import type { Pin } from "../ledger/ledger";
import { RolledBack } from "../operation/operation";
import type { Entropy } from "../primitives/entropy";
import { KEY_BYTES } from "../primitives/secret-box";
import { AccountRoutes } from "../relay/account-routes";
import { RelayRefuses, type RelayClient, type SealedVault } from "../relay/relay-client";
import { openVault, sealVault, type RemoteVault } from "./remote-vault";
import type { SignInKeys, SignInParameters } from "./sign-in";

const MAX_TRIES = 5; // of a vault that another computer of the same person writes at the same time

export interface Access {
  readonly relay: RelayClient;
  readonly account: Bytes;
  readonly parameters: SignInParameters;
  readonly keys: SignInKeys;
  readonly source: Bytes | null; // by which the relay knows this computer, in memory (D6)
}

/** The account's vault as the relay counts it; version 0 and null: nothing was put there yet. */
export interface VersionedVault {
  readonly version: number;
  readonly vault: RemoteVault | null;
}

/** @throws WrongPassword it does not open: a device secret is missing (D3). @throws MalformedError no vault of ours. */
export async function fetchVault(access: Access): Promise<VersionedVault> {
  let sealed: SealedVault;
  try {
    sealed = await access.relay.vault();
  } catch (error) {
    if (error instanceof RelayRefuses && error.code === "not_found") {
      return { version: 0, vault: null };
    }
    throw error;
  }
  return { version: sealed.version, vault: openVault(sealed, access.account, access.keys.wrappingKey) };
}

/**
 * The vault after `change`, which gives what it was given if nothing is to change.
 *
 * @throws RolledBack the relay shows no vault. An identity that is lost is not replaced in silence: a relay could make
 *   anybody a stranger in their own operations.
 * @throws Unavailable another computer of the account wrote it all the time.
 */
export async function changeVault(
  access: Access,
  change: (vault: RemoteVault) => RemoteVault,
  entropy: Entropy,
): Promise<{ readonly version: number; readonly vault: RemoteVault }> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const { version, vault } = await fetchVault(access);
    if (vault === null) {
      throw new RolledBack("the relay has no vault of this account: if enrolling was interrupted, enrol again");
    }
    const changed = change(vault);
    if (changed === vault) {
      return { version, vault };
    }
    if (await putVault(access, changed, version, entropy)) {
      return { version: version + 1, vault: changed };
    }
  }
  throw new Unavailable("another computer of this account writes its vault all the time: try again");
}

/** The account has a vault: this one, unless one is there already, which stays. */
export async function foundVault(access: Access, vault: RemoteVault, entropy: Entropy): Promise<void> {
  await putVault(access, vault, 0, entropy);
}

/** The same vault with keys for a mailbox that roams, for names and for rows; those that are there stay (D2, D4). */
export function withMailboxKeys(vault: RemoteVault, entropy: Entropy): RemoteVault {
  return vault.mailboxKeys.length > 0 ? vault : { ...vault, mailboxKeys: [entropy(KEY_BYTES), entropy(KEY_BYTES)] };
}

/** The same vault, which names these operations as far at least. @throws RolledBack two ledgers were shown (L2). */
export function withPins(vault: RemoteVault, pins: Iterable<readonly [string, Pin]>): RemoteVault {
  const newest = new Map(vault.pins);
  for (const [operation, pin] of pins) {
    const known = newest.get(operation);
    if (known !== undefined && known.sequence === pin.sequence && !sameHash(known, pin)) {
      throw new RolledBack("two of your computers were shown different ledgers: tell the coordination unit");
    }
    if (known === undefined || known.sequence < pin.sequence) {
      newest.set(operation, pin);
    }
  }
  const isSame = newest.size === vault.pins.size && [...newest].every(([name, pin]) => vault.pins.get(name) === pin);
  return isSame ? vault : { ...vault, pins: newest };
}

function sameHash(one: Pin, other: Pin): boolean {
  return one.hash.every((byte, place) => byte === other.hash[place]);
}

/** Whether it was stored: no other computer wrote meanwhile. */
async function putVault(access: Access, vault: RemoteVault, version: number, entropy: Entropy): Promise<boolean> {
  const sealed = sealVault(vault, access.account, version + 1, access.keys.wrappingKey, entropy);
  try {
    await new AccountRoutes(access.relay).putVault({ version, sealed });
    return true;
  } catch (error) {
    if (error instanceof RelayRefuses && error.code === "stale_version") {
      return false;
    }
    throw error;
  }
}
