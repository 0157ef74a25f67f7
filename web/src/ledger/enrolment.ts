/** How an officer's keys reach the coordination unit through a relay that would like to swap them (rule D7). */

import { concat, equal, type Bytes } from "../bytes";
import { fixed, opaque, Reader } from "../codec";
import { ProtocolError } from "../errors";
import { hkdfExpand, hkdfExtract, hmacSha256, HASH_BYTES } from "../primitives/hashes";
import * as x25519 from "../primitives/x25519";
import * as signatures from "../primitives/signatures";
import * as labels from "./labels";
import { ACCOUNT_ID_BYTES, OPERATION_ID_BYTES } from "./sizes";

export const NO_MAC = new Uint8Array(HASH_BYTES); // of the creator, who has nobody to get a code from

/** A member's public keys as the ledger carries them; verified by whoever gives them away. */
export interface Keys {
  readonly account: Bytes;
  readonly identityKey: Bytes;
  readonly exchangeKey: Bytes;
  readonly mac: Bytes;
  readonly signature: Bytes;
}

/** The keys were not sealed under this letter's code: mistyped, another letter, or swapped on the way. */
export class WrongCode extends ProtocolError {
  constructor() {
    super("this enrolment was not made with this letter's code");
  }
}

export function readKeys(reader: Reader): Keys {
  return {
    account: reader.fixed(ACCOUNT_ID_BYTES),
    identityKey: reader.fixed(signatures.PUBLIC_KEY_BYTES),
    exchangeKey: reader.fixed(x25519.PUBLIC_KEY_BYTES),
    mac: reader.fixed(HASH_BYTES),
    signature: reader.opaque(signatures.SIGNATURE_BYTES),
  };
}

/** A request, encoded, that only the writers of the letter can accept, and that nobody can change on the way. */
export function requestEnrolment(
  operation: Bytes,
  account: Bytes,
  identity: signatures.SigningKey,
  exchangeKey: Bytes,
  code: Bytes,
): Bytes {
  const content = toBeSigned(operation, { account, identityKey: identity.publicKey, exchangeKey });
  const mac = macUnder(code, content);
  const signature = signatures.signWithLabel(identity, labels.ENROLMENT, concat(content, mac));
  return concat(content, mac, opaque(signature));
}

/** The mac was made with `code`. @throws WrongCode it was not. */
export function verifyCode(keys: Keys, operation: Bytes, code: Bytes): void {
  if (!equal(macUnder(code, toBeSigned(operation, keys)), keys.mac)) {
    throw new WrongCode();
  }
}

/**
 * The holder of the identity key asked for exactly these keys and account in this operation.
 *
 * @throws BadSignature they did not.
 */
export function verifyProof(keys: Keys, operation: Bytes): void {
  const content = concat(toBeSigned(operation, keys), keys.mac);
  signatures.verifyWithLabel(keys.identityKey, labels.ENROLMENT, content, keys.signature);
}

function toBeSigned(operation: Bytes, keys: Pick<Keys, "account" | "identityKey" | "exchangeKey">): Bytes {
  return concat(
    fixed(operation, OPERATION_ID_BYTES),
    fixed(keys.account, ACCOUNT_ID_BYTES),
    fixed(keys.identityKey, signatures.PUBLIC_KEY_BYTES),
    fixed(keys.exchangeKey, x25519.PUBLIC_KEY_BYTES),
  );
}

function macUnder(code: Bytes, content: Bytes): Bytes {
  const key = hkdfExpand(hkdfExtract(new Uint8Array(0), code), labels.ENROLMENT, HASH_BYTES);
  return hmacSha256(key, content);
}
