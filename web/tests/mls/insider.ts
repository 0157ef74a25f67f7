/** Members as their states, and an insider who signs whatever it likes, which `Group` refuses to do. */

import { utf8, type Bytes } from "../../src/bytes";
import { commitContent, decodeCommit, encodeCommit, type CommitContent, type PublicCommit } from "../../src/mls/commit";
import { commit } from "../../src/mls/committing";
import { create } from "../../src/mls/creating";
import type { GroupState } from "../../src/mls/group-state";
import { join } from "../../src/mls/joining";
import { decodeKeyPackage } from "../../src/mls/key-package";
import { membershipTag, signCommit } from "../../src/mls/public-message";
import { device, GROUP_ID } from "./party";

export const ANCHOR = utf8("anchor");
export const NO_CHANGE = { adds: [], removes: [] };

/** A group of one epoch, as each of its members holds it, the creator first. */
export async function states(...names: readonly [string, string, ...string[]]): Promise<GroupState[]> {
  const devices = await Promise.all(names.map(device));
  const [first, ...others] = devices;
  if (first === undefined) {
    return [];
  }
  const alone = create(GROUP_ID, first.own, first.keys, first.entropy);
  const adds = others.map((one) => decodeKeyPackage(one.own.keyPackage));
  const staged = commit(alone, { adds, removes: [] }, ANCHOR, first.entropy);
  const welcome = staged.welcome ?? utf8("");
  return [staged.state, ...others.map((one) => join(welcome, staged.state.tree.encode(), one.own, one.keys).state)];
}

/** The Commit with something of its content changed, signed and tagged again: only its content betrays it. */
export function changed(author: GroupState, message: Bytes, change: (content: CommitContent) => CommitContent): Bytes {
  const before = decodeCommit(message);
  return signed(author, commitContent(change(before.content)), before.confirmationTag);
}

/** A Commit of `author`'s with any content, signed and tagged as it should be. */
export function signed(author: GroupState, content: CommitContent, confirmationTag: Bytes): Bytes {
  const signature = signCommit(author.keys.signingKey, content, author.context);
  return tagged(author, { content, signature, confirmationTag });
}

/** A Commit with any signature and confirmation tag, tagged as a member would. */
export function tagged(author: GroupState, one: Omit<PublicCommit, "membershipTag">): Bytes {
  return encodeCommit({ ...one, membershipTag: membershipTag(author.secrets.membershipKey, one, author.context) });
}

/** With the bit at `place` turned; a negative place counts from the end. */
export function flipped(bytes: Bytes, place: number): Bytes {
  const at = place < 0 ? bytes.length + place : place;
  return bytes.map((byte, position) => (position === at ? byte ^ 1 : byte));
}
