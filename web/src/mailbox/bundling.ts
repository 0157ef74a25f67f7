/** Making the bundles of a search while nobody waits for anything else: the line belongs to who works. */

import type { Mailbox } from "./mailbox";
import type { Searching } from "./searching";

const QUIET_SECONDS = 3;

export class Bundling {
  #asked = 0; // how often somebody asked for something
  #running = 0; // of what was asked for
  #isAtWork = false;
  #isOver = false;

  constructor(
    private readonly searching: Pick<Searching, "bundle">,
    private readonly mailbox: Pick<Mailbox, "sleep">,
  ) {}

  /** Nothing is begun while `work` goes on, and shortly after it. */
  async behind<T>(work: () => Promise<T>): Promise<T> {
    this.#asked += 1;
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
    }
  }

  /** What was taken in is bundled; at once where somebody does so already. Throws as `Searching.bundle`. */
  async begin(): Promise<void> {
    if (this.#isAtWork || this.#isOver) {
      return;
    }
    this.#isAtWork = true;
    try {
      await this.searching.bundle(() => this.quiet());
    } finally {
      this.#isAtWork = false;
    }
  }

  stop(): void {
    this.#isOver = true;
  }

  /** Resolves when nobody asked for anything for a while; false: it is over. */
  private async quiet(): Promise<boolean> {
    let seen: number;
    do {
      seen = this.#asked;
      await this.mailbox.sleep(QUIET_SECONDS);
    } while (!this.#isOver && (this.#running > 0 || seen !== this.#asked));
    return !this.#isOver;
  }
}
