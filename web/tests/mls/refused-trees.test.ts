/** Trees and Welcomes by which nobody joins (RFC 9420 section 12.4.3.1). */

import assert from "node:assert/strict";
import test from "node:test";

import { utf8, type Bytes } from "../../src/bytes";
import { commit } from "../../src/mls/committing";
import { confirmationTag, epochFromJoiner, welcomeSecret } from "../../src/mls/key-schedule";
import { join } from "../../src/mls/joining";
import { decodeKeyPackage } from "../../src/mls/key-package";
import type { GroupState } from "../../src/mls/group-state";
import type { ParentNode } from "../../src/mls/parent-node";
import type { RatchetTree } from "../../src/mls/ratchet-tree";
import { checkTree } from "../../src/mls/tree-validation";
import { sealWelcome, signGroupInfo, type GroupInfo } from "../../src/mls/welcome";
import { NO_CHANGE, states } from "./insider";
import { counted, device } from "./party";

const ANCHOR = utf8("anchor");
const ZEROS: Bytes = new Uint8Array(32);
const [ROISSY, FELIXSTOWE] = (await states("Roissy", "Felixstowe", "Rotterdam", "Hamburg")) as [
  GroupState,
  GroupState,
  GroupState,
  GroupState,
];
const { state: SETTLED } = commit(ROISSY, NO_CHANGE, ANCHOR, counted("settled"));
const PARENT = 1; // above Roissy and Felixstowe

function refuses(tree: RatchetTree, sentence: RegExp): void {
  assert.throws(() => checkTree(tree, { ...SETTLED.context, treeHash: tree.treeHash() }), sentence);
}

/** The tree, with something changed in one of its parents, as if Roissy had set it. */
function withParent(change: Partial<ParentNode>): RatchetTree {
  const { tree } = SETTLED;
  const leaf = tree.leaf(0);
  const parents = new Map([...tree.parents()]);
  const node = parents.get(PARENT);
  assert.ok(leaf && node);
  return tree.mergePath(0, leaf, parents.set(PARENT, { ...node, ...change }));
}

test("a tree that is not the one of the GroupContext is refused", () => {
  checkTree(SETTLED.tree, SETTLED.context);
  assert.throws(() => checkTree(ROISSY.tree, SETTLED.context), /not the one that the GroupContext names/);
});

test("a parent for which no leaf vouches is refused (RFC 9420 section 7.9.2)", () => {
  refuses(withParent({ parentHash: ZEROS }), /not parent-hash valid/);
  refuses(withParent({ encryptionKey: utf8("a key of somebody from outside..") }), /not parent-hash valid/);
});

test("a parent with a key of small order is refused (docs/protocol.md section 5)", () => {
  refuses(withParent({ encryptionKey: ZEROS }), /nothing can be sealed/);
});

test("unmerged leaves that are nobody, or elsewhere, are refused", () => {
  refuses(withParent({ unmergedLeaves: [3] }), /no member below it/);
  refuses(withParent({ unmergedLeaves: [2 ** 32 - 1] }), /no member below it/);
});

test("a key that stands at two nodes is refused", () => {
  const twice = SETTLED.tree.leaf(1)?.encryptionKey ?? ZEROS;
  refuses(withParent({ encryptionKey: twice }), /appears at two nodes/);
});

test("a leaf that was signed for another place is refused", () => {
  const leaf = SETTLED.tree.leaf(0);
  assert.ok(leaf);
  const moved = SETTLED.tree.remove([0, 1]).add([]).tree.mergePath(1, leaf, new Map());
  refuses(moved, /parent-hash valid|signature of the leaf/);
});

test("a Welcome of another signer, with another tag, or with a path secret of other keys is refused", async () => {
  const newcomer = await device("Antwerp");
  const adds = [decodeKeyPackage(newcomer.own.keyPackage)];
  const { state } = commit(ROISSY, { adds, removes: [] }, ANCHOR, counted("welcome"));
  const { context } = state;
  const honest = {
    context,
    extensions: [{ type: 0xf0ce, data: ANCHOR }],
    confirmationTag: confirmationTag(epochFromJoiner(ZEROS, context).confirmationKey, context.confirmedTranscriptHash),
    signer: 0,
  };
  const enter = (info: GroupInfo, tree = state.tree): unknown => {
    const keys = adds.map((keyPackage) => ({ keyPackage, pathSecret: ZEROS }));
    const welcome = sealWelcome(welcomeSecret(ZEROS), info, ZEROS, keys, counted("odd"));
    return join(welcome, tree.encode(), newcomer.own, newcomer.keys);
  };
  const byRoissy = (change: Partial<GroupInfo>): GroupInfo =>
    signGroupInfo(ROISSY.keys.signingKey, { ...honest, ...change });

  assert.throws(() => enter(signGroupInfo(FELIXSTOWE.keys.signingKey, honest)), /signature of the GroupInfo/);
  assert.throws(() => enter(byRoissy({ signer: 7 })), /signer of the GroupInfo is no member/);
  assert.throws(() => enter(byRoissy({ confirmationTag: state.confirmationTag })), /confirmation tag/);
  const odd = withParent({ parentHash: ZEROS });
  const about = { ...context, treeHash: odd.treeHash() };
  assert.throws(() => enter(byRoissy({ context: about }), odd), /not parent-hash valid/);
  assert.throws(() => enter(byRoissy({})), /path secret does not give the public key of node/);
});
