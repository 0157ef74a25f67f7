/** Commits that nobody may follow. Each is refused by a named error, and the group goes on as if it had not come. */

import assert from "node:assert/strict";
import test from "node:test";

import { concat, utf8, type Bytes } from "../../src/bytes";
import { opaque, uint, vector } from "../../src/codec";
import { BadSignature, MalformedError, ProtocolError, Refused } from "../../src/errors";
import { decodeCommit, parseCommit, type CommitContent, type UpdatePath } from "../../src/mls/commit";
import { commit } from "../../src/mls/committing";
import {
  InvalidLeafNode,
  NoSuchMember,
  OwnMessage,
  WrongEpoch,
  WrongGroup,
} from "../../src/mls/errors";
import { encodeGroupContext } from "../../src/mls/group-context";
import type { GroupState } from "../../src/mls/group-state";
import { decodeKeyPackage, type KeyPackage } from "../../src/mls/key-package";
import { signCommitLeaf, type LeafNode } from "../../src/mls/leaf-node";
import { processCommit } from "../../src/mls/processing";
import { encryptWithLabel } from "../../src/mls/suite";
import type { Sealed } from "../../src/primitives/hpke";
import { changed, flipped, NO_CHANGE, signed, states, tagged } from "./insider";
import { counted, device } from "./party";

const ANCHOR = utf8("anchor");
const SMALL_ORDER = new Uint8Array(32); // the coordinate 0: every exchange with it gives zeros
const IDENTITY = Uint8Array.of(1, ...new Uint8Array(31)); // an Ed25519 key under which noble takes any message
const BASE = Uint8Array.of(0x58, ...new Uint8Array(31).fill(0x66));
const ANY_MESSAGE = concat(BASE, Uint8Array.of(1, ...new Uint8Array(31))); // R = B, S = 1

const [ROISSY, FELIXSTOWE, ROTTERDAM, HAMBURG] = (await states("Roissy", "Felixstowe", "Rotterdam", "Hamburg")) as [
  GroupState,
  GroupState,
  GroupState,
  GroupState,
];
const { message: HONEST, state: AFTER } = commit(ROISSY, NO_CHANGE, ANCHOR, counted("honest"));
const NEWCOMER = decodeKeyPackage((await device("Antwerp")).own.keyPackage);

type ErrorClass = new (...args: never[]) => Error;

/** Refused by those who read it, for this reason and no other; they then follow the honest one. */
function refuses(message: Bytes, expected: ErrorClass | RegExp): void {
  for (const reader of [FELIXSTOWE, HAMBURG]) {
    assert.throws(() => processCommit(reader, message), expected);
    assert.deepEqual(processCommit(reader, HONEST).secrets, AFTER.secrets);
  }
}

function refusesContent(change: (content: CommitContent) => CommitContent, expected: ErrorClass | RegExp): void {
  refuses(changed(ROISSY, HONEST, change), expected);
}

function refusesPath(change: (path: UpdatePath) => UpdatePath, expected: ErrorClass | RegExp): void {
  refusesContent((content) => ({ ...content, path: change(content.path) }), expected);
}

test("a Commit whose membership tag, signature or confirmation tag was changed is refused", () => {
  const honest = decodeCommit(HONEST);

  refuses(flipped(HONEST, -1), /membership tag does not match/);
  refuses(tagged(ROISSY, { ...honest, signature: flipped(honest.signature, 40) }), BadSignature);
  refuses(tagged(ROISSY, { ...honest, confirmationTag: flipped(honest.confirmationTag, 0) }), /confirmation tag/);
});

test("a member who is not the one it names cannot commit for another", () => {
  const { content, confirmationTag } = decodeCommit(HONEST);

  refuses(signed(ROTTERDAM, content, confirmationTag), BadSignature);
});

test("a signature that noble takes and libsodium refuses is refused (ADR 0023)", () => {
  const { path } = decodeCommit(HONEST).content;
  const leafNode: LeafNode = { ...path.leafNode, signatureKey: IDENTITY, signature: ANY_MESSAGE };
  const keyPackage: KeyPackage = {
    ...NEWCOMER,
    signature: ANY_MESSAGE,
    leafNode: { ...NEWCOMER.leafNode, signatureKey: IDENTITY, signature: ANY_MESSAGE },
  };

  refusesPath((one) => ({ ...one, leafNode: encoded(leafNode) }), InvalidLeafNode);
  const unsigned = concat(
    uint(1, 2),
    uint(3, 2),
    opaque(keyPackage.initKey),
    encoded(keyPackage.leafNode).unsigned,
    opaque(ANY_MESSAGE),
    vector([]),
  );
  refusesContent((content) => ({ ...content, adds: [{ ...keyPackage, unsigned }] }), InvalidLeafNode);
});

