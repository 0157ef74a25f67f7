/** Device certificates: an identity key vouches for one device's MLS signature key (rule C5). */

import { concat, type Bytes } from "../bytes";
import { decode, fixed, opaque, uint } from "../codec";
import { MalformedError } from "../errors";
import { sha256 } from "../primitives/hashes";
import * as signatures from "../primitives/signatures";
import * as labels from "./labels";
import { ACCOUNT_ID_BYTES, DEVICE_ID_BYTES } from "./sizes";

const VERSION = 1;
export const MAX_CERTIFICATE_BYTES = 256; // version 1 has 173

/** Verified: the holder of `identityKey` says that `signatureKey` is this device of this account. */
export interface DeviceCertificate {
  readonly account: Bytes;
  readonly device: Bytes;
  readonly identityKey: Bytes;
  readonly signatureKey: Bytes;
  readonly notAfter: bigint; // seconds; for senders and the relay, no judgement of a Commit looks at it (C3)
  readonly encoded: Bytes;
  readonly hash: Bytes; // what an envelope names as its author
}

/** What a certificate says, before somebody signs it. */
export type Certified = Pick<DeviceCertificate, "account" | "device" | "signatureKey" | "notAfter">;

/** The encoded certificate by which `identity` vouches for a device of its own. */
export function issueCertificate(identity: signatures.SigningKey, certified: Certified): Bytes {
  const content = concat(
    uint(VERSION, 2),
    fixed(certified.account, ACCOUNT_ID_BYTES),
    fixed(certified.device, DEVICE_ID_BYTES),
    identity.publicKey,
    fixed(certified.signatureKey, signatures.PUBLIC_KEY_BYTES),
    uint(certified.notAfter, 8),
  );
  const signature = signatures.signWithLabel(identity, labels.DEVICE_CERTIFICATE, content);
  return concat(opaque(content), opaque(signature));
}

/**
 * What the identity key in it certified. Expiry is not looked at.
 *
 * @throws MalformedError no certificate of version 1.
 * @throws BadSignature the identity key that it names did not sign it.
 */
export function verifyCertificate(encoded: Bytes): DeviceCertificate {
  if (encoded.length > MAX_CERTIFICATE_BYTES) {
    throw new MalformedError(`a device certificate has at most ${MAX_CERTIFICATE_BYTES} bytes, not ${encoded.length}`);
  }
  const { content, signature } = decode(encoded, (reader) => ({
    content: reader.opaque(),
    signature: reader.opaque(),
  }));
  const fields = decode(content, (reader) => {
    const version = reader.uint(2);
    if (version !== VERSION) {
      throw new MalformedError(`device certificates of version ${version} need a newer version of this program`);
    }
    return {
      account: reader.fixed(ACCOUNT_ID_BYTES),
      device: reader.fixed(DEVICE_ID_BYTES),
      identityKey: reader.fixed(signatures.PUBLIC_KEY_BYTES),
      signatureKey: reader.fixed(signatures.PUBLIC_KEY_BYTES),
      notAfter: reader.uint64(),
    };
  });
  signatures.verifyWithLabel(fields.identityKey, labels.DEVICE_CERTIFICATE, content, signature);
  return { ...fields, encoded, hash: sha256(encoded) };
}
