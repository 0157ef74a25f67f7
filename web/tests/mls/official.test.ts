/**
 * The official vectors of RFC 9420, unmodified, as far as our profile goes: the suite and the schedule. Trees, messages
 * and passive clients have files of their own; psk_secret has none, for our profile has no pre-shared keys. What is
 * left out here, Python's tests hold (tests/vectors/test_mls_vectors.py).
 */

import assert from "node:assert/strict";

import { fromHex, hex, type Bytes } from "../../src/bytes";
import { decode } from "../../src/codec";
import { encodeGroupContext, type GroupContext } from "../../src/mls/group-context";
import { decodeKeyPackage, keyPackageRef, verifyKeyPackage } from "../../src/mls/key-package";
import { epochFromJoiner, joinerSecret, verifyConfirmationTag, welcomeSecret } from "../../src/mls/key-schedule";
import { SecretTree } from "../../src/mls/secret-tree";
import * as suite from "../../src/mls/suite";
import { decodeWelcome, openGroupInfo, openGroupSecrets, verifyGroupInfo } from "../../src/mls/welcome";
import { SigningKey } from "../../src/primitives/signatures";
import { official } from "./official";
import { epochWith, welcomeSecretWith } from "./preshared";

const MESSAGE_HEAD_BYTES = 4; // version and wire format of an MLSMessage

interface CryptoBasics {
  readonly derive_secret: { label: string; secret: string; out: string };
  readonly derive_tree_secret: { label: string; secret: string; generation: number; length: number; out: string };
  readonly encrypt_with_label: Record<"ciphertext" | "context" | "kem_output" | "label" | "plaintext" | "priv", string>;
  readonly expand_with_label: { label: string; secret: string; context: string; length: number; out: string };
  readonly ref_hash: { label: string; value: string; out: string };
  readonly sign_with_label: { content: string; label: string; priv: string; pub: string; signature: string };
}

official<CryptoBasics>("crypto-basics", 1, (entry) => {
  const { derive_secret: derive, derive_tree_secret: tree, expand_with_label: expand, ref_hash: ref } = entry;
  assert.equal(hex(suite.deriveSecret(fromHex(derive.secret), derive.label)), derive.out);
  const treeSecret = suite.deriveTreeSecret(fromHex(tree.secret), tree.label, tree.generation, tree.length);
  assert.equal(hex(treeSecret), tree.out);
  const expanded = suite.expandWithLabel(fromHex(expand.secret), expand.label, fromHex(expand.context), expand.length);
  assert.equal(hex(expanded), expand.out);
  assert.equal(hex(suite.refHash(ref.label, fromHex(ref.value))), ref.out);
  const { sign_with_label: sign, encrypt_with_label: box } = entry;
  const [key, content] = [new SigningKey(fromHex(sign.priv)), fromHex(sign.content)];
  assert.equal(hex(suite.signWithLabel(key, sign.label, content)), sign.signature);
  suite.verifyWithLabel(fromHex(sign.pub), sign.label, content, fromHex(sign.signature));
  const sealed = { kemOutput: fromHex(box.kem_output), ciphertext: fromHex(box.ciphertext) };
  const opened = suite.decryptWithLabel(fromHex(box.priv), box.label, fromHex(box.context), sealed);
  assert.equal(opened && hex(opened), box.plaintext);
});

interface SecretTrees {
  readonly encryption_secret: string;
  readonly leaves: readonly (readonly {
    readonly generation: number;
    readonly application_key: string;
    readonly application_nonce: string;
  }[])[];
}

official<SecretTrees>("secret-tree", 3, (entry) => {
  let tree = SecretTree.create(fromHex(entry.encryption_secret), entry.leaves.length);
  for (const [leaf, generations] of entry.leaves.entries()) {
    for (const expected of generations) {
      const taken = tree.keyOf(leaf, expected.generation);
      tree = decode(taken.tree.encode(), (reader) => SecretTree.read(reader));
      assert.equal(hex(taken.key.key), expected.application_key);
      assert.equal(hex(taken.key.nonce), expected.application_nonce);
    }
  }
});

interface KeySchedule {
  readonly group_id: string;
  readonly initial_init_secret: string;
  readonly epochs: readonly Record<
    | "tree_hash"
    | "confirmed_transcript_hash"
    | "commit_secret"
    | "psk_secret"
    | "group_context"
    | "joiner_secret"
    | "welcome_secret"
    | "init_secret"
    | "sender_data_secret"
    | "membership_key"
    | "epoch_authenticator"
    | "encryption_secret"
    | "confirmation_key",
    string
  >[];
}

/** Exporter, external and resumption secrets nobody derives in our profile: they are not looked at. */
official<KeySchedule>("key-schedule", 1, (entry) => {
  let initSecret = fromHex(entry.initial_init_secret);
  for (const [number, one] of entry.epochs.entries()) {
    const at: GroupContext = {
      groupId: fromHex(entry.group_id),
      epoch: BigInt(number),
      treeHash: fromHex(one.tree_hash),
      confirmedTranscriptHash: fromHex(one.confirmed_transcript_hash),
    };
    const joiner = joinerSecret(initSecret, fromHex(one.commit_secret), at);
    const psk = fromHex(one.psk_secret);
    const { secrets, encryptionSecret, confirmationKey } = epochWith(joiner, psk, at);
    const derived = {
      group_context: encodeGroupContext(at),
      joiner_secret: joiner,
      welcome_secret: welcomeSecretWith(joiner, psk),
      init_secret: secrets.initSecret,
      sender_data_secret: secrets.senderDataSecret,
      membership_key: secrets.membershipKey,
      epoch_authenticator: secrets.epochAuthenticator,
      encryption_secret: encryptionSecret,
      confirmation_key: confirmationKey,
    };
    for (const [name, value] of Object.entries(derived) as [keyof typeof derived, Bytes][]) {
      assert.equal(hex(value), one[name], name);
    }
    initSecret = secrets.initSecret;
  }
});

interface WelcomeEntry {
  readonly init_priv: string;
  readonly key_package: string;
  readonly signer_pub: string;
  readonly welcome: string;
}

official<WelcomeEntry>("welcome", 1, (entry) => {
  const encoded = fromHex(entry.key_package).slice(MESSAGE_HEAD_BYTES);
  verifyKeyPackage(decodeKeyPackage(encoded));
  const welcome = decodeWelcome(fromHex(entry.welcome));
  const { joinerSecret } = openGroupSecrets(welcome, keyPackageRef(encoded), fromHex(entry.init_priv));
  const info = openGroupInfo(welcomeSecret(joinerSecret), welcome);
  verifyGroupInfo(info, fromHex(entry.signer_pub));
  const { confirmationKey } = epochFromJoiner(joinerSecret, info.context);
  verifyConfirmationTag(confirmationKey, info.context.confirmedTranscriptHash, info.confirmationTag);
});
