/** What the journal holds, as it is asked for: messages in the order in which they came, and who has seen them. */

import { hex, type Bytes } from "../bytes";
import type { Place } from "../channel/events";
import type { Acknowledgement } from "../forms/acknowledgement";
import type { Kept, KeptAcknowledgement, KeptAside, KeptMessage } from "./journal";

/** The name of an entry of a log: "channel/generation/sequence". A channel's id is random, so it names the operation. */
export function placeKey({ channel, generation, sequence }: Place): string {
  return `${hex(channel)}/${generation}/${sequence}`;
}

export class Holdings {
  readonly #messages = new Map<string, KeptMessage[]>(); // by operation
  readonly #aside = new Map<string, KeptAside[]>(); // by operation
  readonly #byPlace = new Map<string, KeptMessage>(); // by `placeKey`
  readonly #byName = new Map<string, KeptMessage>(); // by what acknowledgements call it
  readonly #acknowledged = new Map<string, Set<string>>(); // by message: accounts

  add(kept: Kept): void {
    const operation = hex(kept.place.operation);
    switch (kept.kind) {
      case "message":
        append(this.#messages, operation, kept);
        this.#byPlace.set(placeKey(kept.place), kept);
        this.#byName.set(nameOf(kept.place, kept.identityKey, kept.envelope.message), kept);
        return;
      case "aside":
        append(this.#aside, operation, kept);
        return;
      case "acknowledged":
        this.acknowledgements(kept).add(hex(kept.account));
    }
  }

  messages(operation: string): readonly KeptMessage[] {
    return this.#messages.get(operation) ?? [];
  }

  aside(operation: string): readonly KeptAside[] {
    return this.#aside.get(operation) ?? [];
  }

  /** The message at that `placeKey`, if one is there. */
  at(place: string): KeptMessage | null {
    return this.#byPlace.get(place) ?? null;
  }

  /** The message that an acknowledgement at `place` names, if it is here. */
  named(place: Place, { author, message }: Acknowledgement): KeptMessage | null {
    return this.#byName.get(nameOf(place, author, message)) ?? null;
  }

  /** Accounts that have seen the message, in the order in which they said so. */
  acknowledgedBy({ place, identityKey, envelope }: KeptMessage): readonly string[] {
    const named = nameOf(place, identityKey, envelope.message);
    return [...(this.#acknowledged.get(named) ?? [])];
  }

  private acknowledgements({ place, message }: KeptAcknowledgement): Set<string> {
    const name = nameOf(place, message.author, message.message);
    const found = this.#acknowledged.get(name) ?? new Set<string>();
    this.#acknowledged.set(name, found);
    return found;
  }
}

/** A message that everybody calls by this: in one channel, of one author. */
function nameOf(place: Place, author: Bytes, message: Bytes): string {
  return `${hex(place.operation)}/${hex(place.channel)}/${hex(author)}/${hex(message)}`;
}

function append<T>(lists: Map<string, T[]>, name: string, item: T): void {
  const list = lists.get(name);
  if (list === undefined) {
    lists.set(name, [item]);
  } else {
    list.push(item);
  }
}
