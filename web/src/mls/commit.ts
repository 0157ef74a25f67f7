/**
 * Commits as they travel: PublicMessages of members with Add and Remove by value and a path, nothing else (rule C2).
 *
 * The grammar below is the narrow profile: standalone and referenced proposals, Update, PSK, ReInit, ExternalInit,
 * GroupContextExtensions, custom proposals, external senders and Commits without a path have no place in it.
 * `parseCommit` is for whoever judges by the framing alone, before and without being a member.
 */

import { concat, type Bytes } from "../bytes";
import { decode, opaque, optional, uint, vector, type Reader } from "../codec";
import { MalformedError, Refused } from "../errors";
import type { Sealed } from "../primitives/hpke";
import { encodeKeyPackage, keyPackageRef, readKeyPackage, type KeyPackage } from "./key-package";
import type { Leaf } from "./leaf";
import { encodeLeafNode, MLS10, readLeafNode, type LeafNode } from "./leaf-node";

export const MAX_MESSAGE_BYTES = 1 << 20; // docs/protocol.md section 5; refused before parsing
export const PUBLIC_MESSAGE = 1; // wire formats, RFC 9420 section 17.2
export const PRIVATE_MESSAGE = 2;
export const MEMBER = 1; // sender type, section 6
export const APPLICATION = 1; // content types, section 6
const COMMIT = 3;
const BY_VALUE = 1; // ProposalOrRefType, section 12.4
const ADD = 1; // proposal types, section 17.4
const REMOVE = 3;

/** What a Commit claims, unverified. */
export interface ParsedCommit {
  readonly groupId: Bytes;
  readonly epoch: bigint; // the one that it ends
  readonly committer: number;
  readonly authenticatedData: Bytes;
  readonly confirmationTag: Bytes;
  readonly adds: readonly AddedLeaf[];
  readonly removes: readonly number[];
  readonly pathLeaf: LeafKeys;
}

/** Who a leaf says it is, whatever its place. */
export type LeafKeys = Omit<Leaf, "index">;

export interface AddedLeaf extends LeafKeys {
  readonly keyPackageRef: Bytes;
}

export interface UpdatePathNode {
  readonly encryptionKey: Bytes;
  readonly encryptedPathSecret: readonly Sealed[];
}

export interface UpdatePath {
  readonly leafNode: LeafNode;
  readonly nodes: readonly UpdatePathNode[];
}

/** The signed part of a Commit: a FramedContent (section 6). */
export interface CommitContent {
  readonly groupId: Bytes;
  readonly epoch: bigint;
  readonly committer: number;
  readonly authenticatedData: Bytes;
  readonly adds: readonly KeyPackage[];
  readonly removes: readonly number[];
  readonly path: UpdatePath;
  readonly encoded: Bytes; // as received: what signature and transcript cover
}

/** A Commit with what proves it to members. */
export interface PublicCommit {
  readonly content: CommitContent;
  readonly signature: Bytes;
  readonly confirmationTag: Bytes;
  readonly membershipTag: Bytes;
}

/**
 * What a Commit says about itself.
 *
 * @throws MalformedError no MLSMessage.
 * @throws Refused C2: an MLSMessage that our profile does not use.
 */
export function parseCommit(message: Bytes): ParsedCommit {
  const { content, confirmationTag } = decodeCommit(message);
  const { groupId, epoch, committer, authenticatedData, removes } = content;
  const adds = content.adds.map((one) => ({
    ...leafKeys(one.leafNode),
    keyPackageRef: keyPackageRef(encodeKeyPackage(one)),
  }));
  const pathLeaf = leafKeys(content.path.leafNode);
  return { groupId, epoch, committer, authenticatedData, confirmationTag, adds, removes, pathLeaf };
}

/** The whole Commit; throws as `parseCommit`. */
export function decodeCommit(message: Bytes): PublicCommit {
  return decode(withinSize(message), (reader) => {
    if (readWireFormat(reader) !== PUBLIC_MESSAGE) {
      throw new Refused("C2", "a Commit travels as PublicMessage");
    }
    const content = readContent(reader);
    const [signature, confirmationTag, membershipTag] = [reader.opaque(), reader.opaque(), reader.opaque()];
    return { content, signature, confirmationTag, membershipTag };
  });
}

