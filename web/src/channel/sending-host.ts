/** What sending needs of the device around it, beyond what receiving does. */

import type { Bytes } from "../bytes";
import type { CertificateMemo } from "../ledger/certificate-memo";
import type { SendingRoutes } from "../relay/sending-routes";
import type { ChannelHost } from "./host";
import type { Publisher } from "./publishing";
import type { ChannelSession } from "./session";

export interface SendingHost extends ChannelHost<ChannelSession> {
  readonly publisher: Publisher;
  readonly routes: SendingRoutes;
  readonly certificates: CertificateMemo;

  /** Until `seconds` have passed. */
  readonly sleep: (seconds: number) => Promise<void>;

  /** Take in everything that the relay's log holds beyond our position; enter the channel first if we can. */
  followLog(operation: Bytes, channel: Bytes): Promise<void>;
}
