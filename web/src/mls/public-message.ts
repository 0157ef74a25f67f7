/** Signing Commits, and proving to members that a member sent them (RFC 9420 sections 6.1, 6.2). */

import { concat, type Bytes } from "../bytes";
import { opaque, uint } from "../codec";
import { sha256 } from "../primitives/hashes";
import type { SigningKey } from "../primitives/signatures";
import { PUBLIC_MESSAGE, type CommitContent, type PublicCommit } from "./commit";
import { BadTag } from "./errors";
import { encodeGroupContext, type GroupContext } from "./group-context";
import { MLS10 } from "./leaf-node";
import { mac, sameTag, signWithLabel, verifyWithLabel } from "./suite";

export const CONTENT_LABEL = "FramedContentTBS";

export function signCommit(key: SigningKey, content: CommitContent, context: GroupContext): Bytes {
  return signWithLabel(key, CONTENT_LABEL, contentTbs(PUBLIC_MESSAGE, content.encoded, context));
}

/**
 * The holder of `publicKey` made this Commit, for this group in this epoch.
 *
 * @throws BadSignature it did not.
 */
export function verifyCommitSignature(publicKey: Bytes, commit: PublicCommit, context: GroupContext): void {
  const tbs = contentTbs(PUBLIC_MESSAGE, commit.content.encoded, context);
  verifyWithLabel(publicKey, CONTENT_LABEL, tbs, commit.signature);
}

/** The MAC of an AuthenticatedContentTBM: only members of the epoch can make it. */
export function membershipTag(key: Bytes, commit: Omit<PublicCommit, "membershipTag">, context: GroupContext): Bytes {
  const tbs = contentTbs(PUBLIC_MESSAGE, commit.content.encoded, context);
  return mac(key, concat(tbs, opaque(commit.signature), opaque(commit.confirmationTag)));
}

/**
 * A member of this epoch sent these bytes; the signature says which one, and is still to be verified.
 *
 * @throws BadTag no member did.
 */
export function verifyMembershipTag(key: Bytes, commit: PublicCommit, context: GroupContext): void {
  if (!sameTag(membershipTag(key, commit, context), commit.membershipTag)) {
    throw new BadTag("the membership tag does not match: no member of this epoch sent the message");
  }
}

/** The transcript up to and including a Commit, without its confirmation tag (section 8.2). */
export function confirmedTranscriptHash(interim: Bytes, content: CommitContent, signature: Bytes): Bytes {
  return sha256(concat(interim, uint(PUBLIC_MESSAGE, 2), content.encoded, opaque(signature)));
}

/** FramedContentTBS (section 6.1). */
export function contentTbs(wireFormat: number, encoded: Bytes, context: GroupContext): Bytes {
  return concat(uint(MLS10, 2), uint(wireFormat, 2), encoded, encodeGroupContext(context));
}
