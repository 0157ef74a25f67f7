/** Uploads that somebody waits for, each by the name that the page gave it, so that it can be stopped. */

import { UsageError } from "../errors";

export class Uploads {
  readonly #running = new Map<string, AbortController>();

  /** What `work` gives. Its signal's reason, once somebody has stopped it, is a UsageError. */
  async run<Result>(name: string, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const controller = new AbortController();
    this.#running.set(name, controller);
    try {
      return await work(controller.signal);
    } finally {
      this.#running.delete(name);
    }
  }

  /** Nothing more of it leaves; one that has ended stays ended. */
  stop(name: string): void {
    this.#running.get(name)?.abort(new UsageError("this file was taken off before it was there"));
  }
}
