/** What asking for history needs of the device around it. Unlike a channel's functions it takes its own turns. */

import type { SendingHost } from "../channel/sending-host";
import type { OneAtATime } from "../one-at-a-time";

export interface HistoryHost extends SendingHost {
  /** Whoever changes a channel. Nobody waits here for the relay's log or for an answer: history holds nothing up. */
  readonly turns: OneAtATime;
}
