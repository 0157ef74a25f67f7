/** A device of the account: the key that signs its MLS leaves and its envelopes, and the certificate of that key. */

import { concat, type Bytes } from "../bytes";
import { decode, fixed, opaque } from "../codec";
import { issueCertificate } from "../ledger/certificate";
import { DEVICE_ID_BYTES } from "../ledger/sizes";
import type { Entropy } from "../primitives/entropy";
import { SEED_BYTES, SigningKey } from "../primitives/signatures";

const CERTIFICATE_SECONDS = 366 * 24 * 3600; // a year: longer than any operation so far; renewed by Remove + Add (C5)

export interface StoredDevice {
  readonly device: Bytes;
  readonly signingKey: SigningKey;
  readonly certificate: Bytes; // encoded, signed by the identity key
}

/** `now` in seconds. */
export function newDevice(account: Bytes, identity: SigningKey, now: number, entropy: Entropy): StoredDevice {
  const device = entropy(DEVICE_ID_BYTES);
  const signingKey = new SigningKey(entropy(SEED_BYTES));
  const notAfter = BigInt(now + CERTIFICATE_SECONDS);
  const certificate = issueCertificate(identity, { account, device, signatureKey: signingKey.publicKey, notAfter });
  return { device, signingKey, certificate };
}

/** As a state store keeps it: `cencomm/client/account/device.py` writes the same bytes. */
export function encodeDevice(own: StoredDevice): Bytes {
  return concat(fixed(own.device, DEVICE_ID_BYTES), own.signingKey.expose(), opaque(own.certificate));
}

/** @throws MalformedError anything that `encodeDevice` does not write. */
export function decodeDevice(data: Bytes): StoredDevice {
  return decode(data, (reader) => ({
    device: reader.fixed(DEVICE_ID_BYTES),
    signingKey: new SigningKey(reader.fixed(SEED_BYTES)),
    certificate: reader.opaque(),
  }));
}
