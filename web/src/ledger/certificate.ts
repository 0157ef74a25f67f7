/** Device certificates: an identity key vouches for one device's MLS signature key (rule C5). */

import type { Bytes } from "../bytes";
import { decode } from "../codec";
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
