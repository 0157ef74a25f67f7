/** Joining a large group lets whatever else waits have its turn, and refuses what it refuses at once. */

import { strict as assert } from "node:assert";
import { test } from "node:test";

import { InvalidLeafNode } from "../../src/mls/errors";
import { Group } from "../../src/mls/group";
import { join } from "../../src/mls/joining";
import { decodeKeyPackage } from "../../src/mls/key-package";
import { finish, finishAtPace, SLICE_LEAVES, type Leaves } from "../../src/mls/slices";
import { checkingTree } from "../../src/mls/tree-validation";
import { RatchetTree } from "../../src/mls/ratchet-tree";
import { ANCHOR, device, GROUP_ID } from "./party";

const OTHERS = 2 * SLICE_LEAVES + 1;

async function grounds() {
  const founder = await device("Roissy");
  const others = await Promise.all(Array.from({ length: OTHERS }, (_, place) => device(`post ${place}`)));
  const alone = await Group.create(GROUP_ID, founder.own, founder.keys, founder.entropy);
  const adds = others.map((one) => one.own.keyPackage);
  const { welcome, ratchetTree } = await alone.commit({ adds, removes: [] }, ANCHOR, founder.entropy);
  assert.ok(welcome !== null && ratchetTree !== null);
  return { welcome, ratchetTree, newcomer: others[0]!, others };
}

test("whoever joins pauses after every few leaves, and says how far it is", async () => {
  const { welcome, ratchetTree, newcomer } = await grounds();
  const told: Leaves[] = [];
  let others = 0;

  const joined = await Group.join(welcome, ratchetTree, newcomer.own, newcomer.keys, async (leaves) => {
    told.push(leaves);
    await new Promise((resolve) => setTimeout(resolve, 0)).then(() => (others += 1));
  });

  const all = OTHERS + 1;
  assert.deepEqual(told, [0, SLICE_LEAVES, 2 * SLICE_LEAVES].map((done) => ({ done, all })));
  assert.equal(others, told.length);
  assert.deepEqual(joined.group.epochAuthenticator, (await Group.join(welcome, ratchetTree, newcomer.own, newcomer.keys)).group.epochAuthenticator);
});

test("a leaf that does not verify is refused behind a pause as well, and nothing is joined", async () => {
  const { welcome, ratchetTree, newcomer, others } = await grounds();
  const { state } = join(welcome, ratchetTree, newcomer.own, newcomer.keys);
  const last = decodeKeyPackage(others.at(-1)!.own.keyPackage).leafNode;
  const signature = last.signature.slice();
  signature[40]! ^= 1;
  const bad = state.tree.remove([OTHERS]).add([{ ...last, signature }]).tree;
  const context = { ...state.context, treeHash: bad.treeHash() };
  const decoded = RatchetTree.decode(bad.encode());

  await assert.rejects(finishAtPace(checkingTree(decoded, context), () => Promise.resolve()), InvalidLeafNode);
  assert.throws(() => finish(checkingTree(decoded, context)), InvalidLeafNode);
});

test("nobody is in the group when whoever sets the pace gives up", async () => {
  const { welcome, ratchetTree, newcomer } = await grounds();

  await assert.rejects(
    Group.join(welcome, ratchetTree, newcomer.own, newcomer.keys, () => Promise.reject(new Error("signed out"))),
    /signed out/,
  );
});
