/**
 * Heartbeats: archive and coordinators say at the charter's interval that they are there and what they see (rule H3).
 *
 * A heartbeat has nothing to say beside what every message carries, so whoever has said anything else since need not
 * send one. Each channel has its own: what happens in a side channel is nobody else's business.
 */

import { hex } from "../bytes";
import { uint } from "../codec";
import { ControlKind, decodeControl } from "../forms/control";
import { isControl } from "../forms/signed";
import { RelayWithholds } from "../operation/operation";
import { isFinal, isWaiting } from "./delivery";
import { lastHeard, speakers } from "./freshness";
import type { Posting } from "./outbox";
import { keepControl, kept } from "./posting";
import type { SendingHost } from "./sending-host";
import { channelKey, Standing, type ChannelSession } from "./session";
import { NotAMember } from "./unsendable";

const HEARTBEAT_BODY = uint(1, 2); // its version
const MIN_INTERVAL_SECONDS = 30; // whatever a charter says: more would be most of the traffic

/** A heartbeat for each channel in which it is our turn to be heard, signed and kept; `resume` sends them. */
export async function keepHeartbeats(host: SendingHost): Promise<readonly Posting[]> {
  const waiting = await waitingHeartbeats(host);
  const made: Posting[] = [];
  for (const [key, session] of host.sessions) {
    if (session.standing !== Standing.live || waiting.has(key) || !(await isDue(host, session))) {
      continue;
    }
    try {
      made.push(await keepControl(host, session, ControlKind.heartbeat, HEARTBEAT_BODY));
    } catch (error) {
      if (!isFinal(error) && !isWaiting(error)) {
        throw error;
      }
      // We are out, or the unit has to act first.
    }
  }
  return made;
}

/** Whether there is a channel in which others count on hearing us: of who is none of those, nothing is ever due. */
export function isCountedOn(host: SendingHost): boolean {
  return [...host.sessions.values()].some(
    (session) => session.standing === Standing.live && intervalOf(host, session) > 0,
  );
}

/** In seconds; 0 where it is not for us to be heard, or nobody is, or the relay's ledger is not believed now (L4). */
function intervalOf(host: SendingHost, { operation, channel }: ChannelSession): number {
  try {
    const { ledger, frozen } = host.operation(operation);
    const isSpeaker = speakers(ledger, channel).includes(hex(host.device.account));
    return isSpeaker && frozen === null ? ledger.charter.policy.heartbeatSeconds : 0;
  } catch (error) {
    if (error instanceof NotAMember || error instanceof RelayWithholds) {
      return 0;
    }
    throw error;
  }
}

async function isDue(host: SendingHost, session: ChannelSession): Promise<boolean> {
  const { operation, channel } = session;
  const interval = intervalOf(host, session);
  if (interval === 0) {
    return false;
  }
  const last = await lastHeard(host.store, { operation, channel }, host.device.account);
  return last === null || host.now() - last >= Math.max(interval, MIN_INTERVAL_SECONDS);
}

/** Where one of ours is on its way already, so that an outage piles up one and not hundreds. */
async function waitingHeartbeats(host: SendingHost): Promise<ReadonlySet<string>> {
  const ours = (await kept(host)).filter(
    ({ signed }) => isControl(signed) && decodeControl(signed.content).kind === ControlKind.heartbeat,
  );
  return new Set(ours.map((posting) => channelKey(posting.operation, posting.channel)));
}
