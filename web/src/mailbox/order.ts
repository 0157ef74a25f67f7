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

/** As they came, unless history brought older ones behind newer. */
function byPlace(log: readonly MessageView[]): readonly MessageView[] {
  const isInOrder = log.every((message, place) => place === 0 || distance(log[place - 1] ?? message, message) <= 0);
  return isInOrder ? log : [...log].sort(distance);
}

/** In one log; below 0: `a` stands before `b`. */
export function distance(a: MessageView, b: MessageView): number {
  return a.generation - b.generation || a.sequence - b.sequence;
}

/** One after the other, from the list whose next one was written first; each list keeps its order. Lists are few. */
export function merge<T>(lists: readonly (readonly T[])[], written: (one: T) => number): readonly T[] {
  const [only] = lists;
  if (only !== undefined && lists.length === 1) {
    return only;
  }
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
