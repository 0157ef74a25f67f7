/** A node of a ratchet tree: a leaf or a parent (RFC 9420 sections 7.8, 12.4.3.3). */

import { concat, type Bytes } from "../bytes";
import { uint, type Reader } from "../codec";
import { MalformedError } from "../errors";
import { encodeLeafNode, readLeafNode, type LeafNode } from "./leaf-node";
import { encodeParentNode, readParentNode, type ParentNode } from "./parent-node";

export const LEAF = 1; // NodeType
export const PARENT = 2;

export type Node = LeafNode | ParentNode;

export function isParent(node: Node): node is ParentNode {
  return "unmergedLeaves" in node;
}

export function readNode(reader: Reader): Node {
  switch (reader.uint(1)) {
    case LEAF:
      return readLeafNode(reader);
    case PARENT:
      return readParentNode(reader);
    default:
      throw new MalformedError("a node is a leaf or a parent");
  }
}

export function encodeNode(node: Node): Bytes {
  return isParent(node)
    ? concat(uint(PARENT, 1), encodeParentNode(node))
    : concat(uint(LEAF, 1), encodeLeafNode(node));
}
