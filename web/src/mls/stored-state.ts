/**
 * A group at rest, in two parts.
 *
 *     tree     version, ratchet tree                         changes with a Commit; need not be kept secret
 *     secret   version, GroupContext, own leaf, transcript,  changes with every message; sealed by the caller
 *              epoch secrets, private keys, secret tree
 *
 * The secret part pins the other by the tree hash in its GroupContext: the tree may come from anywhere (D4). Nothing
 * of a past epoch is in either (S6). The signing key is in neither, since one device uses it in all of its groups.
 */

import { concat, equal, type Bytes } from "../bytes";
import { decode, opaque, uint, vector, type Reader } from "../codec";
import { MalformedError, UsageError } from "../errors";
import { HASH_BYTES } from "../primitives/hashes";
import { PRIVATE_KEY_BYTES } from "../primitives/x25519";
import { encodeGroupContext, readGroupContext } from "./group-context";
import type { GroupState } from "./group-state";
import type { EpochSecrets } from "./key-schedule";
import type { DeviceKeys } from "./keys";
import { RatchetTree } from "./ratchet-tree";
import { SecretTree } from "./secret-tree";
import { treeMatchesTheContext } from "./tree-validation";

const STATE_VERSION = 1;

export function encodeTree(state: GroupState): Bytes {
  return concat(uint(STATE_VERSION, 2), state.tree.encode());
}

export function encodeSecret(state: GroupState): Bytes {
  const { secrets } = state;
  return concat(
    uint(STATE_VERSION, 2),
    encodeGroupContext(state.context),
    uint(state.ownLeaf, 4),
    opaque(state.confirmationTag),
    opaque(secrets.initSecret),
    opaque(secrets.senderDataSecret),
    opaque(secrets.membershipKey),
    opaque(secrets.epochAuthenticator),
    vector([...state.privateKeys].map(([node, key]) => concat(uint(node, 4), opaque(key)))),
    state.secretTree.encode(),
  );
}

/**
 * The state whose two parts these are.
 *
 * @throws MalformedError not what this version writes.
 * @throws InvalidTree the tree is not the one that belongs to the secret part.
 * @throws UsageError the signing key is not that of our leaf.
 */
export function restore(secret: Bytes, tree: Bytes, keys: DeviceKeys): GroupState {
  if (!equal(tree.slice(0, 2), uint(STATE_VERSION, 2))) {
    throw new MalformedError("the tree was stored by another version of this program");
  }
  const state = decode(secret, (reader) => readState(reader, RatchetTree.decode(tree.slice(2)), keys));
  treeMatchesTheContext(state.tree, state.context);
  const leaf = state.tree.leaf(state.ownLeaf);
  if (leaf === null || !equal(leaf.signatureKey, keys.signingKey.publicKey)) {
    throw new UsageError("the signing key is not the one of our leaf");
  }
  return state;
}

function readState(reader: Reader, tree: RatchetTree, keys: DeviceKeys): GroupState {
  if (reader.uint(2) !== STATE_VERSION) {
    throw new MalformedError("the group was stored by another version of this program");
  }
  return {
    keys,
    tree,
    context: readGroupContext(reader),
    ownLeaf: reader.uint(4),
    confirmationTag: reader.opaque(HASH_BYTES),
    secrets: readSecrets(reader),
    privateKeys: new Map(reader.vector((inner) => [inner.uint(4), inner.opaque(PRIVATE_KEY_BYTES)] as const)),
    secretTree: SecretTree.read(reader),
  };
}

function readSecrets(reader: Reader): EpochSecrets {
  return {
    initSecret: reader.opaque(HASH_BYTES),
    senderDataSecret: reader.opaque(HASH_BYTES),
    membershipKey: reader.opaque(HASH_BYTES),
    epochAuthenticator: reader.opaque(HASH_BYTES),
  };
}
