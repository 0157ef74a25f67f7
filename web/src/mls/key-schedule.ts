/**
 * The key schedule (RFC 9420 section 8), without what our profile never uses: exporter, external joins, resumption.
 *
 *                       init_secret_[n-1]
 *                             |
 *       commit_secret --> KDF.Extract
 *                             |
 *                ExpandWithLabel "joiner", GroupContext_[n] = joiner_secret
 *                             |
 *       zeros (no psk) -> KDF.Extract --> DeriveSecret "welcome" = welcome_secret
 *                             |
 *                ExpandWithLabel "epoch", GroupContext_[n] = epoch_secret --> DeriveSecret <label> = <secret>
 */

import { concat, type Bytes } from "../bytes";
import { opaque } from "../codec";
import { HASH_BYTES, sha256 } from "../primitives/hashes";
import { BadTag } from "./errors";
import { encodeGroupContext, type GroupContext } from "./group-context";
import { deriveSecret, expandWithLabel, extract, mac, sameTag, ZERO } from "./suite";

/** What a member keeps for the length of an epoch. */
export interface EpochSecrets {
  readonly initSecret: Bytes; // carries this epoch's entropy into the next
  readonly senderDataSecret: Bytes;
  readonly membershipKey: Bytes;
  readonly epochAuthenticator: Bytes; // equal for two members exactly when they are in the same state
}

/** An epoch at its start: `encryptionSecret` becomes the secret tree, `confirmationKey` one tag; both then die. */
export interface NewEpoch {
  readonly secrets: EpochSecrets;
  readonly encryptionSecret: Bytes;
  readonly confirmationKey: Bytes;
}

/** What a newcomer is given. `context` is that of the new epoch, confirmed transcript hash included. */
export function joinerSecret(initSecret: Bytes, commitSecret: Bytes, context: GroupContext): Bytes {
  return expandWithLabel(extract(initSecret, commitSecret), "joiner", encodeGroupContext(context), HASH_BYTES);
}

/** The key of the GroupInfo in a Welcome comes from it. */
export function welcomeSecret(joiner: Bytes): Bytes {
  return deriveSecret(extract(joiner, ZERO), "welcome");
}

/** The secrets of the epoch that `context` describes. */
export function epochFromJoiner(joiner: Bytes, context: GroupContext): NewEpoch {
  return newEpoch(expandWithLabel(extract(joiner, ZERO), "epoch", encodeGroupContext(context), HASH_BYTES));
}

/** Everything that hangs below an epoch_secret; a group's creator draws one at random (section 11). */
export function newEpoch(epochSecret: Bytes): NewEpoch {
  return {
    secrets: {
      initSecret: deriveSecret(epochSecret, "init"),
      senderDataSecret: deriveSecret(epochSecret, "sender data"),
      membershipKey: deriveSecret(epochSecret, "membership"),
      epochAuthenticator: deriveSecret(epochSecret, "authentication"),
    },
    encryptionSecret: deriveSecret(epochSecret, "encryption"),
    confirmationKey: deriveSecret(epochSecret, "confirm"),
  };
}

/** Shows that its maker arrived at the same state (section 6.1). */
export function confirmationTag(key: Bytes, confirmedTranscriptHash: Bytes): Bytes {
  return mac(key, confirmedTranscriptHash);
}

/**
 * The maker of the tag holds the secrets of the same epoch with the same transcript.
 *
 * @throws BadTag it does not.
 */
export function verifyConfirmationTag(key: Bytes, confirmedTranscriptHash: Bytes, tag: Bytes): void {
  if (!sameTag(confirmationTag(key, confirmedTranscriptHash), tag)) {
    throw new BadTag("the computed confirmation tag does not match the expected one");
  }
}

/** The transcript up to and including a Commit and its confirmation tag (section 8.2). */
export function interimTranscriptHash(confirmed: Bytes, tag: Bytes): Bytes {
  return sha256(concat(confirmed, opaque(tag)));
}
