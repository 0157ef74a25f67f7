/**
 * TreeKEM: fresh keys from one leaf to the root, and how the others learn them (RFC 9420 sections 7.4 to 7.6).
 *
 * path_secret[0] --> ... --> path_secret[n] --> path_secret[n+1] = commit_secret
 *      |                          |
 * node_secret[0]            node_secret[n]      each gives the key pair of one node of the filtered direct path
 */

import { equal, hex, type Bytes } from "../bytes";
import type { Entropy } from "../primitives/entropy";
import { HASH_BYTES } from "../primitives/hashes";
import { BadPublicKey, checkPublicKey, generateKeyPair, type KeyPair } from "../primitives/x25519";
import type { UpdatePath, UpdatePathNode } from "./commit";
import { InvalidCommit } from "./errors";
import { encodeGroupContext, type GroupContext } from "./group-context";
import type { PrivateKeys } from "./group-state";
import type { DeviceKeys } from "./keys";
import { signCommitLeaf, type LeafNode, type Place } from "./leaf-node";
import { chainPath } from "./parent-hash";
import type { PathStep, RatchetTree } from "./ratchet-tree";
import { SLICE_LEAVES, type Slices } from "./slices";
import { decryptWithLabel, deriveKeyPair, deriveSecret, encryptWithLabel, NOTHING } from "./suite";
import { covers, nodeOf } from "./tree-math";

const LABEL = "UpdatePathNode";

/** Path secrets from some node of a path up to the root, and what follows from them. */
export interface Ladder {
  readonly secrets: ReadonlyMap<number, Bytes>;
  readonly keyPairs: ReadonlyMap<number, KeyPair>;
  readonly commitSecret: Bytes;
}

/** Derive the secrets and key pairs of `nodes`, lowest first, from the secret of the first (section 7.4). */
export function climb(start: Bytes, nodes: readonly number[]): Ladder {
  const secrets = new Map<number, Bytes>();
  const keyPairs = new Map<number, KeyPair>();
  let current = start;
  for (const node of nodes) {
    secrets.set(node, current);
    keyPairs.set(node, deriveKeyPair(deriveSecret(current, "node")));
    current = deriveSecret(current, "path");
  }
  return { secrets, keyPairs, commitSecret: current };
}

export function privateKeysOf(ladder: Ladder): PrivateKeys {
  return new Map([...ladder.keyPairs].map(([node, pair]) => [node, pair.privateKey]));
}

/** A path of our own, merged into the tree but not yet encrypted to the others: that takes the new tree's hash. */
export interface FreshPath {
  readonly tree: RatchetTree;
  readonly leafNode: LeafNode;
  readonly steps: readonly PathStep[];
  readonly ladder: Ladder;
  readonly privateKeys: PrivateKeys;
}

/** Fresh keys for our leaf and everything above it (section 7.5). The leaf keeps credential and signature key (C5). */
export function createPath(
  tree: RatchetTree,
  replaced: LeafNode,
  place: Place,
  keys: DeviceKeys,
  entropy: Entropy,
): FreshPath {
  const steps = tree.filteredDirectPath(place.leafIndex);
  const ladder = climb(entropy(HASH_BYTES), steps.map((step) => step.node));
  const own = generateKeyPair(entropy);
  const publicKeys = steps.map((step) => ladder.keyPairs.get(step.node)?.publicKey ?? NOTHING);
  const { parents, leafParentHash } = chainPath(tree, steps, publicKeys);
  const leafNode = signCommitLeaf(keys.signingKey, replaced, own.publicKey, leafParentHash, place);
  return {
    tree: tree.mergePath(place.leafIndex, leafNode, parents),
    leafNode,
    steps,
    ladder,
    privateKeys: new Map([...privateKeysOf(ladder), [nodeOf(place.leafIndex), own.privateKey]]),
  };
}

/** The path as the others receive it. `context` is the provisional one; newcomers learn it from the Welcome. */
export function* encryptingPath(
  path: FreshPath,
  context: GroupContext,
  newcomers: ReadonlySet<number>,
  entropy: Entropy,
): Slices<UpdatePath> {
  const info = encodeGroupContext(context);
  const readers = path.steps.map(({ copath }) =>
    path.tree.resolution(copath, newcomers).map((reader) => path.tree.publicKey(reader) ?? NOTHING),
  );
  const all = readers.reduce((sum, keys) => sum + keys.length, 0);
  const nodes: UpdatePathNode[] = [];
  let sealed = 0;
  for (const [place, { node }] of path.steps.entries()) {
    const secret = path.ladder.secrets.get(node) ?? NOTHING; // the ladder has a rung for each step
    const encryptedPathSecret = [];
    for (const key of readers[place] ?? []) {
      if (sealed % SLICE_LEAVES === 0) {
        yield { done: sealed, all };
      }
      encryptedPathSecret.push(encryptWithLabel(key, LABEL, info, secret, entropy));
      sealed += 1;
    }
    nodes.push({ encryptionKey: path.ladder.keyPairs.get(node)?.publicKey ?? NOTHING, encryptedPathSecret });
  }
  return { leafNode: path.leafNode, nodes };
}

/**
 * The tree with somebody's path in it, whose leaf signed what it put there (section 7.5).
 *
 * @throws InvalidCommit the path does not fit the tree, or its parent hash or keys are wrong.
 */
