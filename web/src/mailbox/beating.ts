/** Heartbeats for as long as the page is open: archive and coordinators are counted on to be heard (rule H3). */

import { isCountedOn, keepHeartbeats } from "../channel/heartbeat";
import type { Mailbox } from "./mailbox";

const BEAT_SECONDS = 15; // between two looks whether one is due

/** What whoever follows the mailbox does for it: one thing at a time, what goes wrong is sorted. */
export interface Pace {
  readonly attempt: (work: () => Promise<void>) => Promise<void>;
  readonly post: () => Promise<void>; // send what was kept
  readonly isOver: () => boolean;
  readonly defect: (error: unknown) => void;
}

export class Beating {
  #goesOn = false;

  constructor(
    private readonly mailbox: Mailbox,
    private readonly pace: Pace,
  ) {}

  /** Until nobody counts on us any more, or the sitting is over; harmless to repeat. */
  begin(): void {
    if (this.#goesOn) {
      return;
    }
    this.#goesOn = true;
    this.beat()
      .finally(() => {
        this.#goesOn = false;
      })
      .catch(this.pace.defect);
  }

  private async beat(): Promise<void> {
    while (!this.pace.isOver() && isCountedOn(this.mailbox)) {
      let kept = 0;
      await this.pace.attempt(async () => {
        kept = (await keepHeartbeats(this.mailbox)).length;
      });
      if (kept > 0) {
        await this.pace.post();
      }
      await this.mailbox.sleep(BEAT_SECONDS);
    }
  }
}
