/** The keys of one device of the account, as they lie in its mailbox. */

import { concat, type Bytes } from "../bytes";
import { decode, fixed, opaque } from "../codec";
import type { OwnDevice } from "../channel/host";
import { issueCertificate, MAX_CERTIFICATE_BYTES } from "../ledger/certificate";
import { DEVICE_ID_BYTES } from "../ledger/sizes";
import type { Entropy } from "../primitives/entropy";
import { SEED_BYTES, SigningKey } from "../primitives/signatures";

const CERTIFICATE_SECONDS = 366 * 24 * 3600; // a year: longer than any operation so far; renewed by Remove + Add (C5)

/** A device that nobody knows yet; `now` in seconds. */
export function newDevice(account: Bytes, identity: SigningKey, now: number, entropy: Entropy): OwnDevice {
  const device = entropy(DEVICE_ID_BYTES);
  const signingKey = new SigningKey(entropy(SEED_BYTES));
  const certificate = issueCertificate(identity, {
    account,
    device,
    signatureKey: signingKey.publicKey,
    notAfter: BigInt(now + CERTIFICATE_SECONDS),
  });
  return { account, device, identityKey: identity.publicKey, certificate, signingKey };
}

/** As `cencomm/client/account/device.py` writes it: the key is in clear, the row is sealed. */
export function encodeDevice({ device, signingKey, certificate }: OwnDevice): Bytes {
  return concat(fixed(device, DEVICE_ID_BYTES), signingKey.expose(), opaque(certificate));
}

/** @throws MalformedError anything that `encodeDevice` does not write. */
export function decodeDevice(data: Bytes, account: Bytes, identityKey: Bytes): OwnDevice {
  return decode(data, (reader) => ({
    account,
    device: reader.fixed(DEVICE_ID_BYTES),
    identityKey,
    signingKey: new SigningKey(reader.fixed(SEED_BYTES)),
    certificate: reader.opaque(MAX_CERTIFICATE_BYTES),
  }));
}
