/** What the first message from here has to wait for, made while it is still being written (rule D5). */

import type { Bytes } from "../bytes";
import { enact } from "./enactment";
import type { SendingHost } from "./sending-host";
import { channelKey, Standing } from "./session";

/**
 * The Commit with path that is due before our first message in the channel is made now, if it is.
 *
 * Sealing new keys to everybody takes seconds in a large group. Whoever writes nothing after all has refreshed their
 * keys; whoever sends before it is done waits for the rest of it. Throws as `enact`: sending tries again.
 */
export async function readyToSend(host: SendingHost, operation: Bytes, channel: Bytes): Promise<void> {
  const session = host.sessions.get(channelKey(operation, channel));
  if (session?.standing === Standing.live && session.mustCommit) {
    await enact(host, operation, channel, { sending: true });
  }
}
