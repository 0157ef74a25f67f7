/** Key packages: what a device publishes so that others can add it while it is away (RFC 9420 section 10). */

import { concat, equal, type Bytes } from "../bytes";
import { decode, opaque, uint, type Reader } from "../codec";
import { BadSignature, MalformedError } from "../errors";
import type { Entropy } from "../primitives/entropy";
import { BadPublicKey, checkPublicKey, generateKeyPair, PRIVATE_KEY_BYTES } from "../primitives/x25519";
import { InvalidKeyPackage } from "./errors";
import {
  encodeExtensions,
  GROUP_INFO_EXTENSION,
  LAST_RESORT,
  readExtensions,
  unlisted,
  type Extension,
} from "./extension";
import type { DeviceKeys } from "./keys";
import {
  checkLeafNode,
  encodeLeafNode,
  LeafSource,
  MLS10,
  readLeafNode,
  signKeyPackageLeaf,
  type Capabilities,
  type LeafNode,
  type Lifetime,
} from "./leaf-node";
import { CIPHER_SUITE, NOTHING, refHash, signWithLabel, verifyWithLabel } from "./suite";

const LABEL = "KeyPackageTBS";
const REFERENCE_LABEL = "MLS 1.0 KeyPackage Reference"; // RFC 9420 section 5.2
const SECRET_VERSION = 1;
const BASIC_CREDENTIAL = 1;
const NOWHERE = { groupId: NOTHING, leafIndex: 0 }; // the leaf of a key package is signed without a place

/** The fields of a key package. Read from the wire it proves nothing: `verifyKeyPackage` does. */
export interface KeyPackage {
  readonly initKey: Bytes;
  readonly leafNode: LeafNode;
  readonly extensions: readonly Extension[];
  readonly signature: Bytes;
  readonly unsigned: Bytes; // everything above the signature, as received
}

/** A key package of our own; `secret` holds all that is needed to join with it, and is to be stored sealed. */
export interface OwnKeyPackage {
  readonly keyPackage: Bytes; // a bare KeyPackage, as it is published
  readonly ref: Bytes; // what a Welcome calls it by
  readonly secret: Bytes;
  readonly lastResort: boolean; // may serve more than once, and is replaced after use (rule C8)
  readonly notAfter: bigint; // seconds
}

/** The private halves, which die when the key package was used (RFC 9420 section 16.8). */
export interface PrivateHalves {
  readonly initKey: Bytes;
  readonly leafKey: Bytes;
}

/**
 * A key package of this device with fresh keys, as docs/protocol.md section 5 wants it.
 *
 * @param lifetime seconds since 1970, both ends included.
 */
export async function makeKeyPackage(
  keys: DeviceKeys,
  lifetime: Lifetime,
  entropy: Entropy,
  lastResort = false,
): Promise<OwnKeyPackage> {
  const [init, leaf] = [generateKeyPair(entropy), generateKeyPair(entropy)];
  const extensions = lastResort ? [{ type: LAST_RESORT, data: NOTHING }] : [];
  const leafNode = signKeyPackageLeaf(
    keys.signingKey,
    { credential: keys.credential, capabilities: capabilitiesWith(extensions), extensions: [] },
    leaf.publicKey,
    lifetime,
  );
  const unsigned = concat(
    uint(MLS10, 2),
    uint(CIPHER_SUITE, 2),
    opaque(init.publicKey),
    encodeLeafNode(leafNode),
    encodeExtensions(extensions),
  );
  const signature = signWithLabel(keys.signingKey, LABEL, unsigned);
  const keyPackage = encodeKeyPackage({ initKey: init.publicKey, leafNode, extensions, signature, unsigned });
  return ownKeyPackage(keyPackage, { initKey: init.privateKey, leafKey: leaf.privateKey });
}

/**
 * What `makeKeyPackage` stored as `secret`: nothing else has to be kept beside it.
 *
 * @throws MalformedError it did not write this.
 */
export function restoreKeyPackage(secret: Bytes): OwnKeyPackage {
  const { keyPackage, halves } = readSecret(secret);
  return ownKeyPackage(keyPackage, halves);
}

/** @throws MalformedError `own.secret` is not what `makeKeyPackage` wrote. */
export function privateHalves(own: OwnKeyPackage): PrivateHalves {
  return readSecret(own.secret).halves;
}

