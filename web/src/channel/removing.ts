/** Taking a lost device of one's own out of the channels (rule C6): only its owner, or a coordinator, may. */

import { equal, hex, type Bytes } from "../bytes";
import { Unavailable, UsageError } from "../errors";
import { enact } from "./enactment";
import { stage } from "./enacting";
import type { SendingHost } from "./sending-host";
import { channelKey, Standing, type ChannelSession } from "./session";
import { ChannelNotUsable } from "./unsendable";

const MAX_TRIES = 4; // a Commit of somebody else may be first

/**
 * The device reads nothing more that is sent in the channel, if this one is in it.
 *
 * The relay may add it no more (`endDevice` there); a channel in which only the lost device was is out of our reach: a
 * coordinator's `end-device` closes it there too. The caller holds the mailbox's turn.
 *
 * @returns whether it was there.
 * @throws UsageError it is the device that is open here.
 * @throws ChannelNotUsable it is there, and this device commits nothing in the channel before others act.
 * @throws Unavailable other Commits were first, again and again. Throws as `enact` too.
 */
export async function removeOwnDevice(
  host: SendingHost,
  operation: Bytes,
  channel: Bytes,
  device: Bytes,
): Promise<boolean> {
  if (equal(device, host.device.device)) {
    throw new UsageError("this is the device that you work with: end it from another one of yours");
  }
  const key = channelKey(operation, channel);
  let staged = false;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    if (!host.sessions.has(key)) {
      return staged;
    }
    await enact(host, operation, channel);
    const session = host.sessions.get(key);
    if (session === undefined || session.standing === Standing.ended) {
      return staged; // the group is over, and to the next one nobody adds it
    }
    const removes = leavesOf(host, session, device);
    if (removes.length === 0) {
      return staged;
    }
    if (session.standing !== Standing.live) {
      throw new ChannelNotUsable(session.standing);
    }
    const { ledger } = host.operation(operation);
    const enacting = { ledger, certificates: host.certificates, entropy: host.entropy, pace: () => host.breathe() };
    await host.write(new Map(), { session: await stage(session, { adds: [], removes }, enacting) });
    staged = true;
    await enact(host, operation, channel); // publishes what is staged
  }
  throw new Unavailable(`after ${MAX_TRIES} tries other Commits are still ahead: try again`);
}

/** The leaves of our own identity in the channel, each with its device. */
export function ownLeaves(
  { device, certificates }: Pick<SendingHost, "device" | "certificates">,
  session: ChannelSession,
): readonly { readonly index: number; readonly device: Bytes }[] {
  return session.group.leaves
    .map((leaf) => ({ index: leaf.index, certificate: certificates.verify(leaf.credential) }))
    .filter(({ certificate }) => equal(certificate.identityKey, device.identityKey))
    .map(({ index, certificate }) => ({ index, device: certificate.device }));
}

function leavesOf(host: SendingHost, session: ChannelSession, device: Bytes): readonly number[] {
  return ownLeaves(host, session)
    .filter((leaf) => hex(leaf.device) === hex(device))
    .map((leaf) => leaf.index);
}
