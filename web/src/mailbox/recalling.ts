/**
 * Asking for what was said before this device came, and taking it in: by itself, beside everything else (H1, H2).
 *
 * One operation at a time goes through once, however often somebody rings; who rings meanwhile makes it look once more.
 */

import { hex, type Bytes } from "../bytes";
import { ask } from "../history/asking";
import { takeAnswer } from "../history/fetching";
import { askOthers } from "../history/lacking";
import { History } from "../ledger/kinds";
import type { Mailbox } from "./mailbox";

export const LOOK_SECONDS = 3600; // between looks that nobody rang for: what is open for a day is asked for again (H2)

/** Work for an operation that may fail for now; resolves when it is done, whatever came of it. */
type Attempt = (operation: Bytes, work: () => Promise<void>) => Promise<void>;

export class Recalling {
  readonly #lookAgain = new Map<string, boolean>(); // of operations that are looked at
  readonly #stop = new AbortController();
  #goesOn = false;

  constructor(
    private readonly mailbox: Mailbox,
    private readonly attempt: Attempt,
  ) {}

  /** Nothing is begun any more, and nothing taken in. */
  stop(): void {
    this.#stop.abort();
  }

  /** Look at everything from time to time, until stopped; harmless to repeat. `defect` is told of ours. */
  begin(defect: (error: unknown) => void): void {
    if (!this.#goesOn) {
      this.#goesOn = true;
      this.goOn().catch(defect);
    }
  }

  /** All channels of the operation, as far as they are answered now; at once where somebody looks already. */
  async look(operation: Bytes): Promise<void> {
    const name = hex(operation);
    if (this.#lookAgain.has(name)) {
      this.#lookAgain.set(name, true);
      return;
    }
    try {
      do {
        this.#lookAgain.set(name, false);
        await this.lookOnce(operation);
      } while (this.#lookAgain.get(name) === true && !this.#stop.signal.aborted);
    } finally {
      this.#lookAgain.delete(name);
    }
  }

  /** What is missing in the channel is asked of others than who lacked it, because an officer wants it. */
  async askOthers(operation: Bytes, channel: Bytes): Promise<void> {
    await this.attempt(operation, () => askOthers(this.mailbox, operation, channel));
    await this.look(operation);
  }

  private async goOn(): Promise<void> {
    for (;;) {
      await this.mailbox.sleep(LOOK_SECONDS);
      if (this.#stop.signal.aborted) {
        return;
      }
      for (const { ledger } of [...this.mailbox.operations.values()]) {
        await this.look(ledger.operation);
      }
    }
  }

  private async lookOnce(operation: Bytes): Promise<void> {
    const known = this.mailbox.operations.get(hex(operation));
    if (known === undefined || known.frozen !== null || known.ledger.charter.policy.history === History.none) {
      return;
    }
    for (const channel of this.mailbox.entitledChannels(operation)) {
      await this.attempt(operation, () => this.recall(operation, channel));
    }
  }

  private async recall(operation: Bytes, channel: Bytes): Promise<void> {
    const { signal } = this.#stop;
    for (const asked of await ask(this.mailbox, operation, channel, signal)) {
      await takeAnswer(this.mailbox, asked, signal);
    }
  }
}
