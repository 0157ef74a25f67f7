/**
 * Who is in a channel's group, as anybody who reads its log can tell: Commits travel in the clear (C2).
 *
 * For whoever is not in the group. The signatures in it only members can verify, so it decides nothing that they decide.
 */

import type { Bytes } from "../bytes";
import { logHash } from "../ledger/log";
import type { LeafKeys, ParsedCommit } from "../mls/commit";
import { ChannelRoutes, type LogEntry } from "../relay/channel-routes";
import type { Host } from "./host";
import { kindOf } from "./receiving";
import type { LogPlace } from "./session";

/** Leaf index -> what stands there. */
export type PublicRoster = ReadonlyMap<number, LeafKeys>;

/** The leaves after a Commit of the log: removals, additions from the left, the committer's own (RFC 9420, 12.3). */
export function followCommit(roster: PublicRoster, { epoch, committer, removes, adds, pathLeaf }: ParsedCommit): PublicRoster {
  const after = new Map(roster);
  removes.forEach((index) => after.delete(index));
  if (epoch === 0n) {
    after.set(committer, pathLeaf); // of whoever made the group (L8), before anybody is added
  }
  adds.forEach((leaf) => after.set(leftmostBlank(after), leaf));
  return after.set(committer, pathLeaf);
}

/** Entries behind `after` as the relay shows them now, each with the log hash that they lead to from there. */
export async function* loggedEntries(
  host: Host,
  log: LogPlace,
  after: number,
): AsyncGenerator<{ readonly entry: LogEntry; readonly hash: Bytes }> {
  for (let last = after; ; ) {
    const page = await new ChannelRoutes(host.relay).log(log, { after: last });
    let hash = page.previous;
    for (const entry of page.entries) {
      if (entry.sequence <= last) {
        return; // a relay that goes in circles
      }
      hash = logHash(log, hash, entry.sequence, kindOf(entry), entry.message);
      last = entry.sequence;
      yield { entry, hash };
    }
    if (page.entries.length === 0) {
      return;
    }
  }
}

function leftmostBlank(roster: PublicRoster): number {
  let index = 0;
  while (roster.has(index)) {
    index += 1;
  }
  return index;
}
