/** Welcome and GroupInfo: what a newcomer is told (RFC 9420 section 12.4.3). `joining` judges it. */

import { concat, equal, type Bytes } from "../bytes";
import { decode, opaque, optional, uint, vector, type Reader } from "../codec";
import { BadSignature, DecryptionFailed, MalformedError } from "../errors";
import * as aead from "../primitives/aead";
import type { Entropy } from "../primitives/entropy";
import { HASH_BYTES } from "../primitives/hashes";
import type { Sealed } from "../primitives/hpke";
import type { SigningKey } from "../primitives/signatures";
import { encodeSealed, readSealed, readWireFormat } from "./commit";
import { InvalidWelcome, NotForUs } from "./errors";
import { encodeExtensions, readExtensions, type Extension } from "./extension";
import { encodeGroupContext, readGroupContext, type GroupContext } from "./group-context";
import { encodeKeyPackage, keyPackageRef, type KeyPackage } from "./key-package";
import { MLS10 } from "./leaf-node";
import {
  CIPHER_SUITE,
  decryptWithLabel,
  encryptWithLabel,
  expandWithLabel,
  NOTHING,
  signWithLabel,
  verifyWithLabel,
} from "./suite";

export const MAX_WELCOME_BYTES = 16 << 20; // docs/protocol.md section 5; refused before parsing
const WELCOME = 3; // wire format, section 17.2
const INFO_LABEL = "GroupInfoTBS";
const SECRETS_LABEL = "Welcome";

/** A member's signed statement of where the group stands. Read from the wire it proves nothing. */
export interface GroupInfo {
  readonly context: GroupContext;
  readonly extensions: readonly Extension[];
  readonly confirmationTag: Bytes;
  readonly signer: number;
  readonly signature: Bytes;
  readonly unsigned: Bytes; // everything above the signature, as received
}

/** What is sealed for each newcomer. */
export interface GroupSecrets {
  readonly joinerSecret: Bytes;
  readonly pathSecret: Bytes | null;
}

export interface Welcome {
  readonly secrets: readonly { readonly newMember: Bytes; readonly sealed: Sealed }[];
  readonly encryptedGroupInfo: Bytes;
}

/** A newcomer, and the path secret of the lowest node that it shares with the committer. */
export interface Newcomer {
  readonly keyPackage: KeyPackage;
  readonly pathSecret: Bytes;
}

/** @throws MalformedError anything but exactly one Welcome of our suite, as an MLSMessage. */
export function decodeWelcome(data: Bytes): Welcome {
  if (data.length > MAX_WELCOME_BYTES) {
    throw new MalformedError(`a Welcome of ${data.length} bytes where at most ${MAX_WELCOME_BYTES} are allowed`);
  }
  return decode(data, (reader) => {
    if (readWireFormat(reader) !== WELCOME || reader.uint(2) !== CIPHER_SUITE) {
      throw new MalformedError("not a Welcome of our cipher suite");
    }
    const secrets = reader.vector((inner) => ({ newMember: inner.opaque(), sealed: readSealed(inner) }));
    return { secrets, encryptedGroupInfo: reader.opaque() };
  });
}

/** One Welcome for all newcomers, as an MLSMessage. */
export function sealWelcome(
  secret: Bytes,
  info: GroupInfo,
  joinerSecret: Bytes,
  newcomers: readonly Newcomer[],
  entropy: Entropy,
): Bytes {
  const { key, nonce } = keyAndNonce(secret);
  const encryptedGroupInfo = aead.seal(key, nonce, NOTHING, concat(info.unsigned, opaque(info.signature)));
  const sealed = newcomers.map(({ keyPackage, pathSecret }) => {
    const inside = concat(opaque(joinerSecret), optional(opaque(pathSecret)), vector([])); // no pre-shared keys
    return concat(
      opaque(keyPackageRef(encodeKeyPackage(keyPackage))),
      encodeSealed(encryptWithLabel(keyPackage.initKey, SECRETS_LABEL, encryptedGroupInfo, inside, entropy)),
    );
  });
  return concat(uint(MLS10, 2), uint(WELCOME, 2), uint(CIPHER_SUITE, 2), vector(sealed), opaque(encryptedGroupInfo));
}

