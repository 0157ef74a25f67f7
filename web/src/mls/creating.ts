/** A group of one at epoch 0 (RFC 9420 section 11); its first accepted Commit makes it the group (rule L8). */

import { equal, type Bytes } from "../bytes";
import { UsageError } from "../errors";
import type { Entropy } from "../primitives/entropy";
import { HASH_BYTES } from "../primitives/hashes";
import type { GroupState } from "./group-state";
import { decodeKeyPackage, privateHalves, verifyKeyPackage, type OwnKeyPackage } from "./key-package";
import { confirmationTag, newEpoch } from "./key-schedule";
import type { DeviceKeys } from "./keys";
import { RatchetTree } from "./ratchet-tree";
import { SecretTree } from "./secret-tree";
import { NOTHING } from "./suite";

/** @throws UsageError the key package is of other keys than `keys`. */
export function create(groupId: Bytes, own: OwnKeyPackage, keys: DeviceKeys, entropy: Entropy): GroupState {
  const keyPackage = decodeKeyPackage(own.keyPackage);
  const { leafNode } = keyPackage;
  verifyKeyPackage(keyPackage);
  if (!equal(leafNode.signatureKey, keys.signingKey.publicKey)) {
    throw new UsageError("the key package is of another signing key");
  }
  const tree = RatchetTree.of(leafNode);
  const epoch = newEpoch(entropy(HASH_BYTES));
  return {
    context: { groupId, epoch: 0n, treeHash: tree.treeHash(), confirmedTranscriptHash: NOTHING },
    tree,
    ownLeaf: 0,
    keys,
    privateKeys: new Map([[0, privateHalves(own).leafKey]]),
    secrets: epoch.secrets,
    secretTree: SecretTree.create(epoch.encryptionSecret, tree.leafCount),
    confirmationTag: confirmationTag(epoch.confirmationKey, NOTHING),
  };
}