test("a Commit of another group or epoch, or of our own leaf, is not ours to judge", () => {
  refuses(changed(ROISSY, HONEST, (content) => ({ ...content, groupId: utf8("another") })), WrongGroup);
  assert.throws(() => processCommit(processCommit(HAMBURG, HONEST), HONEST), WrongEpoch);
  assert.throws(() => processCommit(ROISSY, HONEST), OwnMessage);
});

test("a Commit of a leaf at which nobody is is refused", () => {
  refusesContent((content) => ({ ...content, committer: 900 }), NoSuchMember);
});

test("a path secret that was changed is noticed by whoever it is sealed for (RFC 9420 section 7.5)", () => {
  refusesPath(
    (path) => ({
      ...path,
      nodes: path.nodes.map((node) => ({
        ...node,
        encryptedPathSecret: node.encryptedPathSecret.map((one) => {
          return { ...one, ciphertext: flipped(one.ciphertext, 0) };
        }),
      })),
    }),
    /sealed for us does not open/,
  );
});

test("a path secret of other keys than the tree shows is refused (RFC 9420 section 7.5)", () => {
  const { tree, context } = ROISSY;
  const info = encodeGroupContext({ ...context, epoch: context.epoch + 1n, treeHash: AFTER.tree.treeHash() });
  const steps = tree.filteredDirectPath(0);
  const sealedFor = (node: number): Sealed => {
    const key = tree.publicKey(node) ?? SMALL_ORDER;
    return encryptWithLabel(key, "UpdatePathNode", info, new Uint8Array(32), counted("zeros"));
  };

  refusesPath((path) => {
    const nodes = path.nodes.map((node, place) => ({
      ...node,
      encryptedPathSecret: tree.resolution(steps[place]?.copath ?? 0).map(sealedFor),
    }));
    return { ...path, nodes };
  }, /does not give the public key of node/);
});

test("a path that is too short, or sealed for too few, is refused (RFC 9420 sections 7.5, 7.6)", () => {
  refusesPath((path) => ({ ...path, nodes: path.nodes.slice(1) }), /a path of 1 nodes where 2 are above/);
  refusesPath(
    (path) => ({ ...path, nodes: path.nodes.map((node) => ({ ...node, encryptedPathSecret: [] })) }),
    /0 path secrets for/,
  );
});

test("a leaf whose parent hash does not cover the path is refused (RFC 9420 section 7.9)", () => {
  const parentHash = new Uint8Array(32);
  const uncovered = (path: UpdatePath): UpdatePath => ({ ...path, leafNode: resigned(path.leafNode, { parentHash }) });
  refusesPath(uncovered, /parent hash of the committer/);
});

test("a path with a key of small order is refused (docs/protocol.md section 5)", () => {
  refusesPath(
    (path) => ({ ...path, nodes: path.nodes.map((node) => ({ ...node, encryptionKey: SMALL_ORDER })) }),
    /a key to which nothing can be sealed/,
  );
  refusesPath(
    (path) => ({ ...path, leafNode: resigned(path.leafNode, { encryptionKey: SMALL_ORDER }) }),
    InvalidLeafNode,
  );
});

test("a path that keeps the committer's key is refused: it heals nothing (RFC 9420 section 12.4.2)", () => {
  const encryptionKey = ROISSY.tree.leaf(0)?.encryptionKey ?? SMALL_ORDER;
  refusesPath((path) => ({ ...path, leafNode: resigned(path.leafNode, { encryptionKey }) }), /in the tree already/);
});

test("proposals that contradict each other are refused (RFC 9420 section 12.2)", () => {
  refusesContent((content) => ({ ...content, removes: [0] }), /removes itself/);
  refusesContent((content) => ({ ...content, removes: [2, 2] }), /change the same leaf/);
  refusesContent((content) => ({ ...content, removes: [77] }), NoSuchMember);
  refusesContent((content) => ({ ...content, adds: [NEWCOMER, NEWCOMER] }), /two Adds are of the same client/);
});