/** @throws MalformedError anything but exactly one key package of suite 0x0003. */
export function decodeKeyPackage(data: Bytes): KeyPackage {
  return decode(data, readKeyPackage);
}

export function readKeyPackage(reader: Reader): KeyPackage {
  const mark = reader.mark();
  if (reader.uint(2) !== MLS10 || reader.uint(2) !== CIPHER_SUITE) {
    throw new MalformedError("a key package of another version or cipher suite than ours");
  }
  const [initKey, leafNode, extensions] = [reader.opaque(), readLeafNode(reader), readExtensions(reader)];
  const unsigned = reader.since(mark);
  return { initKey, leafNode, extensions, signature: reader.opaque(), unsigned };
}

export function encodeKeyPackage(one: KeyPackage): Bytes {
  return concat(one.unsigned, opaque(one.signature));
}

/** KeyPackageRef (RFC 9420 section 5.2). */
export function keyPackageRef(encoded: Bytes): Bytes {
  return refHash(REFERENCE_LABEL, encoded);
}

/**
 * The holder of the leaf's signature key made this key package, and it obeys the rules of section 10.1.
 *
 * Who that holder is, and whether its lifetime has passed, is for the caller: no judgement of a Commit looks at a
 * clock (C3).
 *
 * @throws InvalidKeyPackage, InvalidLeafNode with the rule.
 */
export function verifyKeyPackage(one: KeyPackage): void {
  const { leafNode } = one;
  if (leafNode.source !== LeafSource.keyPackage) {
    throw new InvalidKeyPackage("the leaf of the key package was made for something else");
  }
  checkLeafNode(leafNode, NOWHERE);
  const type = unlisted(one.extensions, leafNode.capabilities.extensions);
  if (type !== undefined) {
    throw new InvalidKeyPackage(`the key package carries extension ${type} but its leaf does not list it`);
  }
  if (equal(one.initKey, leafNode.encryptionKey)) {
    throw new InvalidKeyPackage("init key and leaf key are the same"); // the first could not be deleted alone
  }
  try {
    checkPublicKey(one.initKey);
    verifyWithLabel(leafNode.signatureKey, LABEL, one.unsigned, one.signature);
  } catch (error) {
    if (error instanceof BadPublicKey) {
      throw new InvalidKeyPackage("nothing can be sealed to the init key");
    }
    if (error instanceof BadSignature) {
      throw new InvalidKeyPackage("the signature of the key package does not verify");
    }
    throw error;
  }
}

function capabilitiesWith(extensions: readonly Extension[]): Capabilities {
  return {
    versions: [MLS10],
    cipherSuites: [CIPHER_SUITE],
    extensions: [GROUP_INFO_EXTENSION, ...extensions.map((one) => one.type)],
    proposals: [],
    credentials: [BASIC_CREDENTIAL],
  };
}

function ownKeyPackage(keyPackage: Bytes, halves: PrivateHalves): OwnKeyPackage {
  const { extensions, leafNode } = decodeKeyPackage(keyPackage);
  if (leafNode.lifetime === null) {
    throw new MalformedError("the leaf of a key package has a lifetime");
  }
  return {
    keyPackage,
    ref: keyPackageRef(keyPackage),
    secret: concat(uint(SECRET_VERSION, 2), opaque(keyPackage), opaque(halves.initKey), opaque(halves.leafKey)),
    lastResort: extensions.some((one) => one.type === LAST_RESORT),
    notAfter: leafNode.lifetime.notAfter,
  };
}

function readSecret(secret: Bytes): { readonly keyPackage: Bytes; readonly halves: PrivateHalves } {
  return decode(secret, (reader) => {
    if (reader.uint(2) !== SECRET_VERSION) {
      throw new MalformedError("a key package was stored by another version of this program");
    }
    const [keyPackage, initKey, leafKey] = [reader.opaque(), reader.opaque(), reader.opaque()];
    if (initKey.length !== PRIVATE_KEY_BYTES || leafKey.length !== PRIVATE_KEY_BYTES) {
      throw new MalformedError("a private key of a wrong length");
    }
    return { keyPackage, halves: { initKey, leafKey } };
  });
}
