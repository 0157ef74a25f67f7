/** Messages, Welcomes and stored states that are refused, and what does not stay in a state. */

import assert from "node:assert/strict";
import test from "node:test";

import { hex, utf8, type Bytes } from "../../src/bytes";
import { decode } from "../../src/codec";
import { BadSignature, DecryptionFailed, MalformedError, ProtocolError, UsageError } from "../../src/errors";
import { decodeCommit } from "../../src/mls/commit";
import { commit } from "../../src/mls/committing";
import {
  InvalidTree,
  InvalidWelcome,
  KeyConsumed,
  NotForUs,
  OwnMessage,
  TooFarAhead,
  WrongEpoch,
} from "../../src/mls/errors";
import type { GroupState } from "../../src/mls/group-state";
import { join } from "../../src/mls/joining";
import { decodeKeyPackage, makeKeyPackage, restoreKeyPackage } from "../../src/mls/key-package";
import { welcomeSecret } from "../../src/mls/key-schedule";
import { openMessage, sealMessage } from "../../src/mls/private-message";
import { processCommit } from "../../src/mls/processing";
import { encodeSecret, encodeTree, restore } from "../../src/mls/stored-state";
import { sealWelcome, signGroupInfo } from "../../src/mls/welcome";
import { flipped, NO_CHANGE, states } from "./insider";
import { counted, device } from "./party";

const ANCHOR = utf8("anchor");
const PLAIN = utf8("hold the container");
const [ROISSY, FELIXSTOWE, ROTTERDAM] = (await states("Roissy", "Felixstowe", "Rotterdam")) as [
  GroupState,
  GroupState,
  GroupState,
];
const SEALED = sealMessage(ROISSY, PLAIN, ANCHOR, counted("message"));

test("a message with any bit changed is refused, and the true one still opens", () => {
  for (const place of [SEALED.message.length - 1, SEALED.message.length - 40, 50, 60, 80]) {
    assert.throws(() => openMessage(FELIXSTOWE, flipped(SEALED.message, place)), ProtocolError);
  }
  assert.throws(() => openMessage(FELIXSTOWE, flipped(SEALED.message, -1)), DecryptionFailed);
  assert.deepEqual(openMessage(FELIXSTOWE, SEALED.message).plaintext, PLAIN);
});

test("a message opens once: its key is gone (RFC 9420 section 9.2)", () => {
  const { secretTree } = openMessage(FELIXSTOWE, SEALED.message);

  assert.throws(() => openMessage({ ...FELIXSTOWE, secretTree }, SEALED.message), KeyConsumed);
  assert.throws(() => openMessage(ROISSY, SEALED.message), OwnMessage);
});

test("keys of lost messages are not kept, and a thousand may be lost, not more", () => {
  let state = ROISSY;
  const messages: Bytes[] = [];
  for (let generation = 0; generation <= 1_001; generation += 1) {
    if (generation === 1 || generation >= 1_000) {
      messages.push(sealMessage(state, PLAIN, ANCHOR, counted("lost")).message);
    }
    state = { ...state, secretTree: state.secretTree.nextKey(0).tree };
  }
  const [early, last, tooFar] = messages as [Bytes, Bytes, Bytes];

  assert.throws(() => openMessage(FELIXSTOWE, tooFar), TooFarAhead);
  const { secretTree } = openMessage(FELIXSTOWE, last);
  assert.throws(() => openMessage({ ...FELIXSTOWE, secretTree }, early), KeyConsumed);
});

test("an insider who holds every key of the epoch cannot speak for another (S8)", () => {
  const forged = sealMessage({ ...ROTTERDAM, ownLeaf: 0 }, PLAIN, ANCHOR, counted("forged"));

  assert.throws(() => openMessage(FELIXSTOWE, forged.message), BadSignature);
});

test("a message of the epoch before opens no more, and nothing of it is stored (S6)", () => {
  const removal = { adds: [], removes: [0] }; // which blanks a node whose key Felixstowe holds
  const staged = commit(ROTTERDAM, removal, ANCHOR, counted("epoch"));
  const before = { ...FELIXSTOWE, secretTree: FELIXSTOWE.secretTree.nextKey(1).tree };
  const after = processCommit(before, staged.message);

  assert.throws(() => openMessage(after, SEALED.message), WrongEpoch);
  for (const [state, old] of [
    [after, before],
    [staged.state, ROTTERDAM],
  ] as const) {
    const stored = hex(encodeSecret(state));
    const gone = [...Object.values(old.secrets), ...secretsOf(old), ...replacedKeys(old, state)];
    assert.ok(gone.length > 5);
    gone.forEach((secret: Bytes) => assert.ok(!stored.includes(hex(secret))));
  }
});

