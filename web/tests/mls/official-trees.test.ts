/** The official vectors of trees and their paths (RFC 9420 section 7). */

import assert from "node:assert/strict";

import { fromHex, hex, utf8, type Bytes } from "../../src/bytes";
import { decode, Reader } from "../../src/codec";
import { readUpdatePath } from "../../src/mls/commit";
import type { GroupContext } from "../../src/mls/group-context";
import type { PrivateKeys } from "../../src/mls/group-state";
import { readLeafNode } from "../../src/mls/leaf-node";
import { RatchetTree } from "../../src/mls/ratchet-tree";
import { finish } from "../../src/mls/slices";
import * as suite from "../../src/mls/suite";
import * as math from "../../src/mls/tree-math";
import { checkTree } from "../../src/mls/tree-validation";
import { createPath, encryptingPath, mergePath, openPath } from "../../src/mls/treekem";
import { SigningKey } from "../../src/primitives/signatures";
import { official } from "./official";
import { counted } from "./party";

const NOBODY: ReadonlySet<number> = new Set();
const MESSAGE_HEAD_BYTES = 4; // version and suite of a key package

interface TreeMath extends Record<"left" | "right" | "parent" | "sibling", readonly (number | null)[]> {
  readonly n_leaves: number;
  readonly n_nodes: number;
  readonly root: number;
}

official<TreeMath>("tree-math", 10, (entry) => {
  const root = math.rootOf(entry.n_leaves);
  const nodes = Array.from({ length: math.nodeWidth(entry.n_leaves) }, (_, node) => node);
  assert.deepEqual([nodes.length, root], [entry.n_nodes, entry.root]);
  const children = nodes.map((node) => (math.isLeaf(node) ? [null, null] : [math.left(node), math.right(node)]));
  assert.deepEqual(children, entry.left.map((left, node) => [left, entry.right[node]]));
  assert.deepEqual(nodes.map((node) => (node === root ? null : math.parent(node))), entry.parent);
  assert.deepEqual(nodes.map((node) => (node === root ? null : math.sibling(node))), entry.sibling);
});

interface TreeOperation {
  readonly proposal: string;
  readonly tree_before: string;
  readonly tree_after: string;
  readonly tree_hash_before: string;
  readonly tree_hash_after: string;
}

official<TreeOperation>(
  "tree-operations",
  5,
  (entry) => {
    const before = RatchetTree.decode(fromHex(entry.tree_before));
    assert.equal(hex(before.treeHash()), entry.tree_hash_before);
    const after = applied(before, new Reader(fromHex(entry.proposal)));
    if (after !== null) {
      assert.equal(hex(after.treeHash()), entry.tree_hash_after);
      assert.equal(hex(after.encode()), entry.tree_after);
    }
  },
  {},
  1, // which says nothing: these trees are only hashed, and both suites hash alike
);

/** The tree after an Add or Remove; null for an Update, which our profile does not have. */
function applied(tree: RatchetTree, proposal: Reader): RatchetTree | null {
  switch (proposal.uint(2)) {
    case 1:
      proposal.fixed(MESSAGE_HEAD_BYTES); // version and suite of the key package
      proposal.opaque(); // its init key
      return tree.add([readLeafNode(proposal)]).tree;
    case 3:
      return tree.remove([proposal.uint(4)]);
    default:
      return null;
  }
}

interface TreeValidation {
  readonly tree: string;
  readonly group_id: string;
  readonly tree_hashes: readonly string[];
  readonly resolutions: readonly (readonly number[])[];
}

official<TreeValidation>("tree-validation", 14, (entry) => {
  const tree = RatchetTree.decode(fromHex(entry.tree));
  assert.equal(hex(tree.encode()), entry.tree);
  assert.deepEqual(entry.resolutions.map((_, node) => tree.resolution(node)), entry.resolutions);
  assert.deepEqual(entry.tree_hashes.map((_, node) => hex(tree.treeHash(node))), entry.tree_hashes);
  checkTree(tree, context(fromHex(entry.group_id), tree));
});

interface Member {
  readonly index: number;
  readonly encryption_priv: string;
  readonly signature_priv: string;
  readonly path_secrets: readonly { readonly node: number; readonly path_secret: string }[];
}

interface TreeKem {
  readonly epoch: number;
  readonly group_id: string;
  readonly confirmed_transcript_hash: string;
  readonly ratchet_tree: string;
  readonly leaves_private: readonly Member[];
  readonly update_paths: readonly {
    readonly sender: number;
    readonly update_path: string;
    readonly path_secrets: readonly (string | null)[];
    readonly commit_secret: string;
    readonly tree_hash_after: string;
  }[];
}

official<TreeKem>("treekem", 11, (entry) => {
  const tree = RatchetTree.decode(fromHex(entry.ratchet_tree));
  const groupId = fromHex(entry.group_id);
  const at = (merged: RatchetTree): GroupContext => ({
    ...context(groupId, merged),
    epoch: BigInt(entry.epoch),
    confirmedTranscriptHash: fromHex(entry.confirmed_transcript_hash),
  });
  for (const update of entry.update_paths) {
    const path = decode(fromHex(update.update_path), readUpdatePath);
    const merged = mergePath(tree, update.sender, path);
    assert.equal(hex(merged.treeHash()), update.tree_hash_after);
    for (const member of entry.leaves_private.filter((one) => one.index !== update.sender)) {
      const reader = { leaf: member.index, privateKeys: privateKeys(member) };
      const ladder = openPath(merged, update.sender, path, reader, NOBODY, at(merged));
      const shared = math.commonAncestor(math.nodeOf(update.sender), math.nodeOf(member.index));
      assert.equal(hex(ladder.secrets.get(shared) ?? suite.NOTHING), update.path_secrets[member.index]);
      assert.equal(hex(ladder.commitSecret), update.commit_secret);
    }
  }
  const [sender, member] = entry.leaves_private;
  const leaf = tree.leaf(sender?.index ?? -1);
  assert.ok(sender && member && leaf);
  const keys = { credential: leaf.credential, signingKey: new SigningKey(fromHex(sender.signature_priv)) };
  const fresh = createPath(tree, leaf, { groupId, leafIndex: sender.index }, keys, counted("path"));
  const path = finish(encryptingPath(fresh, at(fresh.tree), NOBODY, counted("sealing")));
  const merged = mergePath(tree, sender.index, path);
  const reader = { leaf: member.index, privateKeys: privateKeys(member) };
  const ladder = openPath(merged, sender.index, path, reader, NOBODY, at(merged));
  assert.deepEqual(ladder.commitSecret, fresh.ladder.commitSecret);
});

function privateKeys(member: Member): PrivateKeys {
  const above = member.path_secrets.map(({ node, path_secret: secret }) => {
    return [node, suite.deriveKeyPair(suite.deriveSecret(fromHex(secret), "node")).privateKey] as const;
  });
  return new Map([[math.nodeOf(member.index), fromHex(member.encryption_priv)], ...above]);
}

function context(groupId: Bytes, tree: RatchetTree): GroupContext {
  return { groupId, epoch: 0n, treeHash: tree.treeHash(), confirmedTranscriptHash: utf8("") };
}
