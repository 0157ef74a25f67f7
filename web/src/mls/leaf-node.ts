/**
 * Leaf nodes (RFC 9420 section 7.2) and the rules that each has to satisfy by itself (section 7.3).
 *
 * Verdicts are those of `cencomm/mls/leaf_validation.py`: what only one of two programs refuses parts the group.
 */

import { concat, type Bytes } from "../bytes";
import { opaque, uint, type Reader } from "../codec";
import { BadSignature, MalformedError } from "../errors";
import type { SigningKey } from "../primitives/signatures";
import { BadPublicKey, checkPublicKey } from "../primitives/x25519";
import { InvalidLeafNode } from "./errors";
import { encodeExtensions, readExtensions, unlisted, type Extension } from "./extension";
import { CIPHER_SUITE, NOTHING, signWithLabel, verifyWithLabel } from "./suite";

const LABEL = "LeafNodeTBS";
const BASIC_CREDENTIAL = 1;
export const MLS10 = 1;

export enum LeafSource {
  keyPackage = 1,
  update = 2,
  commit = 3,
}

/** What a client understands. Numbers that we do not know are kept and ignored (section 13.5). */
export interface Capabilities {
  readonly versions: readonly number[];
  readonly cipherSuites: readonly number[];
  readonly extensions: readonly number[];
  readonly proposals: readonly number[];
  readonly credentials: readonly number[];
}

/** When a key package may be used, in seconds since 1970, both ends included. */
export interface Lifetime {
  readonly notBefore: bigint;
  readonly notAfter: bigint;
}

/** What a client decides about its own leaf; the rest follows from where the leaf is used. */
export interface LeafContent {
  readonly credential: Bytes;
  readonly capabilities: Capabilities;
  readonly extensions: readonly Extension[];
}

export interface LeafNode extends LeafContent {
  readonly encryptionKey: Bytes;
  readonly signatureKey: Bytes;
  readonly source: LeafSource;
  readonly lifetime: Lifetime | null; // exactly with source keyPackage
  readonly parentHash: Bytes; // only with source commit
  readonly signature: Bytes;
  readonly unsigned: Bytes; // everything above the signature, as received
}

/** @throws MalformedError no leaf, or one whose credential is not basic: it carries no device certificate (C5). */
export function readLeafNode(reader: Reader): LeafNode {
  const mark = reader.mark();
  const [encryptionKey, signatureKey] = [reader.opaque(), reader.opaque()];
  if (reader.uint(2) !== BASIC_CREDENTIAL) {
    throw new MalformedError("a leaf carries a device certificate in a basic credential");
  }
  const credential = reader.opaque();
  const capabilities = readCapabilities(reader);
  const source = readSource(reader);
  const lifetime =
    source === LeafSource.keyPackage ? { notBefore: reader.uint64(), notAfter: reader.uint64() } : null;
  const parentHash = source === LeafSource.commit ? reader.opaque() : NOTHING;
  const extensions = readExtensions(reader);
  const unsigned = reader.since(mark);
  const signature = reader.opaque();
  return {
    encryptionKey,
    signatureKey,
    credential,
    capabilities,
    source,
    lifetime,
    parentHash,
    extensions,
    signature,
    unsigned,
  };
}

export function encodeLeafNode(leaf: LeafNode): Bytes {
  return concat(leaf.unsigned, opaque(leaf.signature));
}

/** A leaf for whatever group will use the key package. */
export function signKeyPackageLeaf(
  key: SigningKey,
  content: LeafContent,
  encryptionKey: Bytes,
  lifetime: Lifetime,
): LeafNode {
  return sign(key, content, { encryptionKey, source: LeafSource.keyPackage, lifetime, parentHash: NOTHING }, NOTHING);
}

/** A leaf that the path of a Commit puts at `leafIndex`. */
export function signCommitLeaf(
  key: SigningKey,
  content: LeafContent,
  encryptionKey: Bytes,
  parentHash: Bytes,
  place: Place,
): LeafNode {
  const where = { encryptionKey, source: LeafSource.commit, lifetime: null, parentHash };
  return sign(key, content, where, encodePlace(place));
}

/** Where a leaf of a Commit stands. */
export interface Place {
  readonly groupId: Bytes;
  readonly leafIndex: number;
}

/**
 * The holder of the leaf's signature key made it, for this place unless it comes from a key package, and it may stand
 * in a group of ours. Who that holder is, the ledger says (C5).
 *
 * @throws InvalidLeafNode with the rule.
 */
