/**
 * Whose key packages may be added to a channel: each judged by itself, so that a bad one keeps out nobody but itself.
 *
 * A key package is made by its owner and handed out by the relay. Whatever would make the Commit invalid for others
 * (rules C5, C8; RFC 9420 sections 7.3, 10.1) is looked for here, before one Commit carries the removals and
 * everybody's adds. Keys of parent nodes are looked at by the group itself (`stageWhatFits`).
 */

import { hex, type Bytes } from "../bytes";
import { ProtocolError, Refused } from "../errors";
import type { DeviceCertificate } from "../ledger/certificate";
import type { CertificateMemo } from "../ledger/certificate-memo";
import type { Ledger } from "../ledger/ledger";
import { entitledLeaf, MAX_LEAVES_PER_IDENTITY } from "../ledger/tree-rules";
import { GROUP_INFO_EXTENSION } from "../mls/extension";
import { decodeKeyPackage, verifyKeyPackage } from "../mls/key-package";
import type { ChannelSession } from "./session";

/**
 * Those of the claimed key packages that can all be added in one Commit, beside those removals; `now` in seconds.
 *
 * A relay that hands out somebody else's packages gains nothing, and a member who published a bad one is left out.
 */
export function usablePackages(
  packages: Iterable<Bytes>,
  session: ChannelSession,
  ledger: Ledger,
  removes: readonly number[],
  now: number,
  certificates: CertificateMemo,
): readonly Bytes[] {
  const room = new Room(session, ledger, new Set(removes), now, certificates);
  const good: Bytes[] = [];
  for (const data of packages) {
    try {
      room.admit(data);
      good.push(data);
    } catch (error) {
      if (!(error instanceof ProtocolError)) {
        throw error;
      }
    }
  }
  return good;
}

/** Whose device a usable key package is for. */
export function ownerOf(data: Bytes, certificates: CertificateMemo): DeviceCertificate {
  return certificates.verify(decodeKeyPackage(data).leafNode.credential);
}

/** The tree as far as newcomers can collide with it, and with each other. */
class Room {
  readonly #keys = new Set<string>();
  readonly #devices = new Set<string>();
  readonly #leavesOf = new Map<string, number>();

  constructor(
    private readonly session: ChannelSession,
    private readonly ledger: Ledger,
    removes: ReadonlySet<number>,
    private readonly now: number,
    private readonly certificates: CertificateMemo,
  ) {
    for (const leaf of session.group.leaves) {
      this.#keys.add(hex(leaf.encryptionKey));
      if (!removes.has(leaf.index)) {
        this.#keys.add(hex(leaf.signatureKey));
        this.take(certificates.verify(leaf.credential));
      }
    }
  }

  /** The package's place is taken from now on. @throws ProtocolError it would make a Commit invalid: nothing is taken. */
  admit(data: Bytes): void {
    const one = decodeKeyPackage(data);
    verifyKeyPackage(one);
    const { leafNode } = one;
    const { lifetime } = leafNode;
    if (lifetime === null || BigInt(this.now) < lifetime.notBefore || lifetime.notAfter < BigInt(this.now)) {
      throw new Refused("C8", "the key package is not valid yet, or any more");
    }
    if (!leafNode.capabilities.extensions.includes(GROUP_INFO_EXTENSION)) {
      throw new Refused("C8", "the leaf does not list the extension that carries the anchor");
    }
    const { certificate } = entitledLeaf(
      { ledger: this.ledger, channel: this.session.channel, at: this.ledger.sequence, certificates: this.certificates },
      { index: 0, ...leafNode },
    );
    if (certificate.notAfter <= BigInt(this.now)) {
      throw new Refused("C5", "the certificate of the device has expired");
    }
    const keys = new Set([leafNode.signatureKey, leafNode.encryptionKey, one.initKey].map(hex));
    if (keys.size !== 3 || [...keys].some((key) => this.#keys.has(key))) {
      throw new Refused("C5", "a key of the key package stands in the tree, or in another key package");
    }
    if (this.#devices.has(deviceName(certificate))) {
      throw new Refused("C5", "the device stands in the tree, or was added just now");
    }
    if (this.leavesOf(certificate) >= MAX_LEAVES_PER_IDENTITY) {
      throw new Refused("C5", `the identity has ${MAX_LEAVES_PER_IDENTITY} leaves`);
    }
    keys.forEach((key) => this.#keys.add(key));
    this.take(certificate);
  }

  private take(certificate: DeviceCertificate): void {
    this.#devices.add(deviceName(certificate));
    this.#leavesOf.set(hex(certificate.identityKey), this.leavesOf(certificate) + 1);
  }

  private leavesOf(certificate: DeviceCertificate): number {
    return this.#leavesOf.get(hex(certificate.identityKey)) ?? 0;
  }
}

function deviceName(certificate: DeviceCertificate): string {
  return `${hex(certificate.identityKey)}/${hex(certificate.device)}`;
}
