/** Key packages of those who are to be added: claimed from the relay, which may refuse some of them (rule C8). */

import { hex, type Bytes } from "../bytes";
import { fromBase64 } from "../relay/base64";
import { RelayRefuses } from "../relay/relay-client";
import type { SendingRoutes } from "../relay/sending-routes";
import type { LogPlace } from "./session";
import { refusedWith } from "./unsendable";

const MAX_CLAIM_ACCOUNTS = 200; // of one request (section 9)
const ENDINGS: ReadonlySet<string> = new Set(["no_session", "not_holder"]);

/**
 * Key packages of these accounts' devices. Whoever has none, or is refused, is added once that changed.
 *
 * No refusal is raised: an add that has to wait is no reason for a removal to wait with it (C4).
 *
 * @throws RelayRefuses `no_session`, `not_holder`: the sign-in has ended.
 * @throws Unavailable the relay cannot be reached.
 */
export async function claim(
  relay: SendingRoutes,
  place: LogPlace,
  accounts: readonly Bytes[],
): Promise<readonly Bytes[]> {
  let packages: readonly Bytes[] = [];
  for (let start = 0; start < accounts.length; start += MAX_CLAIM_ACCOUNTS) {
    packages = packages.concat(await claimSome(relay, place, accounts.slice(start, start + MAX_CLAIM_ACCOUNTS)));
  }
  return packages;
}

/** Whether nothing more is answered with this session and this opening of the mailbox. */
export function isSittingOver(error: RelayRefuses): boolean {
  return ENDINGS.has(error.code);
}

/** One request. Refused for somebody whom it does not name, it is made again in halves: each is refused alone. */
async function claimSome(relay: SendingRoutes, place: LogPlace, wanted: readonly Bytes[]): Promise<readonly Bytes[]> {
  if (wanted.length === 0) {
    return [];
  }
  let named: ReadonlySet<string>;
  try {
    return await relay.claim(place.operation, place.channel, wanted);
  } catch (error) {
    if (!(error instanceof RelayRefuses) || isSittingOver(error)) {
      throw error;
    }
    if (!refusedWith(error, "no_key_package", "refused", "not_found")) {
      return []; // a quota, or the relay cannot: halves would fare no better
    }
    named = error.code === "no_key_package" ? accountsIn(error) : new Set();
  }
  const rest = wanted.filter((account) => !named.has(hex(account)));
  if (rest.length < wanted.length) {
    return claimSome(relay, place, rest);
  }
  if (wanted.length === 1) {
    return [];
  }
  const half = Math.floor(wanted.length / 2);
  const first = await claimSome(relay, place, wanted.slice(0, half));
  return [...first, ...(await claimSome(relay, place, wanted.slice(half)))];
}

/** Whom the relay names; what is no list of accounts names nobody. */
function accountsIn(refused: RelayRefuses): ReadonlySet<string> {
  const accounts = refused.details["accounts"];
  return new Set(Array.isArray(accounts) ? accounts.map((one) => hex(fromBase64(one))) : []);
}
