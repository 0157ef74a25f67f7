/**
 * Making a channel's group: where it was declared without one, or anew after a restart (rules L8, C11).
 *
 * The first Commit that the relay accepts makes the group. Whoever finds another's there discards their own and is added.
 */

import { hex, type Bytes } from "../bytes";
import { ChannelKind, Role } from "../ledger/kinds";
import type { Ledger } from "../ledger/ledger";
import { HASH_BYTES } from "../ledger/sizes";
import { Group } from "../mls/group";
import { makeKeyPackage } from "../mls/key-package";
import { ChannelRoutes } from "../relay/channel-routes";
import type { Host } from "./host";
import { channelKey, Standing, type ChannelSession } from "./session";

const FIRST_GENERATION = 1;
const LIFETIME_SECONDS = 24n * 3600n; // of a key package that nobody is ever handed
const FOUNDERS: ReadonlySet<Role> = new Set([Role.coordinator, Role.archive]);

/**
 * Whether the channel's current generation has no group yet, and it is for us to make.
 *
 * Coordinators and the archive do; others only where the channel has none of them. So it is after a restart, and in a
 * bilateral channel that a coordinator declared who does not read it. Of all others the first group comes with the
 * entry: a relay that hid their log from a newcomer could have a second one made beside the first.
 */
export async function waitsForUs(host: Host, operation: Bytes, channel: Bytes): Promise<boolean> {
  const { ledger } = host.operation(operation);
  const declared = ledger.channels.get(hex(channel));
  if (declared === undefined || !mayFound(ledger, channel, host.device.account)) {
    return false;
  }
  const { number: generation } = declared.current;
  if (generation === FIRST_GENERATION && declared.kind !== ChannelKind.bilateral) {
    return false;
  }
  if (host.sessions.get(channelKey(operation, channel))?.generation === generation) {
    return false;
  }
  const place = { operation, channel, generation };
  const { entries } = await new ChannelRoutes(host.relay).log(place, { after: 0, limit: 1 });
  return entries.length === 0;
}

/** Our session at epoch 0 of the channel's current generation, alone in its group: before the first Commit. */
export async function alone(host: Host, operation: Bytes, channel: Bytes): Promise<ChannelSession> {
  const { ledger } = host.operation(operation);
  const { current } = ledger.channels.get(hex(channel))!; // `waitsForUs` saw it
  const keys = { credential: host.device.certificate, signingKey: host.device.signingKey };
  const now = BigInt(host.now());
  const own = await makeKeyPackage(keys, { notBefore: now, notAfter: now + LIFETIME_SECONDS }, host.entropy);
  return {
    operation,
    channel,
    generation: current.number,
    group: await Group.create(current.groupId, own, keys, host.entropy),
    sequence: 0,
    logHash: new Uint8Array(HASH_BYTES),
    epochBeganAt: 0,
    judgedAt: ledger.sequence,
    standing: Standing.live,
    staged: null,
    outbox: new Map(),
    mustCommit: false, // its keys were drawn just now (D5)
  };
}

function mayFound(ledger: Ledger, channel: Bytes, account: Bytes): boolean {
  const entitled = [...ledger.entitledAccounts(channel, ledger.sequence)];
  const founders = entitled.filter((one) => {
    const member = ledger.members.get(one);
    return member !== undefined && FOUNDERS.has(member.role);
  });
  return (founders.length > 0 ? founders : entitled).includes(hex(account));
}
