/** The official vectors of what goes over the wire: what our profile has is read, the rest refused by name (C2). */

import assert from "node:assert/strict";

import { concat, fromHex, utf8, type Bytes } from "../../src/bytes";
import { opaque, Reader, uint, vectorLength } from "../../src/codec";
import { MalformedError } from "../../src/errors";
import { decodeCommit, encodeCommit } from "../../src/mls/commit";
import { create } from "../../src/mls/creating";
import type { GroupState } from "../../src/mls/group-state";
import { decodeKeyPackage, encodeKeyPackage } from "../../src/mls/key-package";
import { MLS10 } from "../../src/mls/leaf-node";
import { decodePrivateMessage, openMessage, sealMessage } from "../../src/mls/private-message";
import { processCommit } from "../../src/mls/processing";
import { RatchetTree } from "../../src/mls/ratchet-tree";
import { SecretTree } from "../../src/mls/secret-tree";
import { decodeWelcome } from "../../src/mls/welcome";
import { SigningKey } from "../../src/primitives/signatures";
import { official } from "./official";
import { counted, device } from "./party";

const MESSAGE_HEAD_BYTES = 4; // version and wire format of an MLSMessage
const NO_HANDSHAKE = "Refused: the only handshake is a Commit by a member (C2)";
const NO_APPLICATION = "Refused: a PrivateMessage holds application data only (C2)";
const NOT_OURS = "Refused: a Commit holds Add and Remove by value, nothing else (C2)";

official<{ readonly vlbytes_header: string; readonly length: number }>("deserialization", 14, (entry) => {
  const header = fromHex(entry.vlbytes_header);
  assert.deepEqual(vectorLength(entry.length), header);
  const read = (): Bytes => new Reader(header).opaque();
  if (entry.length === 0) {
    assert.equal(read().length, 0);
  } else {
    assert.throws(read, new MalformedError(`${entry.length} bytes announced, 0 left`));
  }
});

interface TranscriptHashes {
  readonly authenticated_content: string;
}

/** Its Commit takes its proposals by reference; the transcripts that we hash are those of the passive clients. */
official<TranscriptHashes>(
  "transcript-hashes",
  1,
  (entry, attempt) => {
    const message = concat(uint(MLS10, 2), fromHex(entry.authenticated_content), opaque(utf8("any membership tag")));
    assert.equal(attempt(() => decodeCommit(message)), null);
  },
  { [NOT_OURS]: 1 },
);

type Kind = "mls_key_package" | "mls_welcome" | "ratchet_tree" | "private_message" | `public_message_${Handshake}`;
type Handshake = "application" | "proposal" | "commit";

official<Record<Kind, string>>(
  "messages",
  300,
  (entry, attempt) => {
    const read = (name: Kind): Bytes => fromHex(entry[name]);
    const tree = read("ratchet_tree");
    assert.deepEqual(RatchetTree.decode(tree).encode(), tree);
    const keyPackage = read("mls_key_package").slice(MESSAGE_HEAD_BYTES);
    const decoded = attempt(() => decodeKeyPackage(keyPackage));
    assert.deepEqual(decoded && encodeKeyPackage(decoded), decoded && keyPackage);
    attempt(() => decodeWelcome(read("mls_welcome")));
    attempt(() => decodePrivateMessage(read("private_message")));
    for (const handshake of ["application", "proposal", "commit"] as const) {
      const message = read(`public_message_${handshake}`);
      const commit = attempt(() => decodeCommit(message));
      assert.deepEqual(commit && encodeCommit(commit), commit && message);
    }
  },
  {
    [NO_HANDSHAKE]: 600, // public application data, proposals on their own
    [NOT_OURS]: 300,
    [NO_APPLICATION]: 198,
    "MalformedError: a key package of another version or cipher suite than ours": 200,
    "MalformedError: not a Welcome of our cipher suite": 200,
  },
);

interface MessageProtection
  extends Record<
    | "group_id"
    | "tree_hash"
    | "confirmed_transcript_hash"
    | "signature_priv"
    | "signature_pub"
    | "encryption_secret"
    | "sender_data_secret"
    | "membership_key"
    | "application"
    | `${Handshake}_priv`
    | "proposal_pub"
    | "commit_pub",
    string
  > {
  readonly epoch: number;
}

const [READER, SENDER] = [await device("Bremen"), await device("Lomé")];

official<MessageProtection>(
  "message-protection",
  1,
  (entry, attempt) => {
    const [reader, sender] = members(entry);
    const plain = fromHex(entry.application);
    assert.deepEqual(openMessage(reader, fromHex(entry.application_priv)).plaintext, plain);
    const { message } = sealMessage(sender, plain, utf8("about"), counted("message"));
    assert.deepEqual(openMessage(reader, message).plaintext, plain);
    for (const one of [entry.proposal_priv, entry.commit_priv]) {
      assert.equal(attempt(() => openMessage(reader, fromHex(one))), null);
    }
    for (const one of [entry.proposal_pub, entry.commit_pub]) {
      assert.equal(attempt(() => processCommit(reader, fromHex(one))), null);
    }
  },
  { [NO_APPLICATION]: 2, [NO_HANDSHAKE]: 1, [NOT_OURS]: 1 },
);

/** Both members of the group: as the format says, the messages come from the second of two. */
function members(entry: MessageProtection): readonly [GroupState, GroupState] {
  const groupId = fromHex(entry.group_id);
  const alone = create(groupId, READER.own, READER.keys, counted("alone"));
  const signingKey = new SigningKey(fromHex(entry.signature_priv));
  const { leafNode } = decodeKeyPackage(SENDER.own.keyPackage);
  const tree = alone.tree.add([{ ...leafNode, signatureKey: fromHex(entry.signature_pub) }]).tree;
  const state = {
    ...alone,
    tree,
    context: {
      groupId,
      epoch: BigInt(entry.epoch),
      treeHash: fromHex(entry.tree_hash),
      confirmedTranscriptHash: fromHex(entry.confirmed_transcript_hash),
    },
    secrets: {
      ...alone.secrets,
      senderDataSecret: fromHex(entry.sender_data_secret),
      membershipKey: fromHex(entry.membership_key),
    },
    secretTree: SecretTree.create(fromHex(entry.encryption_secret), 2),
  };
  return [state, { ...state, ownLeaf: 1, keys: { ...SENDER.keys, signingKey } }];
}
