/** What of the mailbox is fetched after it was opened, beside everything else: the newest first. */

import type { Headline } from "./headline";
import type { Mailbox } from "./mailbox";

const PAGES_AT_ONCE = 4; // of first words, each of 256 messages: 3 s at 400 kbit/s

export class ReadingOn {
  #isReading = false;

  /** `tell` is called with each message of which more is here. */
  constructor(
    private readonly mailbox: Mailbox,
    private readonly tell: (message: Headline) => void,
  ) {}

  /** The first words of every message. Throws as `Contents.fetch`; what came stays, and the next call goes on. */
  async firstWords(): Promise<void> {
    if (this.#isReading) {
      return;
    }
    this.#isReading = true;
    const { contents, holdings } = this.mailbox;
    try {
      for (let pages = contents.unreadPages; pages.length > 0; pages = contents.unreadPages) {
        for (const { number } of await contents.fetchBriefs(pages.slice(0, PAGES_AT_ONCE))) {
          const message = holdings.numbered(number);
          if (message !== null) {
            this.tell(message);
          }
        }
      }
    } finally {
      this.#isReading = false;
    }
  }
}
