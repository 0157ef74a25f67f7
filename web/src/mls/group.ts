/**
 * A member's view of a group: create, join or restore one, then process, open, seal and commit.
 *
 *     group = await group.process(commit)               // what others committed
 *     { group, message } = await group.seal(plain, …)   // store the group before the message leaves (S5)
 *     { group, message, … } = await group.commit(…)     // `group` is the next epoch, once the relay has accepted
 *
 * A `Group` never changes: every transition returns a new one, and a failure leaves the old one good. Store the new
 * one before anything leaves the device: an old state that seals again uses a key twice.
 */

import type { Bytes } from "../bytes";
import { systemEntropy, type Entropy } from "../primitives/entropy";
import { committing } from "./committing";
import { create } from "./creating";
import type { GroupState } from "./group-state";
import { joining } from "./joining";
import { decodeKeyPackage, type OwnKeyPackage } from "./key-package";
import type { DeviceKeys } from "./keys";
import type { Leaf } from "./leaf";
import type { LeafNode } from "./leaf-node";
import { openMessage, sealMessage } from "./private-message";
import { processCommit } from "./processing";
import { finishAtPace, type Pace } from "./slices";
import { encodeSecret, encodeTree, restore } from "./stored-state";

/** A group that we were added to, and what was said at the door. */
export interface Joined {
  readonly group: Group;
  readonly extension: Bytes; // content of 0xF0CE: the anchor of the Commit that added us, if C9 holds
  readonly signer: number; // leaf of who made the Welcome: the committer, unless somebody forwards an old one
  readonly ownKeyPackageRef: Bytes;
}

/** An application message: the member `sender` sealed and signed exactly this in the current epoch. */
export interface Opened {
  readonly group: Group; // the key of the message is gone from it
  readonly plaintext: Bytes;
  readonly authenticatedData: Bytes;
  readonly sender: Leaf;
}

export interface SealedMessage {
  readonly group: Group;
  readonly message: Bytes; // the MLSMessage to send, exactly as it will be stored and sent again
}

export interface Change {
  readonly adds: readonly Bytes[]; // key packages, as they were published
  readonly removes: readonly number[];
}

/** A Commit of our own that nobody has accepted yet. */
export interface StagedCommit {
  readonly group: Group; // in the epoch that the Commit begins; keep the old one while another may win
  readonly message: Bytes;
  readonly welcome: Bytes | null; // for those whom it adds; not to be delivered before it is accepted
  readonly ratchetTree: Bytes | null; // beside the Welcome
}

/** Whoever has nothing else to see to. */
const AT_ONCE: Pace = () => Promise.resolve();

export class Group {
  readonly #state: GroupState;
  #leaves: readonly Leaf[] | null = null;

  private constructor(state: GroupState) {
    this.#state = state;
  }

  get groupId(): Bytes {
    return this.#state.context.groupId;
  }

  get epoch(): bigint {
    return this.#state.context.epoch;
  }

  get ownLeaf(): number {
    return this.#state.ownLeaf;
  }

  /** The occupied leaves, in order. */
  get leaves(): readonly Leaf[] {
    this.#leaves ??= [...this.#state.tree.leaves()].map(([index, leaf]) => leafView(index, leaf));
    return this.#leaves;
  }

  /** The one of the Commit that began this epoch. */
  get confirmationTag(): Bytes {
    return this.#state.confirmationTag;
  }

  /** Equal for two members exactly when they are in the same state (RFC 9420 section 8.7). */
  get epochAuthenticator(): Bytes {
    return this.#state.secrets.epochAuthenticator;
  }

  /**
   * A group of one at epoch 0 (L8).
   *
   * @throws UsageError `own` is of other keys than `keys`.
   */
  static async create(
    groupId: Bytes,
    own: OwnKeyPackage,
    keys: DeviceKeys,
    entropy: Entropy = systemEntropy,
  ): Promise<Group> {
    return new Group(create(groupId, own, keys, entropy));
  }