test("the key of a message that was sealed or opened is not stored (S6)", () => {
  const { secretTree } = openMessage(FELIXSTOWE, SEALED.message);
  const used = FELIXSTOWE.secretTree.keyOf(0, 0);
  const sealed = hex(encodeSecret({ ...ROISSY, secretTree: SEALED.secretTree }));
  const opened = hex(encodeSecret({ ...FELIXSTOWE, secretTree }));

  for (const key of [used.key.key, used.key.nonce, ...secretsOf(FELIXSTOWE)]) {
    assert.ok(!sealed.includes(hex(key)) && !opened.includes(hex(key)));
  }
});

test("a Welcome for another key package, or changed, or without the one extension is refused (C9)", async () => {
  const [newcomer, other] = [await device("Antwerp"), await device("Lagos")];
  const adds = [decodeKeyPackage(newcomer.own.keyPackage)];
  const staged = commit(ROISSY, { adds, removes: [] }, ANCHOR, counted("welcome"));
  const welcome = staged.welcome ?? PLAIN;
  const tree = staged.state.tree.encode();

  assert.throws(() => join(welcome, tree, other.own, other.keys), NotForUs);
  assert.throws(() => join(welcome, tree, newcomer.own, other.keys), UsageError);
  assert.throws(() => join(flipped(welcome, -1), tree, newcomer.own, newcomer.keys), InvalidWelcome);
  assert.throws(() => join(welcome, ROISSY.tree.encode(), newcomer.own, newcomer.keys), ProtocolError);
  assert.throws(() => join(decodeCommit(staged.message).signature, tree, newcomer.own, newcomer.keys), MalformedError);
  const { state } = staged;
  const anchor = { type: 0xf0ce, data: ANCHOR };
  for (const extensions of [[], [{ type: 0xf0cf, data: ANCHOR }], [anchor, { type: 2, data: tree }]]) {
    const info = signGroupInfo(ROISSY.keys.signingKey, {
      context: state.context,
      extensions,
      confirmationTag: state.confirmationTag,
      signer: 0,
    });
    const secret = new Uint8Array(32);
    const keys = adds.map((keyPackage) => ({ keyPackage, pathSecret: secret }));
    const odd = sealWelcome(welcomeSecret(secret), info, secret, keys, counted("odd"));
    assert.throws(() => join(odd, tree, newcomer.own, newcomer.keys), /exactly the one extension/);
  }
  const { state: joined } = join(welcome, tree, newcomer.own, newcomer.keys);
  assert.deepEqual(joined.secrets, state.secrets);
});

test("a tree that is not the sealed one restores nothing (D4)", () => {
  const { state } = commit(ROISSY, NO_CHANGE, ANCHOR, counted("stored"));

  assert.throws(() => restore(encodeSecret(state), encodeTree(ROISSY), ROISSY.keys), InvalidTree);
  assert.throws(() => restore(encodeSecret(state), encodeTree(state), FELIXSTOWE.keys), UsageError);
  assert.throws(() => restore(encodeSecret(state).slice(0, -1), encodeTree(state), ROISSY.keys), MalformedError);
  assert.throws(() => restore(encodeTree(state), encodeTree(state), ROISSY.keys), MalformedError);
  assert.deepEqual(restore(encodeSecret(state), encodeTree(state), ROISSY.keys).secrets, state.secrets);
});

test("a key package of last resort says so, and all of it is in what is stored", async () => {
  const { keys, entropy } = await device("Santos");
  const made = await makeKeyPackage(keys, { notBefore: 5n, notAfter: 9n }, entropy, true);

  assert.deepEqual(restoreKeyPackage(made.secret), made);
  assert.ok(made.lastResort);
  assert.equal(made.notAfter, 9n);
  assert.throws(() => restoreKeyPackage(made.secret.slice(0, -1)), MalformedError);
});

/** What the secret tree of a state holds. */
function secretsOf(state: GroupState): readonly Bytes[] {
  return decode(state.secretTree.encode(), (reader) => {
    reader.uint(4);
    const nodes = reader.vector((inner) => [inner.uint(4), inner.opaque()] as const);
    const ratchets = reader.vector((inner) => [inner.uint(4), inner.uint(4), inner.opaque()] as const);
    return [...nodes.map(([, secret]) => secret), ...ratchets.map(([, , secret]) => secret)];
  });
}

/** The private keys of nodes that have another key now, or none. */
function replacedKeys(before: GroupState, after: GroupState): readonly Bytes[] {
  return [...before.privateKeys].flatMap(([node, key]) => {
    const [old, now] = [before.tree.publicKey(node), after.tree.publicKey(node)];
    return old !== null && now !== null && hex(old) === hex(now) ? [] : [key];
  });
}
