import assert from "node:assert/strict";
import test from "node:test";

import { utf8, type Bytes } from "../../src/bytes";
import { RemovedFromGroup } from "../../src/mls/errors";
import { Group } from "../../src/mls/group";
import { ANCHOR, device, party } from "./party";

const PLAIN = utf8("container MSKU1234565, seal broken");
const NO_CHANGE = { adds: [], removes: [] };

test("three members join by a Welcome and read each other", async () => {
  const groups = await party("Roissy", "Felixstowe", "Rotterdam");
  for (const [speaker, group] of groups.entries()) {
    const { message } = await group.seal(PLAIN, ANCHOR);

    for (const reader of groups.filter((one) => one !== group)) {
      const opened = await reader.open(message);
      assert.deepEqual(opened.plaintext, PLAIN);
      assert.deepEqual(opened.authenticatedData, ANCHOR);
      assert.equal(opened.sender.index, speaker);
    }
  }
});

test("after a Commit all are in the same state, whoever made it", async () => {
  let groups = await party("Roissy", "Felixstowe", "Rotterdam", "Hamburg", "Lagos");
  for (const place of groups.keys()) {
    groups = await follow(groups, place, NO_CHANGE);
  }
  assert.equal(groups[0]?.epoch, 6n);
});

test("whoever is removed learns it, and those who stay go on", async () => {
  const groups = await party("Roissy", "Felixstowe", "Rotterdam");
  const [coordinator, gone, stays] = groups as [Group, Group, Group];

  const { message, group } = await coordinator.commit({ adds: [], removes: [1] }, ANCHOR);

  await assert.rejects(gone.process(message), RemovedFromGroup);
  assert.deepEqual((await stays.process(message)).epochAuthenticator, group.epochAuthenticator);
  assert.deepEqual(group.leaves.map((leaf) => leaf.index), [0, 2]);
});

test("a group goes on when everybody in the left half of its tree has left", async () => {
  const groups = await party("Roissy", "Felixstowe", "Rotterdam", "Hamburg");
  const [, , rotterdam, hamburg] = groups as [Group, Group, Group, Group];

  const { message, group } = await rotterdam.commit({ adds: [], removes: [0, 1] }, ANCHOR);
  const left = [group, await hamburg.process(message)];
  assert.deepEqual(left[1]?.epochAuthenticator, group.epochAuthenticator);

  const newcomer = await device("Antwerp");
  const added = await left[1]?.commit({ adds: [newcomer.own.keyPackage], removes: [] }, ANCHOR);
  assert.ok(added?.welcome && added.ratchetTree);
  const joined = await Group.join(added.welcome, added.ratchetTree, newcomer.own, newcomer.keys);
  assert.equal(joined.group.ownLeaf, 0);
  assert.deepEqual(joined.extension, ANCHOR);
  assert.equal(joined.signer, 3);
  assert.deepEqual((await group.process(added.message)).epochAuthenticator, joined.group.epochAuthenticator);
});

test("a restored group seals, opens and commits on as if it had not been away", async () => {
  const roissy = await device("Roissy");
  const felixstowe = await device("Felixstowe");
  const alone = await Group.create(utf8("one"), roissy.own, roissy.keys);
  const first = await alone.commit({ adds: [felixstowe.own.keyPackage], removes: [] }, ANCHOR);
  assert.ok(first.welcome && first.ratchetTree);
  const { group } = await Group.join(first.welcome, first.ratchetTree, felixstowe.own, felixstowe.keys);

  const again = async (one: Group, keys: typeof roissy.keys): Promise<Group> => {
    const { secret, tree } = one.encode();
    return Group.restore(secret, tree, keys);
  };
  const sealed = await (await again(first.group, roissy.keys)).seal(PLAIN, ANCHOR);
  const opened = await (await again(group, felixstowe.keys)).open(sealed.message);
  assert.deepEqual(opened.plaintext, PLAIN);
  const staged = await (await again(opened.group, felixstowe.keys)).commit(NO_CHANGE, ANCHOR);
  const followed = await (await again(sealed.group, roissy.keys)).process(staged.message);
  assert.deepEqual(followed.epochAuthenticator, staged.group.epochAuthenticator);
});

async function follow(
  groups: readonly Group[],
  place: number,
  change: { adds: readonly Bytes[]; removes: readonly number[] },
): Promise<Group[]> {
  const committer = groups[place];
  assert.ok(committer);
  const { group, message } = await committer.commit(change, ANCHOR);
  const after = await Promise.all(groups.map((one) => (one === committer ? group : one.process(message))));
  after.forEach((one) => assert.deepEqual(one.epochAuthenticator, group.epochAuthenticator));
  return after;
}
