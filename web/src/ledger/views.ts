/**
 * What the rules see of MLS: plain values, so that the ledger knows no group.
 *
 * Whoever makes a view answers for it being what MLS authenticated.
 */

import type { Bytes } from "../bytes";

/** A leaf of the ratchet tree. `credential` is the identity of its BasicCredential: a DeviceCertificate's bytes. */
export interface LeafView {
  readonly index: number;
  readonly credential: Bytes;
  readonly signatureKey: Bytes;
  readonly encryptionKey: Bytes;
}

/** A Commit of the narrow profile (C2) whose signature and tags MLS verified. */
export interface CommitView {
  readonly epoch: bigint; // that it ends
  readonly committer: number; // an index of the tree before it
  readonly added: readonly LeafView[]; // with the leaf index that each got
  readonly removed: readonly LeafView[]; // as the leaves were
  readonly anchor: Bytes; // authenticated_data
}

/** A Commit as a newcomer finds it in the log, from its framing alone. */
export interface LoggedCommit {
  readonly sequence: number;
  readonly epoch: bigint; // that it ends
  readonly sender: number;
  readonly keyPackageRefs: readonly Bytes[]; // KeyPackageRef of each by-value Add: names its exact bytes
  readonly confirmationTag: Bytes;
  readonly authenticatedData: Bytes;
}

/** A Welcome that decrypted, with the tree that came beside it; MLS verified signature, tag and tree hash. */
export interface WelcomeView {
  readonly groupId: Bytes;
  readonly epoch: bigint;
  readonly signer: number;
  readonly confirmationTag: Bytes;
  readonly extension: Bytes; // data of the one GroupInfo extension, 0xF0CE
  readonly tree: readonly LeafView[];
  readonly ownLeaf: number; // where MLS found our key package's leaf in the tree
  readonly keyPackageRef: Bytes; // of the key package that we published and that the Welcome is for
}