/**
 * What the Welcome holds for one key package.
 *
 * @throws NotForUs nothing.
 * @throws InvalidWelcome, MalformedError something that does not open, or uses pre-shared keys.
 */
export function openGroupSecrets(welcome: Welcome, ref: Bytes, initKey: Bytes): GroupSecrets {
  const ours = welcome.secrets.find((one) => equal(one.newMember, ref));
  if (ours === undefined) {
    throw new NotForUs();
  }
  const inside = decryptWithLabel(initKey, SECRETS_LABEL, welcome.encryptedGroupInfo, ours.sealed);
  if (inside === null) {
    throw new InvalidWelcome("what the Welcome holds for us does not open");
  }
  return decode(inside, (reader) => {
    const joinerSecret = readSecret(reader);
    const pathSecret = reader.optional(readSecret);
    if (reader.opaque().length > 0) {
      throw new InvalidWelcome("the Welcome asks for a pre-shared key, which our profile does not have");
    }
    return { joinerSecret, pathSecret };
  });
}

/**
 * The GroupInfo inside, its signature still to be verified.
 *
 * @throws InvalidWelcome, MalformedError it does not open with the secrets that came with it.
 */
export function openGroupInfo(secret: Bytes, welcome: Welcome): GroupInfo {
  const { key, nonce } = keyAndNonce(secret);
  try {
    return decode(aead.open(key, nonce, NOTHING, welcome.encryptedGroupInfo), readGroupInfo);
  } catch (error) {
    if (error instanceof DecryptionFailed) {
      throw new InvalidWelcome("the GroupInfo of the Welcome does not open");
    }
    throw error;
  }
}

export function signGroupInfo(key: SigningKey, fields: Omit<GroupInfo, "signature" | "unsigned">): GroupInfo {
  const unsigned = concat(
    encodeGroupContext(fields.context),
    encodeExtensions(fields.extensions),
    opaque(fields.confirmationTag),
    uint(fields.signer, 4),
  );
  return { ...fields, unsigned, signature: signWithLabel(key, INFO_LABEL, unsigned) };
}

/**
 * The member with this signature key made the statement.
 *
 * @throws InvalidWelcome it did not.
 */
export function verifyGroupInfo(info: GroupInfo, publicKey: Bytes): void {
  try {
    verifyWithLabel(publicKey, INFO_LABEL, info.unsigned, info.signature);
  } catch (error) {
    if (error instanceof BadSignature) {
      throw new InvalidWelcome("the signature of the GroupInfo does not verify");
    }
    throw error;
  }
}

function readGroupInfo(reader: Reader): GroupInfo {
  const mark = reader.mark();
  const [context, extensions] = [readGroupContext(reader), readExtensions(reader)];
  const [confirmationTag, signer] = [reader.opaque(), reader.uint(4)];
  const unsigned = reader.since(mark);
  return { context, extensions, confirmationTag, signer, unsigned, signature: reader.opaque() };
}

/** A secret of Nh bytes. A path secret of another length would part newcomers, who use it, from members. */
function readSecret(reader: Reader): Bytes {
  const secret = reader.opaque(HASH_BYTES);
  if (secret.length !== HASH_BYTES) {
    throw new MalformedError(`a secret of ${secret.length} bytes where ${HASH_BYTES} belong`);
  }
  return secret;
}

function keyAndNonce(secret: Bytes): { key: Bytes; nonce: Bytes } {
  return {
    key: expandWithLabel(secret, "key", NOTHING, aead.KEY_BYTES),
    nonce: expandWithLabel(secret, "nonce", NOTHING, aead.NONCE_BYTES),
  };
}
