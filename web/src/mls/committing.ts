/** Making a Commit: remove, add, and refresh our own keys from the leaf to the root (RFC 9420 section 12.4.1). */

import type { Bytes } from "../bytes";
import { UsageError } from "../errors";
import type { Entropy } from "../primitives/entropy";
import { commitContent, encodeCommit, MAX_MESSAGE_BYTES } from "./commit";
import {
  applyProposals,
  beginEpoch,
  checkResultingMembers,
  nextState,
  provisionalContext,
  type Applied,
  type Begun,
} from "./epoch-change";
import { GROUP_INFO_EXTENSION } from "./extension";
import { occupied, type GroupState } from "./group-state";
import type { KeyPackage } from "./key-package";
import { welcomeSecret } from "./key-schedule";
import { membershipTag, signCommit } from "./public-message";
import { finish, type Slices } from "./slices";
import { NOTHING } from "./suite";
import { commonAncestor, nodeOf } from "./tree-math";
import { createPath, encryptingPath, stillValid, type FreshPath } from "./treekem";
import { sealWelcome, signGroupInfo } from "./welcome";

/** Whom a Commit adds, and which leaves it removes. */
interface Asked {
  readonly adds: readonly KeyPackage[];
  readonly removes: readonly number[];
}

/** A Commit of our own that nobody has accepted yet. */
export interface Staged {
  readonly state: GroupState; // of the epoch that it begins
  readonly message: Bytes;
  readonly welcome: Bytes | null; // exactly when it adds somebody
}

/**
 * End the epoch. The GroupInfo for newcomers carries `authenticatedData` as its one extension (C1, C9).
 *
 * @throws ProtocolError a change is refused; the error says by which rule.
 * @throws UsageError the Commit would be longer than anybody may send: add or remove fewer at once.
 */
export function commit(state: GroupState, change: Asked, authenticatedData: Bytes, entropy: Entropy): Staged {
  return finish(committing(state, change, authenticatedData, entropy));
}

/** As `commit`, piece by piece: right after a large Add the path is sealed to everybody once. */
export function* committing(
  state: GroupState,
  change: Asked,
  authenticatedData: Bytes,
  entropy: Entropy,
): Slices<Staged> {
  const { context, ownLeaf } = state;
  const place = { groupId: context.groupId, leafIndex: ownLeaf };
  const changes = { ...change, committer: ownLeaf };
  const applied = applyProposals(state.tree, changes);
  const path = createPath(applied.tree, occupied(state.tree, ownLeaf), place, state.keys, entropy);
  checkResultingMembers(path.tree, changes);
  const provisional = provisionalContext(context, path.tree);
  const sealed = yield* encryptingPath(path, provisional, new Set(applied.added), entropy);
  const content = commitContent({
    ...changes,
    groupId: context.groupId,
    epoch: context.epoch,
    authenticatedData,
    path: sealed,
  });
  const signature = signCommit(state.keys.signingKey, content, context);
  const begun = beginEpoch(state, provisional, { content, signature }, path.ladder.commitSecret);
  const signed = { content, signature, confirmationTag: begun.confirmationTag };
  const message = encodeCommit({
    ...signed,
    membershipTag: membershipTag(state.secrets.membershipKey, signed, context),
  });
  if (message.length > MAX_MESSAGE_BYTES) {
    throw new UsageError("the Commit is too large: add or remove fewer at once");
  }
  const kept = stillValid(state.privateKeys, state.tree, path.tree);
  const following = nextState(state, path.tree, begun, new Map([...kept, ...path.privateKeys]));
  const arrivals = { applied, path, adds: change.adds };
  const welcome = change.adds.length > 0 ? welcomeFor(following, begun, arrivals, authenticatedData, entropy) : null;
  return { state: following, message, welcome };
}

interface Arrivals {
  readonly applied: Applied;
  readonly path: FreshPath;
  readonly adds: readonly KeyPackage[];
}

function welcomeFor(
  following: GroupState,
  begun: Begun,
  { applied, path, adds }: Arrivals,
  anchor: Bytes,
  entropy: Entropy,
): Bytes {
  const { ownLeaf } = following;
  const info = signGroupInfo(following.keys.signingKey, {
    context: following.context,
    extensions: [{ type: GROUP_INFO_EXTENSION, data: anchor }],
    confirmationTag: following.confirmationTag,
    signer: ownLeaf,
  });
  const newcomers = adds.map((keyPackage, order) => {
    const shared = commonAncestor(nodeOf(ownLeaf), nodeOf(applied.added[order] ?? ownLeaf)); // a place for each Add
    return { keyPackage, pathSecret: path.ladder.secrets.get(shared) ?? NOTHING }; // newcomers are never filtered out
  });
  return sealWelcome(welcomeSecret(begun.joinerSecret), info, begun.joinerSecret, newcomers, entropy);
}
