/**
 * What MLS costs in JavaScript: joining, following a Commit, one message, the state at rest.
 *
 *     node build.mjs --bench && node build/bench/mls.mjs [MEMBERS…]
 */

import { performance } from "node:perf_hooks";

import { Group } from "../src/mls/group";
import { ANCHOR, device, GROUP_ID } from "../tests/mls/party";

const MESSAGE = new Uint8Array(4096);
const ROUNDS = 9;

const sizes = process.argv.slice(2).map(Number);
for (const size of sizes.length > 0 ? sizes : [10, 100, 500, 1000]) {
  console.log(await figures(size));
}

async function figures(members: number): Promise<string> {
  const founder = await device("founder");
  const others = await Promise.all(Array.from({ length: members - 2 }, (_, place) => device(`post ${place}`)));
  const newcomer = await device("newcomer");
  const alone = await Group.create(GROUP_ID, founder.own, founder.keys);
  const first = await alone.commit({ adds: others.map((one) => one.own.keyPackage), removes: [] }, ANCHOR);
  const reader = others.at(-1);
  if (reader === undefined || first.welcome === null || first.ratchetTree === null) {
    return "at least three members";
  }
  const { group: before } = await Group.join(first.welcome, first.ratchetTree, reader.own, reader.keys);
  const { welcome, ratchetTree, group, message } = await before.commit(
    { adds: [newcomer.own.keyPackage], removes: [] },
    ANCHOR,
  );
  if (welcome === null || ratchetTree === null) {
    return "a Commit that adds has a Welcome";
  }
  const add = await first.group.process(message);
  const { group: joined } = await Group.join(welcome, ratchetTree, newcomer.own, newcomer.keys);
  const update = await add.commit({ adds: [], removes: [] }, ANCHOR);
  const sealed = await group.seal(MESSAGE, ANCHOR);
  const { secret, tree } = sealed.group.encode();
  const lines = [
    ["join", await median(() => Group.join(welcome, ratchetTree, newcomer.own, newcomer.keys))],
    ["make a Commit", await median(() => group.commit({ adds: [], removes: [] }, ANCHOR))],
    ["follow a Commit", await median(() => joined.process(update.message))],
    ["restore", await median(() => Group.restore(secret, tree, reader.keys))],
    ["seal 4 kB", await median(() => group.seal(MESSAGE, ANCHOR))],
    ["open 4 kB", await median(() => joined.open(sealed.message))],
    ["encode after a message", await median(async () => sealed.group.encode())],
  ] as const;
  const times = lines.map(([what, ms]) => `${what} ${ms.toFixed(1)} ms`).join(", ");
  return `${members} members: ${times}; secret ${secret.length} bytes, tree ${tree.length}, Commit ${update.message.length}`;
}

/** Milliseconds. */
async function median(work: () => Promise<unknown>): Promise<number> {
  const taken: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const begun = performance.now();
    await work();
    taken.push(performance.now() - begun);
  }
  return taken.sort((one, other) => one - other)[Math.floor(ROUNDS / 2)] ?? NaN;
}
