/** Those who are told what changed in a mailbox, once it did: whoever hears it finds it written. */

import type { Kept } from "./journal";

/** Is told of each change once it is made. Operations are named in hexadecimal; `kept` is what was taken in. */
export interface Observer {
  operationMoved(operation: string): void; // its ledger went on, or more of its names are here
  operationConfirmed(operation: string): void; // the relay's newest head agrees with what was kept of it
  channelMoved(operation: string, kept: readonly Kept[]): void; // or asking for history in it went on
}

export class Observers implements Observer {
  readonly #observers: Observer[] = [];

  /** Tell `observer` of each change from now on. */
  add(observer: Observer): void {
    this.#observers.push(observer);
  }

  operationMoved(operation: string): void {
    this.#observers.forEach((one) => one.operationMoved(operation));
  }

  operationConfirmed(operation: string): void {
    this.#observers.forEach((one) => one.operationConfirmed(operation));
  }

  channelMoved(operation: string, kept: readonly Kept[]): void {
    this.#observers.forEach((one) => one.channelMoved(operation, kept));
  }
}
