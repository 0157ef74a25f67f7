/**
 * Devices that are in the tree and cannot use their place: they say so, and any member removes and adds them (C9, C10).
 *
 * A device whose Welcome did not lead into the group, or whose leaf committed somewhere else, signs a rejection. It is
 * acted upon only while the tree still holds exactly the leaf that it is about, and for one device once an hour, so that
 * nobody keeps the others busy with false ones.
 */

import { equal, hex, type Bytes } from "../bytes";
import { decode, uint } from "../codec";
import { ProtocolError } from "../errors";
import type { DeviceCertificate } from "../ledger/certificate";
import type { CertificateMemo } from "../ledger/certificate-memo";
import { NotEntitled } from "../ledger/refusal";
import type { Ledger } from "../ledger/ledger";
import { RejectionKind, RejectionReason, verifyRejection, type VerifiedRejection } from "../ledger/rejection";
import type { LeafView } from "../ledger/views";
import { parseCommit, type ParsedCommit } from "../mls/commit";
import { isSameLeaf } from "../mls/leaf";
import { sha256 } from "../primitives/hashes";
import { ChannelRoutes } from "../relay/channel-routes";
import type { Writes } from "../store/state-store";
import type { SendingHost } from "./sending-host";
import type { ChannelSession, LogPlace } from "./session";

const PREFIX = "readmitted/";
const PAUSE_SECONDS = 3600; // between two re-additions of one device: each is a Commit, and work for every member

/** A leaf whose device rightly says that it cannot use it. */
export interface Unusable {
  readonly leaf: number;
  readonly certificate: DeviceCertificate;
}

/**
 * Those that may be removed and added again now.
 *
 * @throws RelayRefuses, Unavailable the relay does not answer, or not to us.
 */
export async function unusableLeaves(host: SendingHost, session: ChannelSession): Promise<readonly Unusable[]> {
  const said = new Map<string, VerifiedRejection>(); // the newest of each device
  for (const one of await asking(host, session)) {
    said.set(hex(one.certificate.encoded), one);
  }
  const found: Unusable[] = [];
  for (const leaf of session.group.leaves) {
    const rejection = said.get(hex(leaf.credential));
    if (rejection === undefined || equal(rejection.certificate.device, host.device.device)) {
      continue;
    }
    if (!(await wasReadmitted(host, session, rejection)) && (await isAbout(host, session, rejection, leaf))) {
      found.push({ leaf: leaf.index, certificate: rejection.certificate });
    }
  }
  return found;
}

/** What remembers which devices a Commit removed and added at once: every member counts alike. `now` in seconds. */
export function readmittedWrites(
  before: ChannelSession,
  commit: Bytes,
  certificates: CertificateMemo,
  now: number,
): Writes {
  const present = new Set(before.group.leaves.map((leaf) => deviceName(certificates.verify(leaf.credential))));
  const added = parseCommit(commit).adds.map((leaf) => certificates.verify(leaf.credential));
  const again = added.filter((certificate) => present.has(deviceName(certificate)));
  return new Map(again.map((certificate) => [readmittedKey(before, certificate), uint(now, 8)]));
}

/** The rejections that ask to be let in again, by devices that belong here now; the oldest first. */
async function asking(host: SendingHost, session: ChannelSession): Promise<readonly VerifiedRejection[]> {
  const { ledger } = host.operation(session.operation);
  const said: VerifiedRejection[] = [];
  for (const encoded of (await host.routes.rejections(session)).toReversed()) {
    try {
      const one = verifyRejection(encoded);
      const asks = one.kind === RejectionKind.welcome || one.reason === RejectionReason.ownLeaf;
      if (asks && isOfLog(one, session) && belongs(ledger, one)) {
        said.push(one);
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) {
        throw error;
      }
      // Not said by the device that it names: the relay's invention.
    }
  }
  return said;
}

function isOfLog(one: VerifiedRejection, log: LogPlace): boolean {
  const { operation, channel, generation } = log;
  return equal(one.operation, operation) && equal(one.channel, channel) && one.generation === generation;
}

function belongs(ledger: Ledger, { channel, certificate }: VerifiedRejection): boolean {
  try {
    const member = ledger.entitled(channel, certificate.identityKey, ledger.sequence);
    const hasEnded = ledger.hasEnded(certificate.account, certificate.device, ledger.sequence);
    return equal(member.account, certificate.account) && !hasEnded;
  } catch (error) {
    if (error instanceof NotEntitled) {
      return false;
    }
    throw error;
  }
}

async function wasReadmitted(host: SendingHost, log: LogPlace, { certificate }: VerifiedRejection): Promise<boolean> {
  const value = await host.store.get(readmittedKey(log, certificate));
  return value !== null && host.now() < Number(decode(value, (reader) => reader.uint64())) + PAUSE_SECONDS;
}

/** Whether the rejected Commit is the one that put this leaf into the tree: an older one says nothing about it. */
async function isAbout(
  host: SendingHost,
  log: LogPlace,
  rejection: VerifiedRejection,
  leaf: LeafView,
): Promise<boolean> {
  const page = await new ChannelRoutes(host.relay).log(log, { after: rejection.sequence - 1, limit: 1 });
  const message = page.entries[0]?.message;
  if (message === undefined || !equal(sha256(message), rejection.commitHash)) {
    return false;
  }
  let parsed: ParsedCommit;
  try {
    parsed = parseCommit(message);
  } catch (error) {
    if (error instanceof ProtocolError) {
      return false;
    }
    throw error;
  }
  const put = rejection.kind === RejectionKind.welcome ? parsed.adds : [parsed.pathLeaf];
  return put.some((one) => isSameLeaf(one, leaf));
}

function deviceName(certificate: DeviceCertificate): string {
  return `${hex(certificate.identityKey)}/${hex(certificate.device)}`;
}

function readmittedKey(log: LogPlace, { device }: DeviceCertificate): string {
  return `${PREFIX}${hex(log.operation)}/${hex(log.channel)}/${hex(device)}`;
}
