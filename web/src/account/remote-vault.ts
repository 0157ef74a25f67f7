/** The part of a mailbox that lies sealed at the relay: signing in on another computer recovers the identity from it. */

import { concat, hex, utf8, type Bytes } from "../bytes";
import { decode, fixed, opaque, type Reader, uint, vector } from "../codec";
import { DecryptionFailed, MalformedError, UsageError } from "../errors";
import type { Pin } from "../ledger/ledger";
import { ACCOUNT_ID_BYTES, DEVICE_ID_BYTES, HASH_BYTES, OPERATION_ID_BYTES } from "../ledger/sizes";
import type { Entropy } from "../primitives/entropy";
import * as secretBox from "../primitives/secret-box";
import { SEED_BYTES, SigningKey } from "../primitives/signatures";
import { PRIVATE_KEY_BYTES } from "../primitives/x25519";
import type { SealedVault } from "../relay/relay-client";

const LABEL_VAULT = utf8("cencomm vault");
const LABEL_VAULT_KEY = utf8("cencomm vault key");
const FORMAT = 2;
const FORMAT_BEFORE_MAILBOXES = 1;
export const MAX_MAILBOX_KEYS = 16; // for names, and for rows one for each password since the mailbox was last opened
const MAX_DEVICES = 100; // of an account in its life; five at a time (C5)

/** The wrapping key does not open the vault: a wrong password, or the account has a device secret that is missing. */
export class WrongPassword extends UsageError {}

/** Who the account is, wherever it signs in. */
export interface RemoteVault {
  readonly identityKey: SigningKey;
  readonly exchangeKey: Bytes; // X25519 private key
  readonly devices: readonly Bytes[];
  readonly pins: ReadonlyMap<string, Pin>; // by operation: the newest heads that this account saw (L2)
  readonly mailboxKeys: readonly Bytes[];
}

/**
 * The vault that the holder of `wrappingKey` sealed under exactly this version.
 *
 * @throws WrongPassword it does not open.
 * @throws MalformedError it opens, and holds something else.
 */
export function openVault(vault: SealedVault, account: Bytes, wrappingKey: Bytes): RemoteVault {
  const parts = decode(vault.sealed, (reader) => ({ sealedKey: reader.opaque(), sealed: reader.opaque() }));
  let plain: Bytes;
  try {
    const key = secretBox.open(wrappingKey, parts.sealedKey, associated(LABEL_VAULT_KEY, account, vault.version));
    plain = secretBox.open(key, parts.sealed, associated(LABEL_VAULT, account, vault.version));
  } catch (error) {
    if (error instanceof DecryptionFailed) {
      throw new WrongPassword("the password does not open the vault");
    }
    throw error;
  }
  return decode(plain, readVault);
}

/**
 * What to store at the relay as `version`, under a random key that is new each time.
 *
 * @throws UsageError more devices or keys than a vault holds.
 */
export function sealVault(
  vault: RemoteVault,
  account: Bytes,
  version: number,
  wrappingKey: Bytes,
  entropy: Entropy,
): Bytes {
  const key = entropy(secretBox.KEY_BYTES);
  const sealedKey = secretBox.seal(wrappingKey, key, associated(LABEL_VAULT_KEY, account, version), entropy);
  const sealed = secretBox.seal(key, encodeVault(vault), associated(LABEL_VAULT, account, version), entropy);
  return concat(opaque(sealedKey), opaque(sealed));
}

function encodeVault({ identityKey, exchangeKey, devices, pins, mailboxKeys }: RemoteVault): Bytes {
  if (devices.length > MAX_DEVICES || mailboxKeys.length > MAX_MAILBOX_KEYS) {
    throw new UsageError("more devices or keys than a vault holds");
  }
  const encodedPins = [...pins.values()].map((pin) => concat(pin.operation, uint(pin.sequence, 8), pin.hash));
  return concat(
    uint(FORMAT, 2),
    identityKey.expose(),
    fixed(exchangeKey, PRIVATE_KEY_BYTES),
    vector(inOrder(devices.map((device) => fixed(device, DEVICE_ID_BYTES)))),
    vector(inOrder(encodedPins)),
    vector(mailboxKeys.map((key) => fixed(key, secretBox.KEY_BYTES))),
  );
}

function inOrder(values: readonly Bytes[]): readonly Bytes[] {
  return [...values].sort((first, second) => (hex(first) < hex(second) ? -1 : 1));
}

function associated(label: Bytes, account: Bytes, version: number): Bytes {
  if (account.length !== ACCOUNT_ID_BYTES) {
    throw new UsageError("an account id has 16 bytes");
  }
  return concat(opaque(label), account, uint(version, 8));
}

function readVault(reader: Reader): RemoteVault {
  const format = reader.uint(2);
  if (format !== FORMAT && format !== FORMAT_BEFORE_MAILBOXES) {
    throw new MalformedError(`a vault of format ${format} needs a newer version of this program`);
  }
  const identityKey = new SigningKey(reader.fixed(SEED_BYTES));
  const exchangeKey = reader.fixed(PRIVATE_KEY_BYTES);
  const devices = reader.vector((item) => item.fixed(DEVICE_ID_BYTES));
  const pins = reader.vector(readPin);
  const mailboxKeys = format === FORMAT ? reader.vector((item) => item.fixed(secretBox.KEY_BYTES)) : [];
  if (mailboxKeys.length > MAX_MAILBOX_KEYS) {
    throw new MalformedError("more keys than a vault holds");
  }
  ascending(devices);
  ascending(pins.map((pin) => pin.operation));
  return { identityKey, exchangeKey, devices, pins: new Map(pins.map((pin) => [hex(pin.operation), pin])), mailboxKeys };
}

function readPin(reader: Reader): Pin {
  const operation = reader.fixed(OPERATION_ID_BYTES);
  const sequence = Number(reader.uint64());
  if (!Number.isSafeInteger(sequence)) {
    throw new MalformedError("a pin beyond every ledger");
  }
  return { operation, sequence, hash: reader.fixed(HASH_BYTES) };
}

/** One spelling: in order, none twice. */
function ascending(values: readonly Bytes[]): void {
  const names = values.map(hex);
  const sorted = [...names].sort();
  if (new Set(names).size !== names.length || !names.every((name, place) => name === sorted[place])) {
    throw new MalformedError("a vault lists devices and operations in order, each once");
  }
}