export function encodeCommit(one: PublicCommit): Bytes {
  const tags = [one.signature, one.confirmationTag, one.membershipTag].map(opaque);
  return concat(uint(MLS10, 2), uint(PUBLIC_MESSAGE, 2), one.content.encoded, ...tags);
}

/** The content of a Commit of our own. Its removes come before its adds, as members apply them. */
export function commitContent(fields: Omit<CommitContent, "encoded">): CommitContent {
  const { path } = fields;
  const proposals = [
    ...fields.removes.map((leaf) => concat(uint(BY_VALUE, 1), uint(REMOVE, 2), uint(leaf, 4))),
    ...fields.adds.map((one) => concat(uint(BY_VALUE, 1), uint(ADD, 2), encodeKeyPackage(one))),
  ];
  const nodes = path.nodes.map((node) => {
    const sealed = node.encryptedPathSecret.map(encodeSealed);
    return concat(opaque(node.encryptionKey), vector(sealed));
  });
  const encoded = concat(
    opaque(fields.groupId),
    uint(fields.epoch, 8),
    uint(MEMBER, 1),
    uint(fields.committer, 4),
    opaque(fields.authenticatedData),
    uint(COMMIT, 1),
    vector(proposals),
    optional(concat(encodeLeafNode(path.leafNode), vector(nodes))),
  );
  return { ...fields, encoded };
}

/** @throws MalformedError longer than anybody may send. */
export function withinSize(message: Bytes): Bytes {
  if (message.length > MAX_MESSAGE_BYTES) {
    throw new MalformedError(`a message of ${message.length} bytes where at most ${MAX_MESSAGE_BYTES} are allowed`);
  }
  return message;
}

/** The wire format of an MLSMessage of version 1.0. */
export function readWireFormat(reader: Reader): number {
  const version = reader.uint(2);
  if (version !== MLS10) {
    throw new MalformedError(`protocol version ${version} is unknown`);
  }
  return reader.uint(2);
}

export function readSealed(reader: Reader): Sealed {
  return { kemOutput: reader.opaque(), ciphertext: reader.opaque() };
}

export function encodeSealed(sealed: Sealed): Bytes {
  return concat(opaque(sealed.kemOutput), opaque(sealed.ciphertext));
}

function readContent(reader: Reader): CommitContent {
  const mark = reader.mark();
  const [groupId, epoch] = [reader.opaque(), reader.uint64()];
  if (reader.uint(1) !== MEMBER) {
    throw new Refused("C2", "the only handshake is a Commit by a member");
  }
  const [committer, authenticatedData] = [reader.uint(4), reader.opaque()];
  if (reader.uint(1) !== COMMIT) {
    throw new Refused("C2", "the only handshake is a Commit by a member");
  }
  const proposals = reader.vector(readProposal);
  const path = reader.optional(readUpdatePath);
  if (path === null) {
    throw new Refused("C2", "a Commit has a path");
  }
  return {
    groupId,
    epoch,
    committer,
    authenticatedData,
    adds: proposals.flatMap((one) => (typeof one === "number" ? [] : [one])),
    removes: proposals.flatMap((one) => (typeof one === "number" ? [one] : [])),
    path,
    encoded: reader.since(mark),
  };
}

/** A key package to add, or the leaf to remove. */
function readProposal(reader: Reader): KeyPackage | number {
  const kind = reader.uint(1) === BY_VALUE ? reader.uint(2) : null;
  switch (kind) {
    case ADD:
      return readKeyPackage(reader);
    case REMOVE:
      return reader.uint(4);
    default:
      throw new Refused("C2", "a Commit holds Add and Remove by value, nothing else");
  }
}

export function readUpdatePath(reader: Reader): UpdatePath {
  const leafNode = readLeafNode(reader);
  const nodes = reader.vector((inner) => ({
    encryptionKey: inner.opaque(),
    encryptedPathSecret: inner.vector(readSealed),
  }));
  return { leafNode, nodes };
}

function leafKeys(leaf: LeafNode): LeafKeys {
  return { credential: leaf.credential, signatureKey: leaf.signatureKey, encryptionKey: leaf.encryptionKey };
}
