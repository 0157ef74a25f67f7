/**
 * Listed devices that were claimed for in vain: left alone for a while, longer each time (C8, ADR 0030).
 *
 * Each claim reserves key packages, of the member's good devices too. A device that publishes only unusable ones, or that
 * the relay invents, would else have every member claim at every look.
 */

import { hex } from "../bytes";
import type { FurtherDevice } from "../relay/sending-routes";
import { channelKey, type LogPlace } from "./session";

export const FIRST_SECONDS = 10 * 60; // who publishes better key packages is not kept waiting for a watch
export const LONGEST_SECONDS = 24 * 3600;
export const MOST_REMEMBERED = 10_000; // devices in one list (section 9): a relay that invents others fills no memory

interface Wait {
  readonly until: number;
  readonly seconds: number;
}

/** In memory: a program that begins anew tries again. Times are seconds. */
export class Patience {
  readonly #waits = new Map<string, Wait>();

  leavesAlone(place: LogPlace, device: FurtherDevice, now: number): boolean {
    const wait = this.#waits.get(nameOf(place, device));
    return wait !== undefined && now < wait.until;
  }

  /** A claim just now brought nothing for it that can be added there. */
  inVain(place: LogPlace, device: FurtherDevice, now: number): void {
    const name = nameOf(place, device);
    const before = this.#waits.get(name);
    const seconds = before === undefined ? FIRST_SECONDS : Math.min(2 * before.seconds, LONGEST_SECONDS);
    this.#waits.delete(name);
    this.#waits.set(name, { until: now + seconds, seconds });
    const [oldest] = this.#waits.keys();
    if (oldest !== undefined && this.#waits.size > MOST_REMEMBERED) {
      this.#waits.delete(oldest); // the one that was tried longest ago
    }
  }
}

function nameOf({ operation, channel }: LogPlace, { account, device }: FurtherDevice): string {
  return `${channelKey(operation, channel)}/${hex(account)}/${hex(device)}`;
}
