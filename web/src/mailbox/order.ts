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
  return merge([...logs.values()].map(byPlace));
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

/** One after the other, from the log whose next message was written first; logs are few. */
function merge(logs: readonly (readonly MessageView[])[]): readonly MessageView[] {
  const merged: MessageView[] = [];
  const heads = logs.map((log) => ({ log, next: 0 }));
  for (;;) {
    let first: { log: readonly MessageView[]; next: number } | null = null;
    for (const head of heads) {
      const candidate = head.log[head.next];
      if (candidate !== undefined && (first === null || written(candidate) < written(first.log[first.next]))) {
        first = head;
      }
    }
    const message = first?.log[first.next];
    if (first === null || message === undefined) {
      return merged;
    }
    merged.push(message);
    first.next += 1;
  }
}

function written(message: MessageView | undefined): number {
  return message?.body.writtenAt ?? 0;
}
