/** Publishing the Commit that is staged, and what its refusal means (rules S3, L3, C10). */

import { equal } from "../bytes";
import { LogKind } from "../ledger/kinds";
import type { SendingHost } from "./sending-host";
import { channelKey, withoutStaged, type ChannelSession, type Staged } from "./session";
import { refusedWith } from "./unsendable";

/**
 * Whether the relay says that it accepted our Commit; if another was first, ours goes as the log shows it (S3).
 *
 * @throws RelayRefuses `refused`: a rule forbids it; it is dropped, since no later try with these bytes changes that.
 */
export async function publishCommit(host: SendingHost, session: ChannelSession, staged: Staged): Promise<boolean> {
  const { operation, channel, generation } = session;
  const { sendId, message, welcome, ratchetTree } = staged;
  const place = { operation, channel, generation };
  try {
    await host.publisher.publish({ ...place, sendId, kind: LogKind.commit, message, welcome, ratchetTree });
  } catch (error) {
    if (refusedWith(error, "ledger_moved")) {
      await drop(host, session);
      return false;
    }
    if (refusedWith(error, "stale_epoch")) {
      await host.followLog(operation, channel);
      return false;
    }
    if (refusedWith(error, "refused") && !(await dropUnlessSettled(host, session, staged))) {
      return false;
    }
    throw error;
  }
  return true;
}

/**
 * Whether it was still waiting. The log goes before the refusal: what it shows as ours is adopted.
 *
 * A relay that shows it only later ends our place in the group (C10), as any false refusal can. No key is used twice:
 * in the epoch of a Commit that was dropped this device never encrypts.
 */
async function dropUnlessSettled(host: SendingHost, session: ChannelSession, staged: Staged): Promise<boolean> {
  await host.followLog(session.operation, session.channel);
  const now = host.sessions.get(channelKey(session.operation, session.channel));
  if (now === undefined || now.staged === null || !equal(now.staged.sendId, staged.sendId)) {
    return false;
  }
  if (now.sequence > 0) {
    await drop(host, now);
  } else if (staged.welcome !== null) {
    await host.forgetSession(now); // without its first Commit it is no group: it is made anew (L8, C11)
  }
  return true;
}

/** Forget a Commit that the relay refused: it answered, so the Commit is not in the log and never will be. */
async function drop(host: SendingHost, session: ChannelSession): Promise<void> {
  await host.write(new Map(), { session: withoutStaged(session) });
}
