/**
 * Devices of members who are in a channel already, and have no leaf there themselves (rules C5, C6, ADR 0030).
 *
 * The ledger knows no devices, so the relay is asked which ones members have. It is a hint: the key package that the
 * relay hands out says whose device it is, certified by the member's own identity key, and is judged like every
 * newcomer's.
 */

import { hex, type Bytes } from "../bytes";
import { Unavailable } from "../errors";
import type { CertificateMemo } from "../ledger/certificate-memo";
import { MAX_LEAVES_PER_IDENTITY } from "../ledger/tree-rules";
import { RelayRefuses } from "../relay/relay-client";
import type { FurtherDevice, SendingRoutes } from "../relay/sending-routes";
import { isSittingOver } from "./claiming";
import type { ChannelSession } from "./session";

/**
 * What the relay lists; nothing where it does not say: no revocation waits for a hint.
 *
 * @throws RelayRefuses `no_session`, `not_holder`: the sign-in has ended.
 * @throws MalformedError the answer is no list of devices.
 */
export async function furtherDevices(relay: SendingRoutes, operation: Bytes): Promise<readonly FurtherDevice[]> {
  try {
    return await relay.furtherDevices(operation);
  } catch (error) {
    if (error instanceof Unavailable || (error instanceof RelayRefuses && !isSittingOver(error))) {
      return [];
    }
    throw error;
  }
}

/**
 * Listed devices that have no leaf in the channel, of accounts that have one, and room for another (C5).
 *
 * Who has no leaf at all is absent, and added because the ledger says so.
 */
export function withoutLeaf(
  session: ChannelSession,
  devices: readonly FurtherDevice[],
  certificates: CertificateMemo,
): readonly FurtherDevice[] {
  const leaves = new Map<string, number>();
  const taken = new Set<string>();
  for (const leaf of session.group.leaves) {
    const { account, device } = certificates.verify(leaf.credential);
    leaves.set(hex(account), (leaves.get(hex(account)) ?? 0) + 1);
    taken.add(`${hex(account)}/${hex(device)}`);
  }
  return devices.filter(({ account, device }) => {
    const own = leaves.get(hex(account)) ?? 0;
    return !taken.has(`${hex(account)}/${hex(device)}`) && own > 0 && own < MAX_LEAVES_PER_IDENTITY;
  });
}
