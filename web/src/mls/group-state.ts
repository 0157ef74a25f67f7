/** One group in one epoch, as one member holds it. Never changed: every transition makes another one. */

import { equal, type Bytes } from "../bytes";
import { NoSuchMember, OwnMessage, WrongEpoch, WrongGroup } from "./errors";
import type { GroupContext } from "./group-context";
import type { EpochSecrets } from "./key-schedule";
import type { DeviceKeys } from "./keys";
import type { LeafNode } from "./leaf-node";
import type { RatchetTree } from "./ratchet-tree";
import type { SecretTree } from "./secret-tree";

/** Node index to X25519 private key: our leaf's, and those of the ancestors where it is not unmerged. */
export type PrivateKeys = ReadonlyMap<number, Bytes>;

export interface GroupState {
  readonly context: GroupContext;
  readonly tree: RatchetTree;
  readonly ownLeaf: number;
  readonly keys: DeviceKeys;
  readonly privateKeys: PrivateKeys;
  readonly secrets: EpochSecrets;
  readonly secretTree: SecretTree;
  readonly confirmationTag: Bytes; // of the Commit that began the epoch
}

/** @throws WrongGroup, WrongEpoch the message is not for this state to judge. */
export function isFor(state: GroupState, groupId: Bytes, epoch: bigint): void {
  if (!equal(groupId, state.context.groupId)) {
    throw new WrongGroup();
  }
  if (epoch !== state.context.epoch) {
    throw new WrongEpoch(epoch, state.context.epoch);
  }
}

/**
 * The member at a leaf that a message names as its sender, which is not us (section 6.3.2).
 *
 * @throws OwnMessage, NoSuchMember
 */
export function otherMember(state: GroupState, leaf: number): LeafNode {
  if (leaf === state.ownLeaf) {
    throw new OwnMessage();
  }
  return occupied(state.tree, leaf);
}

/** @throws NoSuchMember nobody is at this leaf. */
export function occupied(tree: RatchetTree, leaf: number): LeafNode {
  const node = tree.leaf(leaf);
  if (node === null) {
    throw new NoSuchMember(leaf);
  }
  return node;
}