export function mergePath(tree: RatchetTree, committer: number, path: UpdatePath): RatchetTree {
  const steps = tree.filteredDirectPath(committer);
  if (path.nodes.length !== steps.length) {
    throw new InvalidCommit(`a path of ${path.nodes.length} nodes where ${steps.length} are above the committer`);
  }
  const keys = path.nodes.map((node) => node.encryptionKey);
  pathKeysAreUsable(keys);
  pathKeysAreNew(tree, [path.leafNode.encryptionKey, ...keys]);
  const { parents, leafParentHash } = chainPath(tree, steps, keys);
  if (!equal(path.leafNode.parentHash, leafParentHash)) {
    throw new InvalidCommit("the parent hash of the committer's leaf does not cover the path");
  }
  return tree.mergePath(committer, path.leafNode, parents);
}

/** What `openPath` needs of us. */
export interface PathReader {
  readonly leaf: number;
  readonly privateKeys: PrivateKeys; // of the tree before the path
}

/**
 * The secrets of the nodes that we have above us in common with the committer (section 7.5).
 *
 * @param merged the tree with the path in it.
 * @param context the provisional one.
 * @throws InvalidCommit the path does not hold them for us, or they do not belong to its public keys.
 */
export function openPath(
  merged: RatchetTree,
  committer: number,
  path: UpdatePath,
  reader: PathReader,
  newcomers: ReadonlySet<number>,
  context: GroupContext,
): Ladder {
  const steps = merged.filteredDirectPath(committer);
  let ladder: Ladder | null = null;
  for (const [place, step] of steps.entries()) {
    const sealed = path.nodes[place]?.encryptedPathSecret ?? []; // as many nodes as steps: mergePath saw to it
    const readers = merged.resolution(step.copath, newcomers);
    pathCoversTheResolution(sealed, readers); // of the others too, so that all members judge alike
    if (covers(step.copath, nodeOf(reader.leaf))) {
      const secret = openSecret(sealed, readers, reader.privateKeys, context);
      ladder = climb(secret, steps.slice(place).map((above) => above.node));
    }
  }
  if (ladder === null) {
    throw new InvalidCommit("the path holds nothing for us");
  }
  pathSecretsMatchTheirKeys(ladder, merged);
  return ladder;
}

/**
 * Section 7.5: what is derived from the secret are the keys that everybody sees.
 *
 * @throws InvalidCommit they are others.
 */
export function pathSecretsMatchTheirKeys(ladder: Ladder, merged: RatchetTree): void {
  for (const [node, pair] of ladder.keyPairs) {
    if (!equal(merged.publicKey(node) ?? NOTHING, pair.publicKey)) {
      throw new InvalidCommit(`the path secret does not give the public key of node ${node}`);
    }
  }
}

/** The keys whose nodes were neither blanked nor replaced; the others are to be forgotten (section 7.5). */
export function stillValid(keys: PrivateKeys, before: RatchetTree, after: RatchetTree): PrivateKeys {
  return new Map(
    [...keys].filter(([node]) => {
      const [old, now] = [before.publicKey(node), after.publicKey(node)];
      return old !== null && now !== null && equal(old, now);
    }),
  );
}

/** RFC 9180 section 7.1.4. Only who is below a parent derives its key and would notice; the rest could not commit. */
function pathKeysAreUsable(keys: readonly Bytes[]): void {
  try {
    keys.forEach(checkPublicKey);
  } catch (error) {
    if (error instanceof BadPublicKey) {
      throw new InvalidCommit("the path brings a key to which nothing can be sealed");
    }
    throw error;
  }
}

/** Section 12.4.2: no public key of the path stands in the tree, or twice in the path. */
function pathKeysAreNew(tree: RatchetTree, keys: readonly Bytes[]): void {
  const fresh = new Set(keys.map(hex));
  if (fresh.size !== keys.length || tree.encryptionKeys().some((key) => fresh.has(hex(key)))) {
    throw new InvalidCommit("the path brings a public key that is in the tree already");
  }
}

/** Section 7.6: one ciphertext for each node of the resolution, newcomers excluded. */
function pathCoversTheResolution(sealed: UpdatePathNode["encryptedPathSecret"], readers: readonly number[]): void {
  if (sealed.length !== readers.length) {
    throw new InvalidCommit(`${sealed.length} path secrets for ${readers.length} readers`);
  }
}

function openSecret(
  sealed: UpdatePathNode["encryptedPathSecret"],
  readers: readonly number[],
  privateKeys: PrivateKeys,
  context: GroupContext,
): Bytes {
  const place = readers.findIndex((reader) => privateKeys.has(reader));
  const [key, ours] = [privateKeys.get(readers[place] ?? -1), sealed[place]];
  if (key === undefined || ours === undefined) {
    throw new InvalidCommit("no path secret is sealed for a key that we hold");
  }
  const secret = decryptWithLabel(key, LABEL, encodeGroupContext(context), ours);
  if (secret === null) {
    throw new InvalidCommit("the path secret that is sealed for us does not open");
  }
  if (secret.length !== HASH_BYTES) {
    throw new InvalidCommit("a path secret of a wrong length");
  }
  return secret;
}
