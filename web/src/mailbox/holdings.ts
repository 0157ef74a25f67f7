/** What was taken in, as it is asked for: messages in the order in which they came, and who has seen them. */

import { hex, type Bytes } from "../bytes";
import type { Acknowledgement } from "../forms/acknowledgement";
import type { Headline, Listed, ListedAcknowledgement, ListedAside, Spot } from "./headline";

/** The name of an entry of a log: "channel/generation/sequence". A channel's id is random, so it names the operation. */
export function placeKey({ channel, generation, sequence }: Omit<Spot, "operation">): string {
  return `${hex(channel)}/${generation}/${sequence}`;
}

export class Holdings {
  readonly #messages = new Map<string, Headline[]>(); // by operation
  readonly #aside = new Map<string, ListedAside[]>(); // by operation
  readonly #byPlace = new Map<string, Headline>(); // by `placeKey`
  readonly #byName = new Map<string, Headline>(); // by what acknowledgements call it
  readonly #byNumber = new Map<number, Headline>();
  #newest = 0;
  readonly #acknowledged = new Map<string, Set<string>>(); // by message: accounts

  add(listed: Listed): void {
    const operation = hex(listed.place.operation);
    switch (listed.kind) {
      case "message":
        append(this.#messages, operation, listed);
        this.#byPlace.set(placeKey(listed.place), listed);
        this.#byName.set(nameOf(listed.place, listed.identityKey, listed.message), listed);
        this.#byNumber.set(listed.number, listed);
        this.#newest = Math.max(this.#newest, listed.number);
        return;
      case "aside":
        append(this.#aside, operation, listed);
        return;
      case "acknowledged":
        this.acknowledgements(listed).add(hex(listed.account));
    }
  }

  messages(operation: string): readonly Headline[] {
    return this.#messages.get(operation) ?? [];
  }

  aside(operation: string): readonly ListedAside[] {
    return this.#aside.get(operation) ?? [];
  }

  /** The number of the newest message; 0: there is none. */
  get newest(): number {
    return this.#newest;
  }

  /** The message at that `placeKey`, if one is there. */
  at(place: string): Headline | null {
    return this.#byPlace.get(place) ?? null;
  }

  /** The message that has this number in the journal. */
  numbered(number: number): Headline | null {
    return this.#byNumber.get(number) ?? null;
  }

  /** The message that an acknowledgement at `place` names, if it is here. */
  named(place: Spot, { author, message }: Acknowledgement): Headline | null {
    return this.#byName.get(nameOf(place, author, message)) ?? null;
  }

  /** Accounts that have seen the message, in the order in which they said so. */
  acknowledgedBy({ place, identityKey, message }: Headline): readonly string[] {
    return [...(this.#acknowledged.get(nameOf(place, identityKey, message)) ?? [])];
  }

  private acknowledgements({ place, message }: ListedAcknowledgement): Set<string> {
    const name = nameOf(place, message.author, message.message);
    const found = this.#acknowledged.get(name) ?? new Set<string>();
    this.#acknowledged.set(name, found);
    return found;
  }
}

/** A message that everybody calls by this: in one channel, of one author. */
function nameOf(place: Spot, author: Bytes, message: Bytes): string {
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