test("a key package whose signature, init key or leaf is wrong is refused (RFC 9420 section 10.1)", () => {
  const addOf = (change: Partial<KeyPackage>) => (content: CommitContent) => ({
    ...content,
    adds: [{ ...NEWCOMER, ...change }],
  });

  refusesContent(addOf({ signature: flipped(NEWCOMER.signature, 0) }), /signature of the key package/);
  const { signature } = NEWCOMER.leafNode;
  const inLeaf = NEWCOMER.unsigned.length - signature.length; // the leaf's signature, before the empty extensions
  refusesContent(addOf({ unsigned: flipped(NEWCOMER.unsigned, inLeaf) }), /signature of the leaf/);
});

test("whoever has the signature key of a member is not added beside it (RFC 9420 section 7.3)", async () => {
  const twin = decodeKeyPackage((await device("Hamburg")).own.keyPackage);

  assert.throws(() => commit(ROISSY, { adds: [twin], removes: [] }, ANCHOR, counted("twin")), InvalidLeafNode);
  refusesContent((content) => ({ ...content, adds: [twin] }), /path/); // sealed for one reader too many
});

test("whatever else than by-value Add and Remove with a path is outside the profile (C2)", () => {
  const add = concat(uint(1, 1), uint(1, 2));
  const body = (proposals: readonly Bytes[], path = uint(0, 1)): Bytes => concat(vector(proposals), path);
  const message = (content: Bytes, { sender = concat(uint(1, 1), uint(0, 4)), type = 3 } = {}): Bytes =>
    concat(uint(1, 2), uint(1, 2), opaque(utf8("g")), uint(1, 8), sender, opaque(ANCHOR), uint(type, 1), content);

  for (const kind of [2, 4, 5, 6, 7, 0xf001]) {
    refusesProfile(message(body([concat(uint(1, 1), uint(kind, 2), new Uint8Array(64))])));
  }
  refusesProfile(message(body([concat(uint(2, 1), opaque(new Uint8Array(32)))])));
  refusesProfile(message(body([])));
  refusesProfile(message(opaque(utf8("in the clear")), { type: 1 }));
  refusesProfile(message(concat(uint(3, 2), uint(1, 4)), { type: 2 }));
  for (const sender of [concat(uint(2, 1), uint(0, 4)), uint(3, 1), uint(4, 1)]) {
    refusesProfile(message(body([]), { sender }));
  }
  for (const wireFormat of [2, 3, 4, 5]) {
    refusesProfile(concat(uint(1, 2), uint(wireFormat, 2), new Uint8Array(8)));
  }
  assert.throws(() => parseCommit(message(body([concat(add, new Uint8Array(5))]))), MalformedError);
});

test("a Commit with a byte more or less, or longer than a mebibyte, is no Commit", () => {
  assert.throws(() => parseCommit(concat(HONEST, uint(0, 1))), MalformedError);
  assert.throws(() => parseCommit(HONEST.slice(0, -1)), MalformedError);
  assert.throws(() => parseCommit(new Uint8Array((1 << 20) + 1)), MalformedError);
});

test("any bytes are a Commit or refused: nothing else comes out of the decoder", () => {
  const random = counted("noise");
  for (let round = 0; round < 2_000; round += 1) {
    const [place, cut, byte] = [random(2), random(2), random(1)].map((one) => (one[0] ?? 0) * 256 + (one[1] ?? 0));
    const noise = HONEST.slice(0, round % 2 === 0 ? HONEST.length : (cut ?? 0) % HONEST.length);
    noise[(place ?? 0) % Math.max(1, noise.length)] = (byte ?? 0) >> 8;
    try {
      parseCommit(noise);
    } catch (error) {
      assert.ok(error instanceof ProtocolError, String(error));
    }
  }
});

function refusesProfile(message: Bytes): void {
  assert.throws(() => parseCommit(message), (error) => error instanceof Refused && error.rule === "C2");
}

/** The leaf with something changed, signed again by Roissy. */
function resigned(leaf: LeafNode, change: { parentHash?: Bytes; encryptionKey?: Bytes }): LeafNode {
  const { encryptionKey, parentHash } = { ...leaf, ...change };
  const place = { groupId: ROISSY.context.groupId, leafIndex: 0 };
  return signCommitLeaf(ROISSY.keys.signingKey, leaf, encryptionKey, parentHash, place);
}

/** The leaf with its fields written anew, whoever signed them. */
function encoded(leaf: LeafNode): LeafNode {
  const rest = 1 + leaf.encryptionKey.length + 1 + leaf.signatureKey.length;
  const unsigned = concat(opaque(leaf.encryptionKey), opaque(leaf.signatureKey), leaf.unsigned.slice(rest));
  return { ...leaf, unsigned };
}
