/**
 * In which order messages are read: each channel in the order of its log, whatever hours their authors claim.
 *
 * Hours decide only between channels, so nobody can put a message above those that came later in its channel.
 */

import type { MessageView } from "./views";

/** All messages, the oldest first. */
export function readingOrder(messages: readonly MessageView[]): readonly MessageView[] {
  const logs = new Map<string, MessageView[]>();
  for (const message of messages) {
    const log = logs.get(message.channel);
    if (log === undefined) {
      logs.set(message.channel, [message]);
    } else {
      log.push(message);
    }
  }
  return merge([...logs.values()].map(byPlace), (message) => message.body.writtenAt);
}

function byPlace(log: readonly MessageView[]): readonly MessageView[] {
  const placed = log.map((message) => ({ message, generation: generation(message) }));
  placed.sort((a, b) => a.generation - b.generation || a.message.sequence - b.message.sequence);
  return placed.map(({ message }) => message);
}

/** `key` is channel/generation/sequence. */
function generation(message: MessageView): number {
  return Number(message.key.split("/")[1] ?? 0);
}

/** One after the other, from the list whose next one was written first; each list keeps its order. Lists are few. */
export function merge<T>(lists: readonly (readonly T[])[], written: (one: T) => number): readonly T[] {
  const merged: T[] = [];
  const heads = lists.map((list) => ({ list, next: 0 }));
  for (;;) {
    let first: { readonly list: readonly T[]; next: number } | null = null;
    let earliest = Infinity;
    for (const head of heads) {
      const candidate = head.list[head.next];
      if (candidate !== undefined && (first === null || written(candidate) < earliest)) {
        first = head;
        earliest = written(candidate);
      }
    }
    const one = first?.list[first.next];
    if (first === null || one === undefined) {
      return merged;
    }
    merged.push(one);
    first.next += 1;
  }
}