export function checkLeafNode(leaf: LeafNode, place: Place): void {
  leafExtensionsAreListed(leaf);
  leafCredentialTypeIsListed(leaf);
  leafEncryptionKeyIsUsable(leaf);
  leafUnderstandsTheSuite(leaf);
  leafSignatureVerifies(leaf, place);
}

/** Section 7.3: each extension of the leaf is among its own capabilities. */
function leafExtensionsAreListed(leaf: LeafNode): void {
  const type = unlisted(leaf.extensions, leaf.capabilities.extensions);
  if (type !== undefined) {
    throw new InvalidLeafNode(`the leaf carries extension ${type} but does not list it`);
  }
}

/** Section 7.2: the type of its own credential is among its capabilities. In our groups that is everybody's. */
function leafCredentialTypeIsListed(leaf: LeafNode): void {
  if (!leaf.capabilities.credentials.includes(BASIC_CREDENTIAL)) {
    throw new InvalidLeafNode("the leaf does not list the type of its own credential");
  }
}

/** RFC 9180 section 7.1.4. One leaf to which nothing can be sealed would end the group for everybody but its owner. */
function leafEncryptionKeyIsUsable(leaf: LeafNode): void {
  try {
    checkPublicKey(leaf.encryptionKey);
  } catch (error) {
    if (error instanceof BadPublicKey) {
      throw new InvalidLeafNode("nothing can be sealed to the encryption key of the leaf");
    }
    throw error;
  }
}

/** Section 7.2: a leaf that says that it cannot do this version and suite is no member of such a group. */
function leafUnderstandsTheSuite({ capabilities }: LeafNode): void {
  if (!capabilities.versions.includes(MLS10) || !capabilities.cipherSuites.includes(CIPHER_SUITE)) {
    throw new InvalidLeafNode("the leaf does not list the protocol version and cipher suite of the group");
  }
}

function leafSignatureVerifies(leaf: LeafNode, place: Place): void {
  const tbs = leaf.source === LeafSource.keyPackage ? leaf.unsigned : concat(leaf.unsigned, encodePlace(place));
  try {
    verifyWithLabel(leaf.signatureKey, LABEL, tbs, leaf.signature);
  } catch (error) {
    if (error instanceof BadSignature) {
      throw new InvalidLeafNode("the signature of the leaf does not verify");
    }
    throw error;
  }
}

function sign(
  key: SigningKey,
  content: LeafContent,
  where: Pick<LeafNode, "encryptionKey" | "source" | "lifetime" | "parentHash">,
  place: Bytes,
): LeafNode {
  const { lifetime } = where;
  const unsigned = concat(
    opaque(where.encryptionKey),
    opaque(key.publicKey),
    uint(BASIC_CREDENTIAL, 2),
    opaque(content.credential),
    encodeCapabilities(content.capabilities),
    uint(where.source, 1),
    lifetime === null ? NOTHING : concat(uint(lifetime.notBefore, 8), uint(lifetime.notAfter, 8)),
    where.source === LeafSource.commit ? opaque(where.parentHash) : NOTHING,
    encodeExtensions(content.extensions),
  );
  const signature = signWithLabel(key, LABEL, concat(unsigned, place));
  return { ...content, ...where, signatureKey: key.publicKey, signature, unsigned };
}

/** The end of LeafNodeTBS; a key package's leaf cannot know where it will stand. */
function encodePlace(place: Place): Bytes {
  return concat(opaque(place.groupId), uint(place.leafIndex, 4));
}

function readCapabilities(reader: Reader): Capabilities {
  return {
    versions: readNumbers(reader),
    cipherSuites: readNumbers(reader),
    extensions: readNumbers(reader),
    proposals: readNumbers(reader),
    credentials: readNumbers(reader),
  };
}

function encodeCapabilities(one: Capabilities): Bytes {
  const lists = [one.versions, one.cipherSuites, one.extensions, one.proposals, one.credentials];
  return concat(...lists.map((numbers) => opaque(concat(...numbers.map((number) => uint(number, 2))))));
}

function readNumbers(reader: Reader): readonly number[] {
  return reader.vector((inner) => inner.uint(2));
}

function readSource(reader: Reader): LeafSource {
  const source = reader.uint(1);
  if (!(source in LeafSource)) {
    throw new MalformedError(`leaf node source ${source} is unknown`);
  }
  return source;
}
