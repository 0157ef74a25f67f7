/**
 * A device whose leaf is in a group of which it holds nothing: the state that opened its Welcome is lost (rule C9).
 *
 * So it is with a mailbox that the relay gave back older than its entry. The device is not absent, so nobody adds it; it
 * has no session, so it would say nothing. It rejects what put its leaf where it is, and is removed and added again.
 */

import { equal, hex, type Bytes } from "../bytes";
import { ProtocolError } from "../errors";
import { LogKind } from "../ledger/kinds";
import { RejectionKind } from "../ledger/rejection";
import { parseCommit, type LeafKeys, type ParsedCommit } from "../mls/commit";
import { isSameLeaf } from "../mls/leaf";
import { sha256 } from "../primitives/hashes";
import { ChannelRoutes } from "../relay/channel-routes";
import type { Host } from "./host";
import { followCommit, loggedEntries, type PublicRoster } from "./public-roster";
import { rejectOwnLeaf, sendRejections, type PutThere } from "./rejecting";
import type { LogPlace } from "./session";

/** What put our leaf there: somebody's Add, or a Commit of our own. */
interface OwnLeaf extends PutThere {
  readonly leaf: LeafKeys;
}

/**
 * Say, once, that a leaf of ours is of no use to us. We are entitled to the channel, and have no group there.
 *
 * @returns whether such a leaf stands in the channel, as its log shows: then the members let us in again, or a Welcome
 *   waits that we have not looked at.
 * @throws RelayRefuses, Unavailable the relay does not answer, or not to us.
 */
export async function askToBeLetIn(host: Host, operation: Bytes, channel: Bytes): Promise<boolean> {
  const declared = host.operation(operation).ledger.channels.get(hex(channel));
  if (declared === undefined) {
    return false;
  }
  const log = { operation, channel, generation: declared.current.number };
  const own = await ownLeaf(host, log);
  if (own === null) {
    return false;
  }
  const waiting = await new ChannelRoutes(host.relay).welcomes(log); // after the log: it may just have come
  if (waiting.some((one) => equal(one.device, host.device.device) && one.sequence >= own.sequence)) {
    return true; // it leads in, or was refused, and that was said
  }
  const writes = await rejectOwnLeaf(host, log, own);
  if (writes.size > 0) {
    await host.write(writes);
    await sendRejections(host);
  }
  return true;
}

async function ownLeaf(host: Host, log: LogPlace): Promise<OwnLeaf | null> {
  const { certificate } = host.device;
  let roster: PublicRoster = new Map();
  let found: OwnLeaf | null = null;
  for await (const { entry } of loggedEntries(host, log, 0)) {
    if (entry.kind !== LogKind.commit) {
      continue;
    }
    const commit = readable(entry.message);
    if (commit === null) {
      return null; // no member follows it either: the unit restarts the channel (C11)
    }
    roster = followCommit(roster, commit);
    const leaf = [...roster.values()].find((one) => equal(one.credential, certificate));
    if (leaf === undefined) {
      found = null;
    } else if (found === null || !isSameLeaf(found.leaf, leaf)) {
      const wasAdded = commit.adds.some((one) => equal(one.credential, certificate));
      const kind = wasAdded ? RejectionKind.welcome : RejectionKind.commit;
      found = { leaf, kind, sequence: entry.sequence, commitHash: sha256(entry.message) };
    }
  }
  return found;
}

function readable(message: Bytes): ParsedCommit | null {
  try {
    return parseCommit(message);
  } catch (error) {
    if (error instanceof ProtocolError) {
      return null;
    }
    throw error;
  }
}
