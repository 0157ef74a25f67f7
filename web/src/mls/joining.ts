/** Joining a group by a Welcome, with its tree from beside it (RFC 9420 section 12.4.3.1). */

import { equal, type Bytes } from "../bytes";
import { UsageError } from "../errors";
import { InvalidTree, InvalidWelcome } from "./errors";
import { GROUP_INFO_EXTENSION } from "./extension";
import type { GroupState, PrivateKeys } from "./group-state";
import { decodeKeyPackage, privateHalves, type OwnKeyPackage } from "./key-package";
import { epochFromJoiner, verifyConfirmationTag, welcomeSecret, type NewEpoch } from "./key-schedule";
import type { DeviceKeys } from "./keys";
import { encodeLeafNode, type LeafNode } from "./leaf-node";
import { RatchetTree } from "./ratchet-tree";
import { SecretTree } from "./secret-tree";
import { finish, type Slices } from "./slices";
import { commonAncestor, covers, nodeOf } from "./tree-math";
import { checkingTree } from "./tree-validation";
import { climb, privateKeysOf } from "./treekem";
import { decodeWelcome, openGroupInfo, openGroupSecrets, verifyGroupInfo, type GroupInfo } from "./welcome";

export interface JoinedState {
  readonly state: GroupState;
  readonly info: GroupInfo;
  readonly extension: Bytes; // what the signer put at the door: the anchor, for C9 to compare
}

/**
 * The group as its signer described it, with every key in its tree accounted for.
 *
 * Who the members are, whether it is the group that the ledger names, and that one is not in it already, is for the
 * caller to judge (C9).
 *
 * @throws NotForUs the Welcome holds nothing for this key package.
 * @throws InvalidWelcome, InvalidTree, InvalidLeafNode, MalformedError, BadTag refused; the error says by which rule.
 * @throws UsageError the key package is of other keys than `keys`.
 */
export function join(welcome: Bytes, ratchetTree: Bytes, own: OwnKeyPackage, keys: DeviceKeys): JoinedState {
  return finish(joining(welcome, ratchetTree, own, keys));
}

/** As `join`, piece by piece: in a group of 500 it takes seconds. */
export function* joining(
  welcome: Bytes,
  ratchetTree: Bytes,
  own: OwnKeyPackage,
  keys: DeviceKeys,
): Slices<JoinedState> {
  const { leafNode } = decodeKeyPackage(own.keyPackage);
  if (!equal(leafNode.signatureKey, keys.signingKey.publicKey)) {
    throw new UsageError("the key package is of another signing key");
  }
  const opened = openWelcome(welcome, own);
  const extension = theOneExtension(opened.info);
  const state = yield* entering(opened, ratchetTree, own, keys);
  return { state, info: opened.info, extension };
}

/** What a Welcome says to us. Whoever made it knew our key package; nothing of it is verified. */
export interface OpenedWelcome {
  readonly info: GroupInfo;
  readonly epoch: NewEpoch; // as the secrets in the Welcome give it
  readonly pathSecret: Bytes | null;
}

/** The first half of joining; throws as `openGroupSecrets` and `openGroupInfo` do. */
export function openWelcome(welcome: Bytes, own: OwnKeyPackage): OpenedWelcome {
  const decoded = decodeWelcome(welcome);
  const { joinerSecret, pathSecret } = openGroupSecrets(decoded, own.ref, privateHalves(own).initKey);
  const info = openGroupInfo(welcomeSecret(joinerSecret), decoded);
  return { info, epoch: epochFromJoiner(joinerSecret, info.context), pathSecret };
}

/**
 * The second half, as the RFC has it: a member's state, once tree, GroupInfo and epoch are verified. What else our
 * profile asks of a GroupInfo `joining` sees to: groups of other products, as in the official vectors, come in here.
 */
export function* entering(
  { info, epoch, pathSecret }: OpenedWelcome,
  ratchetTree: Bytes,
  own: OwnKeyPackage,
  keys: DeviceKeys,
): Slices<GroupState> {
  const { context, confirmationTag } = info;
  const tree = yield* verifyingTree(info, ratchetTree);
  verifyConfirmationTag(epoch.confirmationKey, context.confirmedTranscriptHash, confirmationTag);
  const ownLeaf = findLeaf(tree, decodeKeyPackage(own.keyPackage).leafNode);
  const fromPath = pathSecret === null ? [] : pathKeys(tree, ownLeaf, info.signer, pathSecret);
  return {
    context,
    tree,
    ownLeaf,
    keys,
    privateKeys: new Map([[nodeOf(ownLeaf), privateHalves(own).leafKey], ...fromPath]),
    secrets: epoch.secrets,
    secretTree: SecretTree.create(epoch.encryptionSecret, tree.leafCount),
    confirmationTag,
  };
}

/** The profile's GroupInfo has the anchor and nothing else: no tree inside, no key for external joins. */
function theOneExtension(info: GroupInfo): Bytes {
  const [only, ...more] = info.extensions;
  if (only?.type !== GROUP_INFO_EXTENSION || more.length > 0) {
    throw new InvalidWelcome("the GroupInfo has not exactly the one extension of our profile");
  }
  return only.data;
}

/** The tree that the GroupInfo speaks of, once its signer and all nodes are verified. */
function* verifyingTree(info: GroupInfo, encoded: Bytes): Slices<RatchetTree> {
  const tree = RatchetTree.decode(encoded);
  const signer = tree.leaf(info.signer);
  if (signer === null) {
    throw new InvalidWelcome("the signer of the GroupInfo is no member");
  }
  verifyGroupInfo(info, signer.signatureKey);
  yield* checkingTree(tree, info.context);
  return tree;
}

function findLeaf(tree: RatchetTree, own: LeafNode): number {
  const encoded = encodeLeafNode(own);
  for (const [index, leaf] of tree.leaves()) {
    if (equal(leaf.signatureKey, own.signatureKey) && equal(encodeLeafNode(leaf), encoded)) {
      return index;
    }
  }
  throw new InvalidWelcome("our key package is not in the tree");
}

/** The private keys that we share with the committer, from our common ancestor up. */
function pathKeys(tree: RatchetTree, own: number, signer: number, secret: Bytes): PrivateKeys {
  if (own === signer) {
    throw new InvalidWelcome("we are named as the signer of our own Welcome");
  }
  const lowest = commonAncestor(nodeOf(own), nodeOf(signer));
  const above = tree.filteredDirectPath(signer).filter((step) => covers(step.node, lowest));
  const ladder = climb(secret, above.map((step) => step.node));
  for (const [node, pair] of ladder.keyPairs) {
    const inTree = tree.publicKey(node);
    if (inTree === null || !equal(inTree, pair.publicKey)) {
      throw new InvalidTree(`the path secret does not give the public key of node ${node}`);
    }
  }
  return privateKeysOf(ladder);
}
