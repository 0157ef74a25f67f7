/** Parent nodes: a key that the members below hold, but for the unmerged ones (RFC 9420 section 7.1). */

import { concat, type Bytes } from "../bytes";
import { opaque, uint, vector, type Reader } from "../codec";
import { MalformedError } from "../errors";

export interface ParentNode {
  readonly encryptionKey: Bytes;
  readonly parentHash: Bytes;
  readonly unmergedLeaves: readonly number[];
}

/** @throws MalformedError also for unmerged leaves that do not rise. */
export function readParentNode(reader: Reader): ParentNode {
  const [encryptionKey, parentHash] = [reader.opaque(), reader.opaque()];
  const unmergedLeaves = reader.vector((inner) => inner.uint(4));
  if (unmergedLeaves.some((leaf, place) => place > 0 && leaf <= (unmergedLeaves[place - 1] ?? 0))) {
    throw new MalformedError("unmerged leaves are not in increasing order");
  }
  return { encryptionKey, parentHash, unmergedLeaves };
}

export function encodeParentNode(node: ParentNode): Bytes {
  const unmerged = node.unmergedLeaves.map((leaf) => uint(leaf, 4));
  return concat(opaque(node.encryptionKey), opaque(node.parentHash), vector(unmerged));
}

export function withUnmerged(node: ParentNode, leaf: number): ParentNode {
  return { ...node, unmergedLeaves: [...node.unmergedLeaves, leaf].sort((one, other) => one - other) };
}

export function withoutUnmerged(node: ParentNode, leaves: ReadonlySet<number>): ParentNode {
  return { ...node, unmergedLeaves: node.unmergedLeaves.filter((leaf) => !leaves.has(leaf)) };
}
