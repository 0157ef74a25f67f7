/** How this device stands in the channels of an operation, as the page is told. */

import { hex } from "../bytes";
import { signsOfLife } from "../channel/freshness";
import { channelKey, Standing, type ChannelSession } from "../channel/session";
import type { Operation } from "../operation/operation";
import type { Mailbox } from "./mailbox";
import type { ChannelState } from "./views";

export async function channelStates(mailbox: Mailbox, { ledger }: Operation): Promise<readonly ChannelState[]> {
  const open = new Set(mailbox.entitledChannels(ledger.operation).map(hex));
  const states: ChannelState[] = [];
  for (const [channel, { channel: id }] of ledger.channels) {
    const key = channelKey(ledger.operation, id);
    const session = mailbox.sessions.get(key) ?? null;
    if (session !== null || open.has(channel)) {
      const signed = Number(mailbox.logHeads.get(key)?.statement.sequence ?? 0);
      const behind = session === null ? 0 : Math.max(0, signed - session.sequence);
      const state = open.has(channel) ? stateOf(session, mailbox.shutOut.has(key)) : "removed";
      const entering = state === "open" ? null : (mailbox.entering.get(key) ?? null);
      const signs = state === "open" ? await signsOfLife(mailbox, ledger.operation, id) : null;
      states.push({ channel, state, behind, entering, signs });
    }
  }
  return states;
}

/** Of a channel that the ledger opens to us: unless we are in, or it has stalled, somebody has to add us (again). */
function stateOf(session: ChannelSession | null, isShutOut: boolean): ChannelState["state"] {
  switch (session?.standing) {
    case Standing.live:
      return "open";
    case Standing.stalled:
      return "stalled";
    case Standing.stranded:
      return "again";
    default:
      return isShutOut ? "again" : "waiting";
  }
}
