/**
 * What searching a mailbox of many messages costs the worker: the first search, which reads every bundle, and another.
 *
 *     node build.mjs --bench && node build/bench/search.mjs [MESSAGES]
 */

import { MemoryStore } from "../tests/fakes/memory-store";
import { bundle, fill, find, opened } from "../tests/mailbox/searched";

const count = Number(process.argv[2] ?? 10_000);
const store = new MemoryStore();
await fill(store, count);
await bundle(store);
const { mailbox, searching } = await opened(store);
const first = await milliseconds("pangolin");
const again = await milliseconds("930541");
console.log(`${count} messages: searched at first in ${first.toFixed(0)} ms, again in ${again.toFixed(1)} ms`);

/** Of work, whatever else the machine does. */
async function milliseconds(typed: string): Promise<number> {
  const begun = process.cpuUsage();
  await find(searching, mailbox, typed);
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}
