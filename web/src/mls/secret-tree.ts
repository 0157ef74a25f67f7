/**
 * The secret tree: a ratchet of message keys per sender (RFC 9420 section 9), for application messages only.
 *
 * A secret tree never changes: taking a key returns the key and another tree from which it can no longer be derived.
 * The caller keeps the new one only when the message proved good, so that a forgery burns nothing. Only what was
 * needed is derived: a tree in which k of N members have sent holds about k log N secrets, not 4 N.
 *
 * Messages are expected in the sender's order, as the log delivers them: a gap may be skipped forward, at most
 * MAX_FORWARD_STEPS at a time, and what was skipped is gone. Keeping skipped keys would serve nobody here and weaken
 * forward secrecy. As `cencomm/mls/secret_tree.py`.
 */

import { concat, type Bytes } from "../bytes";
import { opaque, uint, vector, type Reader } from "../codec";
import * as aead from "../primitives/aead";
import { HASH_BYTES } from "../primitives/hashes";
import { KeyConsumed, TooFarAhead } from "./errors";
import { deriveTreeSecret, expandWithLabel, NOTHING } from "./suite";
import { left, nodeOf, parent, right, rootOf } from "./tree-math";

const MAX_FORWARD_STEPS = 1_000; // per message; without a limit, generation 2^32 - 1 would cost every member minutes
const MAX_GENERATION = 2 ** 32 - 1;

/** A sender's ratchet, standing before `generation`. */
interface Ratchet {
  readonly secret: Bytes;
  readonly generation: number;
}

export interface MessageKey {
  readonly generation: number;
  readonly key: Bytes;
  readonly nonce: Bytes;
}

export interface Taken {
  readonly key: MessageKey;
  readonly tree: SecretTree;
}

/** The secrets of subtrees in which nobody has sent yet, and the ratchets of those who did. */
export class SecretTree {
  private constructor(
    readonly leafCount: number,
    private readonly nodes: ReadonlyMap<number, Bytes>,
    private readonly ratchets: ReadonlyMap<number, Ratchet>,
  ) {}

  static create(encryptionSecret: Bytes, leafCount: number): SecretTree {
    return new SecretTree(leafCount, new Map([[rootOf(leafCount), encryptionSecret]]), new Map());
  }

  /**
   * The next key of a sender, for sending: no other message will ever get it.
   *
   * @throws TooFarAhead the generations of this epoch are used up.
   */
  nextKey(leaf: number): Taken {
    const opened = this.opened(leaf);
    return opened.take(leaf, opened.ratchet(leaf).generation);
  }

  /**
   * The key of a sender's `generation`, for receiving; earlier ones cannot be had from the new tree.
   *
   * @throws KeyConsumed it was used or skipped.
   * @throws TooFarAhead more than MAX_FORWARD_STEPS away.
   */
  keyOf(leaf: number, generation: number): Taken {
    const opened = this.opened(leaf);
    const { generation: current } = opened.ratchet(leaf);
    if (generation < current) {
      throw new KeyConsumed(generation, current);
    }
    if (generation - current > MAX_FORWARD_STEPS) {
      throw new TooFarAhead(`generation ${generation} is ${generation - current} steps ahead`);
    }
    return opened.take(leaf, generation);
  }

  /** For our own store, sealed by the caller. */
  encode(): Bytes {
    return concat(
      uint(this.leafCount, 4),
      vector([...this.nodes].map(([node, secret]) => concat(uint(node, 4), opaque(secret)))),
      vector(
        [...this.ratchets].map(([leaf, one]) => concat(uint(leaf, 4), uint(one.generation, 4), opaque(one.secret))),
      ),
    );
  }

  static read(reader: Reader): SecretTree {
    const leafCount = reader.uint(4);
    const nodes = reader.vector((inner) => [inner.uint(4), inner.opaque(HASH_BYTES)] as const);
    const ratchets = reader.vector((inner) => {
      const [leaf, generation] = [inner.uint(4), inner.uint(4)];
      return [leaf, { generation, secret: inner.opaque(HASH_BYTES) }] as const;
    });
    return new SecretTree(leafCount, new Map(nodes), new Map(ratchets));
  }

  private ratchet(leaf: number): Ratchet {
    const ratchet = this.ratchets.get(leaf);
    if (ratchet === undefined) {
      throw new RangeError(`there is no leaf ${leaf} in a secret tree of ${this.leafCount}`); // callers check members
    }
    return ratchet;
  }

  private take(leaf: number, generation: number): Taken {
    if (generation >= MAX_GENERATION) {
      throw new TooFarAhead("the generations of this epoch are used up");
    }
    const ratchet = this.ratchet(leaf);
    let { secret } = ratchet;
    for (let step = ratchet.generation; step < generation; step += 1) {
      secret = deriveTreeSecret(secret, "secret", step, HASH_BYTES);
    }
    const key = {
      generation,
      key: deriveTreeSecret(secret, "key", generation, aead.KEY_BYTES),
      nonce: deriveTreeSecret(secret, "nonce", generation, aead.NONCE_BYTES),
    };
    const next = deriveTreeSecret(secret, "secret", generation, HASH_BYTES);
    const ratchets = new Map(this.ratchets).set(leaf, { secret: next, generation: generation + 1 });
    return { key, tree: new SecretTree(this.leafCount, this.nodes, ratchets) };
  }

  /** The tree in which the ratchet of `leaf` exists and no secret above it does (section 9.2). */
  private opened(leaf: number): SecretTree {
    if (this.ratchets.has(leaf) || leaf >= this.leafCount) {
      return this;
    }
    const nodes = new Map(this.nodes);
    const path = [nodeOf(leaf)];
    let top = nodeOf(leaf);
    while (!nodes.has(top)) {
      top = parent(top);
      path.push(top);
    }
    let secret = nodes.get(top) ?? NOTHING; // it is there: the search ended at it
    nodes.delete(top);
    for (const below of path.slice(0, -1).reverse()) {
      const above = parent(below);
      const children = new Map([
        [left(above), expandWithLabel(secret, "tree", LEFT, HASH_BYTES)],
        [right(above), expandWithLabel(secret, "tree", RIGHT, HASH_BYTES)],
      ]);
      secret = children.get(below) ?? NOTHING; // one of the two is below
      children.delete(below);
      children.forEach((sibling, node) => nodes.set(node, sibling));
    }
    const start = { secret: expandWithLabel(secret, "application", NOTHING, HASH_BYTES), generation: 0 };
    return new SecretTree(this.leafCount, nodes, new Map(this.ratchets).set(leaf, start));
  }
}

const LEFT = new TextEncoder().encode("left");
const RIGHT = new TextEncoder().encode("right");
