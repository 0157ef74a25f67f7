/** A channel's MLS group as its rules use it: each operation gives a new one, and a failure changes nothing. */

import type { Bytes } from "../bytes";
import type { LeafView } from "../ledger/views";
import type { Pace } from "../mls/slices";
import type { Entropy } from "../primitives/entropy";

/** What MLS decrypted and authenticated: a member at `sender` said it in this epoch. */
export interface Opened {
  readonly group: Group; // without the key that was used
  readonly plaintext: Bytes;
  readonly authenticatedData: Bytes;
  readonly sender: LeafView;
}

/** A Commit that is not in effect yet; Welcome and tree are there when it adds somebody. */
export interface Committed {
  readonly group: Group;
  readonly message: Bytes;
  readonly welcome: Bytes | null;
  readonly ratchetTree: Bytes | null;
}

export interface Group {
  readonly groupId: Bytes;
  readonly epoch: bigint;
  readonly ownLeaf: number;
  readonly leaves: readonly LeafView[];
  readonly confirmationTag: Bytes;

  /** After a Commit of somebody else that the rules take. @throws ProtocolError MLS does not. */
  process(commit: Bytes): Promise<Group>;

  /** @throws ProtocolError it is no application message of this epoch by another member. */
  open(message: Bytes): Promise<Opened>;

  seal(plaintext: Bytes, authenticatedData: Bytes): Promise<{ readonly group: Group; readonly message: Bytes }>;

  /** Always with a path, piece by piece. `adds` are key packages, `removes` leaf indices. */
  commit(
    change: { readonly adds: readonly Bytes[]; readonly removes: readonly number[] },
    authenticatedData: Bytes,
    entropy: Entropy,
    pace: Pace,
  ): Promise<Committed>;

  /** How it is stored: `tree` is public and changes with Commits only, `secret` is small. */
  encode(): { readonly secret: Bytes; readonly tree: Bytes };
}