  /**
   * The group that a Welcome adds us to. Every key in its tree was put there by a member; who the members are, and
   * whether it is the group that we expect, C9 judges.
   *
   * `pace` is told how many leaves are verified, and lets others have their turn.
   *
   * @throws NotForUs the Welcome holds nothing for this key package: try the next one.
   * @throws ProtocolError refused; the error says by which rule.
   */
  static async join(
    welcome: Bytes,
    ratchetTree: Bytes,
    own: OwnKeyPackage,
    keys: DeviceKeys,
    pace: Pace = AT_ONCE,
  ): Promise<Joined> {
    const { state, info, extension } = await finishAtPace(joining(welcome, ratchetTree, own, keys), pace);
    return { group: new Group(state), extension, signer: info.signer, ownKeyPackageRef: own.ref };
  }

  /**
   * The group whose two parts `encode` gave; the tree may come from anybody.
   *
   * @throws MalformedError not what this version writes.
   * @throws InvalidTree the parts do not belong together.
   * @throws UsageError the signing key is not that of our leaf.
   */
  static async restore(secret: Bytes, tree: Bytes, keys: DeviceKeys): Promise<Group> {
    return new Group(restore(secret, tree, keys));
  }

  /**
   * The group in the epoch that another member's Commit begins. What the ledger allows is judged elsewhere (C2 to C6).
   *
   * @throws WrongGroup, WrongEpoch, OwnMessage not for this state to judge.
   * @throws RemovedFromGroup it removes us.
   * @throws ProtocolError refused; the error says by which rule.
   */
  async process(message: Bytes): Promise<Group> {
    return new Group(processCommit(this.#state, message));
  }

  /**
   * What a PrivateMessage of this epoch holds, and the group after it.
   *
   * @throws WrongGroup, WrongEpoch, OwnMessage not for this state to judge.
   * @throws ProtocolError (MalformedError, DecryptionFailed, KeyConsumed, …) it cannot be opened, now or ever.
   */
  async open(message: Bytes): Promise<Opened> {
    const { plaintext, authenticatedData, sender, senderLeaf, secretTree } = openMessage(this.#state, message);
    const group = this.#with({ ...this.#state, secretTree });
    return { group, plaintext, authenticatedData, sender: leafView(sender, senderLeaf) };
  }

  /** The message to send, and the group without its key. */
  async seal(
    plaintext: Bytes,
    authenticatedData: Bytes,
    entropy: Entropy = systemEntropy,
  ): Promise<SealedMessage> {
    const { message, secretTree } = sealMessage(this.#state, plaintext, authenticatedData, entropy);
    return { group: this.#with({ ...this.#state, secretTree }), message };
  }

  /**
   * End the epoch: remove, add, and refresh our own keys from the leaf to the root.
   *
   * @throws ProtocolError a change is refused; the error says by which rule.
   * @throws UsageError the Commit would be too large: add or remove fewer at once.
   */
  async commit(
    change: Change,
    authenticatedData: Bytes,
    entropy: Entropy = systemEntropy,
    pace: Pace = AT_ONCE,
  ): Promise<StagedCommit> {
    const asked = { adds: change.adds.map(decodeKeyPackage), removes: change.removes };
    const staged = await finishAtPace(committing(this.#state, asked, authenticatedData, entropy), pace);
    const ratchetTree = staged.welcome === null ? null : staged.state.tree.encode();
    return { group: new Group(staged.state), message: staged.message, welcome: staged.welcome, ratchetTree };
  }

  /**
   * For the caller's store: `tree` changes with Commits only, `secret` with every message and is to be sealed.
   *
   * Each is encoded when it is asked for: a message of a large group does not cost its tree.
   */
  encode(): { readonly secret: Bytes; readonly tree: Bytes } {
    const state = this.#state;
    return {
      get secret(): Bytes {
        return encodeSecret(state);
      },
      get tree(): Bytes {
        return encodeTree(state);
      },
    };
  }

  /** The same members in another state. */
  #with(state: GroupState): Group {
    const group = new Group(state);
    group.#leaves = this.#leaves;
    return group;
  }
}

function leafView(index: number, leaf: LeafNode): Leaf {
  return {
    index,
    credential: leaf.credential,
    signatureKey: leaf.signatureKey,
    encryptionKey: leaf.encryptionKey,
  };
}
