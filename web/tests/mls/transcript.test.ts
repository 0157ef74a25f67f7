/** Groups of Python members, followed from our Welcome on (tests/vectors/mls_live/). */

import assert from "node:assert/strict";
import test from "node:test";

import { concat, fromHex, hex, utf8, type Bytes } from "../../src/bytes";
import { opaque, uint } from "../../src/codec";
import { parseCommit } from "../../src/mls/commit";
import { KeyConsumed, RemovedFromGroup } from "../../src/mls/errors";
import { Group, type Joined } from "../../src/mls/group";
import { restoreKeyPackage, type OwnKeyPackage } from "../../src/mls/key-package";
import type { DeviceKeys } from "../../src/mls/keys";
import { SigningKey } from "../../src/primitives/signatures";
import { vectors } from "../vectors";

interface State {
  readonly epoch: number;
  readonly epoch_authenticator: string;
  readonly confirmation_tag: string;
  readonly leaves: readonly (readonly [index: number, signatureKey: string])[];
}

interface WelcomeStep extends State {
  readonly does: "welcome";
  readonly welcome: string;
  readonly ratchet_tree: string;
  readonly commit: string;
  readonly signer: number;
  readonly extension: string;
}

interface CommitStep extends State {
  readonly does: "commit";
  readonly message: string;
  readonly committer: number;
  readonly anchor: string;
  readonly adds: readonly string[];
  readonly removes: readonly number[];
  readonly removes_us: boolean;
}

interface MessageStep {
  readonly does: "message";
  readonly message: string;
  readonly plaintext: string;
  readonly anchor: string;
  readonly sender: number;
}

interface Story {
  readonly signing_seed: string;
  readonly credential: string;
  readonly key_package: string;
  readonly init_private_key: string;
  readonly leaf_private_key: string;
  readonly steps: readonly (WelcomeStep | CommitStep | MessageStep)[];
}


for (const [name, story] of Object.entries(vectors<Record<string, Story>>("mls_live/transcript.json"))) {
  test(`the browser follows a group of Python members, restored at each step: ${name}`, async () => {
    const { keys, own } = reader(story);
    const [first, ...steps] = story.steps;
    assert.ok(first?.does === "welcome");
    const joined = await Group.join(fromHex(first.welcome), fromHex(first.ratchet_tree), own, keys);
    sameDoor(joined, first, own);
    let { group } = joined;
    for (const step of steps) {
      assert.ok(step.does !== "welcome");
      const { secret, tree } = group.encode();
      group = await Group.restore(secret, tree, keys);
      if (step.does === "message") {
        group = await read(group, step);
      } else if (step.removes_us) {
        await assert.rejects(group.process(fromHex(step.message)), RemovedFromGroup);
      } else {
        group = await follow(group, step);
      }
    }
  });
}

function reader(story: Story): { keys: DeviceKeys; own: OwnKeyPackage } {
  const parts = [story.key_package, story.init_private_key, story.leaf_private_key];
  const secret: Bytes = concat(uint(1, 2), ...parts.map((part) => opaque(fromHex(part))));
  const keys = { credential: utf8(story.credential), signingKey: new SigningKey(fromHex(story.signing_seed)) };
  return { keys, own: restoreKeyPackage(secret) };
}

function sameDoor(joined: Joined, step: WelcomeStep, own: OwnKeyPackage): void {
  const parsed = parseCommit(fromHex(step.commit));
  assert.equal(joined.signer, step.signer);
  assert.equal(parsed.committer, step.signer);
  assert.equal(hex(joined.extension), step.extension);
  assert.deepEqual(parsed.authenticatedData, joined.extension);
  assert.deepEqual(parsed.confirmationTag, joined.group.confirmationTag);
  assert.ok(parsed.adds.some((one) => hex(one.keyPackageRef) === hex(joined.ownKeyPackageRef)));
  assert.deepEqual(joined.ownKeyPackageRef, own.ref);
  sameState(joined.group, step);
}

async function read(group: Group, step: MessageStep): Promise<Group> {
  const opened = await group.open(fromHex(step.message));
  assert.equal(hex(opened.plaintext), step.plaintext);
  assert.equal(hex(opened.authenticatedData), step.anchor);
  assert.deepEqual(opened.sender, group.leaves.find((leaf) => leaf.index === step.sender));
  await assert.rejects(opened.group.open(fromHex(step.message)), KeyConsumed);
  return opened.group;
}

async function follow(group: Group, step: CommitStep): Promise<Group> {
  const parsed = parseCommit(fromHex(step.message));
  assert.equal(parsed.committer, step.committer);
  assert.equal(parsed.epoch, group.epoch);
  assert.equal(hex(parsed.authenticatedData), step.anchor);
  assert.deepEqual(parsed.adds.map((one) => hex(one.keyPackageRef)), step.adds);
  assert.deepEqual(parsed.removes, step.removes);
  const after = await group.process(fromHex(step.message));
  sameState(after, step);
  const own = after.leaves.find((leaf) => leaf.index === step.committer);
  assert.deepEqual({ index: step.committer, ...parsed.pathLeaf }, own);
  return after;
}

function sameState(group: Group, step: State): void {
  assert.equal(group.epoch, BigInt(step.epoch));
  assert.equal(hex(group.confirmationTag), step.confirmation_tag);
  assert.equal(hex(group.epochAuthenticator), step.epoch_authenticator);
  assert.deepEqual(group.leaves.map((leaf) => [leaf.index, hex(leaf.signatureKey)]), step.leaves);
}
