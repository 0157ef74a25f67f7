/** Application messages, signed and encrypted (RFC 9420 section 6.3). Nothing else is encrypted in our profile (C2). */

import { concat, type Bytes } from "../bytes";
import { decode, opaque, Reader, uint } from "../codec";
import { MalformedError, Refused } from "../errors";
import * as aead from "../primitives/aead";
import type { Entropy } from "../primitives/entropy";
import { HASH_BYTES } from "../primitives/hashes";
import { APPLICATION, MEMBER, PRIVATE_MESSAGE, readWireFormat, withinSize } from "./commit";
import { isFor, otherMember, type GroupState } from "./group-state";
import { MLS10, type LeafNode } from "./leaf-node";
import { CONTENT_LABEL, contentTbs } from "./public-message";
import type { MessageKey, SecretTree } from "./secret-tree";
import { expandWithLabel, signWithLabel, verifyWithLabel } from "./suite";

const REUSE_GUARD_BYTES = 4; // section 6.3.1

export interface PrivateMessage {
  readonly groupId: Bytes;
  readonly epoch: bigint;
  readonly authenticatedData: Bytes;
  readonly encryptedSenderData: Bytes;
  readonly ciphertext: Bytes;
}

export interface OpenedMessage {
  readonly plaintext: Bytes;
  readonly authenticatedData: Bytes;
  readonly sender: number;
  readonly senderLeaf: LeafNode;
  readonly secretTree: SecretTree;
}

/** The message as it travels, and the tree from which its key is gone. Padding is the payload's business (S7). */
export function sealMessage(
  state: GroupState,
  plaintext: Bytes,
  authenticatedData: Bytes,
  entropy: Entropy,
): { readonly message: Bytes; readonly secretTree: SecretTree } {
  const { context, ownLeaf } = state;
  const { key, tree } = state.secretTree.nextKey(ownLeaf);
  const guard = entropy(REUSE_GUARD_BYTES);
  const framed = framedContent(context.groupId, context.epoch, ownLeaf, authenticatedData, plaintext);
  const signature = signWithLabel(state.keys.signingKey, CONTENT_LABEL, contentTbs(PRIVATE_MESSAGE, framed, context));
  const inside = concat(opaque(plaintext), opaque(signature));
  const aad = contentAad(context, authenticatedData);
  const ciphertext = aead.seal(key.key, guardedNonce(key, guard), aad, inside);
  const sender = senderDataKey(state.secrets.senderDataSecret, ciphertext);
  const senderData = concat(uint(ownLeaf, 4), uint(key.generation, 4), guard);
  const encryptedSenderData = aead.seal(sender.key, sender.nonce, senderDataAad(context), senderData);
  const message = concat(
    uint(MLS10, 2),
    uint(PRIVATE_MESSAGE, 2),
    aad,
    opaque(encryptedSenderData),
    opaque(ciphertext),
  );
  return { message, secretTree: tree };
}

/**
 * The member at `sender` encrypted and signed this in the current epoch.
 *
 * @throws WrongGroup, WrongEpoch, OwnMessage not for this state to judge.
 * @throws MalformedError, Refused (C2) no application message.
 * @throws DecryptionFailed, BadSignature, KeyConsumed, TooFarAhead, NoSuchMember refused, now and ever.
 */
export function openMessage(state: GroupState, message: Bytes): OpenedMessage {
  const { context } = state;
  const sealed = decodePrivateMessage(message);
  isFor(state, sealed.groupId, sealed.epoch);
  const { leaf, generation, guard } = openSenderData(state.secrets.senderDataSecret, sealed);
  const senderLeaf = otherMember(state, leaf); // before any key is derived for a leaf that nobody holds
  const { key, tree } = state.secretTree.keyOf(leaf, generation);
  const aad = contentAad(sealed, sealed.authenticatedData);
  const inside = new Reader(aead.open(key.key, guardedNonce(key, guard), aad, sealed.ciphertext));
  const [plaintext, signature] = [inside.opaque(), inside.opaque()];
  checkPadding(inside);
  const framed = framedContent(sealed.groupId, sealed.epoch, leaf, sealed.authenticatedData, plaintext);
  verifyWithLabel(senderLeaf.signatureKey, CONTENT_LABEL, contentTbs(PRIVATE_MESSAGE, framed, context), signature);
  return { plaintext, authenticatedData: sealed.authenticatedData, sender: leaf, senderLeaf, secretTree: tree };
}

/** Nothing of it is verified. @throws MalformedError, Refused (C2) no application message. */
export function decodePrivateMessage(message: Bytes): PrivateMessage {
  return decode(withinSize(message), (reader) => {
    if (readWireFormat(reader) !== PRIVATE_MESSAGE) {
      throw new Refused("C2", "an application message travels as PrivateMessage");
    }
    const [groupId, epoch] = [reader.opaque(), reader.uint64()];
    if (reader.uint(1) !== APPLICATION) {
      throw new Refused("C2", "a PrivateMessage holds application data only");
    }
    const [authenticatedData, encryptedSenderData] = [reader.opaque(), reader.opaque()];
    return { groupId, epoch, authenticatedData, encryptedSenderData, ciphertext: reader.opaque() };
  });
}

function openSenderData(secret: Bytes, message: PrivateMessage): { leaf: number; generation: number; guard: Bytes } {
  const { key, nonce } = senderDataKey(secret, message.ciphertext);
  const plain = aead.open(key, nonce, senderDataAad(message), message.encryptedSenderData);
  return decode(plain, (reader) => ({
    leaf: reader.uint(4),
    generation: reader.uint(4),
    guard: reader.fixed(REUSE_GUARD_BYTES),
  }));
}

/** sender_data_key and sender_data_nonce, which depend on the ciphertext (section 6.3.2). */
function senderDataKey(secret: Bytes, ciphertext: Bytes): { key: Bytes; nonce: Bytes } {
  const sample = ciphertext.slice(0, HASH_BYTES);
  return {
    key: expandWithLabel(secret, "key", sample, aead.KEY_BYTES),
    nonce: expandWithLabel(secret, "nonce", sample, aead.NONCE_BYTES),
  };
}

/** A state restored from a copy would use a generation twice; the guard keeps the nonces apart (section 6.3.1). */
function guardedNonce({ nonce }: MessageKey, guard: Bytes): Bytes {
  return nonce.map((byte, place) => byte ^ (guard[place] ?? 0));
}

/** FramedContent of an application message (section 6). */
function framedContent(groupId: Bytes, epoch: bigint, leaf: number, authenticatedData: Bytes, plaintext: Bytes): Bytes {
  return concat(
    opaque(groupId),
    uint(epoch, 8),
    uint(MEMBER, 1),
    uint(leaf, 4),
    opaque(authenticatedData),
    uint(APPLICATION, 1),
    opaque(plaintext),
  );
}

/** PrivateContentAAD; a PrivateMessage begins with the same fields. */
function contentAad(where: Where, authenticatedData: Bytes): Bytes {
  return concat(senderDataAad(where), opaque(authenticatedData));
}

/** SenderDataAAD. */
function senderDataAad({ groupId, epoch }: Where): Bytes {
  return concat(opaque(groupId), uint(epoch, 8), uint(APPLICATION, 1));
}

type Where = Pick<PrivateMessage, "groupId" | "epoch">;

/** Other bytes than zeros would be a covert channel (section 6.3.1). */
function checkPadding(rest: Reader): void {
  while (!rest.atEnd()) {
    if (rest.uint(1) !== 0) {
      throw new MalformedError("the padding is not all zeros");
    }
  }
}
