/**
 * A device whose own leaf committed without it: another holder of its state, or its own state of yesterday (rule C10).
 *
 * The mailbox is versioned at the relay, and its holder opens the newest version before it gets here. For every other
 * device the state is dead: it says so about the newest Commit of its leaf, which is the one that put the leaf where it
 * is, and waits to be removed and added again.
 */

import { LogKind } from "../ledger/kinds";
import { parseCommit } from "../mls/commit";
import { sha256 } from "../primitives/hashes";
import type { ChannelStalled } from "./events";
import type { Host } from "./host";
import { loggedEntries } from "./public-roster";
import { rejectCommit, sendRejections, wasStalledBy } from "./rejecting";
import type { ChannelSession } from "./session";

/**
 * Say it of the newest Commit of our leaf, unless we have.
 *
 * @throws ProtocolError a Commit that no member could have followed stands in the log: the unit restarts the channel.
 */
export async function askAgain(host: Host, session: ChannelSession): Promise<void> {
  const newest = await newestOwnCommit(host, session);
  if (newest === null || (await wasStalledBy(host, session, newest.place.sequence))) {
    return;
  }
  await host.write(rejectCommit(host, session, newest));
  await sendRejections(host);
}

/** Null: our leaf was removed since, or made none. */
async function newestOwnCommit(host: Host, session: ChannelSession): Promise<ChannelStalled | null> {
  const { operation, channel, generation, group } = session;
  let found: ChannelStalled | null = null;
  for await (const { entry, hash } of loggedEntries(host, session, session.sequence)) {
    if (entry.kind !== LogKind.commit) {
      continue;
    }
    const commit = parseCommit(entry.message);
    if (commit.removes.includes(group.ownLeaf)) {
      return null;
    }
    if (commit.committer === group.ownLeaf) {
      const place = { operation, channel, generation, sequence: entry.sequence, logHash: hash, epoch: entry.epoch };
      const commitHash = sha256(entry.message);
      found = { kind: "stalled", place, rule: "C10", detail: "our leaf committed again", commitHash };
    }
  }
  return found;
}
