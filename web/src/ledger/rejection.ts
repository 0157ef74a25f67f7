/**
 * A member says that it cannot follow: signed by its device, outside MLS, for the coordination unit (C9, C11).
 *
 * One rejection proves nothing about who is at fault; the unit offers a restart on two, or on a failure of its own.
 */

import { concat, equal, type Bytes } from "../bytes";
import { decode, fixed, opaque, Reader, uint } from "../codec";
import { UsageError } from "../errors";
import { SIGNATURE_BYTES, signWithLabel, verifyWithLabel, type SigningKey } from "../primitives/signatures";
import { MAX_CERTIFICATE_BYTES, verifyCertificate, type DeviceCertificate } from "./certificate";
import { readKind } from "./kinds";
import * as labels from "./labels";
import { CHANNEL_ID_BYTES, HASH_BYTES, OPERATION_ID_BYTES } from "./sizes";

const MAX_REJECTION_BYTES = 1024;

export const RejectionKind = { welcome: 1, commit: 2 } as const;
export type RejectionKind = (typeof RejectionKind)[keyof typeof RejectionKind];

/** Why, for the people who look into it. */
export const RejectionReason = {
  notSaid: 0,
  doesNotProcess: 1, // MLS itself refused: a signature, a tag, a secret that does not decrypt
  profile: 2, // C2
  anchor: 3, // C1, C3, C4
  tree: 4, // C5
  rights: 5, // C6
  join: 6, // C9
  ownLeaf: 7, // C10: nothing is wrong with the Commit; this device's state is dead and it asks to be added again
} as const;
export type RejectionReason = (typeof RejectionReason)[keyof typeof RejectionReason];

export interface Rejection {
  readonly kind: RejectionKind;
  readonly operation: Bytes;
  readonly channel: Bytes;
  readonly generation: number;
  readonly sequence: number; // of the Commit in the log
  readonly commitHash: Bytes; // SHA-256 of its exact MLSMessage
  readonly certificate: Bytes; // of the device that rejects
  readonly reason: RejectionReason;
}

/** As its device said it: whether its identity is entitled to the channel is for the ledger. */
export interface VerifiedRejection extends Omit<Rejection, "certificate"> {
  readonly certificate: DeviceCertificate;
}

/**
 * The device of the certificate says so. A reason that this program does not know counts as none.
 *
 * @throws MalformedError anything else.
 * @throws BadSignature of the certificate or of the rejection.
 */
export function verifyRejection(encoded: Bytes): VerifiedRejection {
  const { content, signature } = decode(encoded, (reader) => ({
    content: reader.opaque(MAX_REJECTION_BYTES),
    signature: reader.opaque(SIGNATURE_BYTES),
  }));
  const rejection = decode(content, (reader) => ({
    kind: readKind(reader, RejectionKind, "RejectionKind"),
    operation: reader.fixed(OPERATION_ID_BYTES),
    channel: reader.fixed(CHANNEL_ID_BYTES),
    generation: reader.uint(4),
    sequence: Number(reader.uint64()),
    commitHash: reader.fixed(HASH_BYTES),
    certificate: verifyCertificate(reader.opaque(MAX_CERTIFICATE_BYTES)),
    reason: knownReason(reader.uint(2)),
  }));
  verifyWithLabel(rejection.certificate.signatureKey, labels.REJECTION, content, signature);
  return rejection;
}

function knownReason(number: number): RejectionReason {
  return Object.values(RejectionReason).find((known) => known === number) ?? RejectionReason.notSaid;
}

/** Which log a rejection of ours is about. @throws MalformedError it is none. */
export function logOfRejection(signed: Bytes): Pick<Rejection, "operation" | "channel" | "generation"> {
  const reader = new Reader(new Reader(signed).opaque());
  reader.uint(1); // its kind
  return {
    operation: reader.fixed(OPERATION_ID_BYTES),
    channel: reader.fixed(CHANNEL_ID_BYTES),
    generation: reader.uint(4),
  };
}

/** `rejection` as it is sent. @throws UsageError `device` is not the key that the certificate names. */
export function signRejection(device: SigningKey, rejection: Rejection): Bytes {
  if (!equal(verifyCertificate(rejection.certificate).signatureKey, device.publicKey)) {
    throw new UsageError("a rejection is signed by the device that its certificate names");
  }
  const content = concat(
    uint(rejection.kind, 1),
    fixed(rejection.operation, OPERATION_ID_BYTES),
    fixed(rejection.channel, CHANNEL_ID_BYTES),
    uint(rejection.generation, 4),
    uint(rejection.sequence, 8),
    fixed(rejection.commitHash, HASH_BYTES),
    opaque(rejection.certificate),
    uint(rejection.reason, 2),
  );
  return concat(opaque(content), opaque(signWithLabel(device, labels.REJECTION, content)));
}
