/** Whether each leaf of a tree has a right to be there (rule C5), at one head of the ledger and without a clock. */

import { equal, hex, type Bytes } from "../bytes";
import { ProtocolError } from "../errors";
import type { CertificateMemo } from "./certificate-memo";
import type { DeviceCertificate } from "./certificate";
import type { Ledger } from "./ledger";
import type { Member } from "./membership";
import { NotEntitled, TreeRefused } from "./refusal";
import type { LeafView } from "./views";

export const MAX_LEAVES_PER_IDENTITY = 5; // C5: so that nobody fills the tree

/** A certified device that ended, or whose identity the ledger does not admit to the channel at that head. */
export class UnentitledLeaf extends TreeRefused {
  constructor(
    readonly leaf: LeafView,
    sentence: string,
  ) {
    super("C5", sentence);
  }
}

/** What leaves are judged by: the ledger as it was at the head `at`, for one channel. */
export interface Judging {
  readonly ledger: Ledger;
  readonly channel: Bytes;
  readonly at: number;
  readonly certificates: CertificateMemo;
}

/** Who stands at a leaf: a member of the channel, and the certificate of the device. */
export interface LeafHolder {
  readonly member: Member;
  readonly certificate: DeviceCertificate;
}

/**
 * Who the leaf is.
 *
 * @throws TreeRefused its certificate is not valid, or not for its signature key.
 * @throws UnentitledLeaf it is, but its identity does not belong here, or the device ended.
 */
export function entitledLeaf(judging: Judging, leaf: LeafView): LeafHolder {
  const certificate = certify(leaf, judging.certificates);
  const member = admitted(judging, leaf, certificate.identityKey);
  if (!equal(member.account, certificate.account)) {
    // Any identity key can certify a device "of" somebody else's account.
    throw new UnentitledLeaf(leaf, `leaf ${leaf.index} names an account that is not its identity's`);
  }
  if (judging.ledger.hasEnded(member.account, certificate.device, judging.at)) {
    throw new UnentitledLeaf(leaf, `leaf ${leaf.index} has no place in the channel: its device has ended`);
  }
  return { member, certificate };
}

/**
 * Each leaf is a certified device of a member of this channel at that head, and no key or device twice.
 *
 * @throws TreeRefused the first leaf that is not; an `UnentitledLeaf` names it.
 */
export function judgeTree(judging: Judging, leaves: readonly LeafView[]): void {
  const identities = new Map<string, number>();
  const devices = new Set<string>();
  const keys = new Set<string>();
  for (const leaf of leaves) {
    const { certificate } = entitledLeaf(judging, leaf);
    const identity = hex(certificate.identityKey);
    identities.set(identity, (identities.get(identity) ?? 0) + 1);
    devices.add(`${identity}/${hex(certificate.device)}`);
    keys.add(hex(leaf.signatureKey)).add(hex(leaf.encryptionKey));
  }
  if (keys.size !== 2 * leaves.length) {
    throw new TreeRefused("C5", "a key stands in the tree twice");
  }
  if (devices.size !== leaves.length) {
    throw new TreeRefused("C5", "a device stands in the tree twice");
  }
  if ([...identities.values()].some((count) => count > MAX_LEAVES_PER_IDENTITY)) {
    throw new TreeRefused("C5", `an identity has more than ${MAX_LEAVES_PER_IDENTITY} leaves`);
  }
}

function certify(leaf: LeafView, certificates: CertificateMemo): DeviceCertificate {
  let certificate: DeviceCertificate;
  try {
    certificate = certificates.verify(leaf.credential);
  } catch (error) {
    if (error instanceof ProtocolError) {
      throw new TreeRefused("C5", `leaf ${leaf.index} has no valid device certificate: ${error.message}`);
    }
    throw error;
  }
  if (!equal(certificate.signatureKey, leaf.signatureKey)) {
    throw new TreeRefused("C5", `the certificate in leaf ${leaf.index} is for another signature key`);
  }
  return certificate;
}

function admitted(judging: Judging, leaf: LeafView, identityKey: Bytes): Member {
  try {
    return judging.ledger.entitled(judging.channel, identityKey, judging.at);
  } catch (error) {
    if (error instanceof NotEntitled) {
      throw new UnentitledLeaf(leaf, `leaf ${leaf.index} has no place in the channel: ${error.message}`);
    }
    throw error;
  }
}
