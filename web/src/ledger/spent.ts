/** What counts once in the life of an operation: keys, blobs, group ids, nonces (rules L5, L6, L8). */

import { hex, type Bytes } from "../bytes";
import type { Member } from "./membership";
import { LedgerRefused } from "./refusal";

/** What nobody brings into the operation again, not even the same account: a revoked key stays revoked. */
export function broughtOnce(member: Member): readonly Bytes[] {
  return [member.identityKey, member.exchangeKey, member.profile.blob];
}

/** With `values` spent too. @throws LedgerRefused by `rule`: one of them was before. */
export function spend(spent: ReadonlySet<string>, rule: string, values: readonly Bytes[]): ReadonlySet<string> {
  if (values.length === 0) {
    return spent; // most entries have no nonce: nothing is copied for them
  }
  const after = new Set(spent);
  for (const value of values) {
    const name = hex(value);
    if (after.has(name)) {
      throw new LedgerRefused(rule, "a key or identifier that counts once was used before in this operation");
    }
    after.add(name);
  }
  return after;
}
