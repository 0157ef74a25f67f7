/**
 * A new password makes a new mailbox key (D2): at the next opening everything is sealed again under it.
 *
 * Whoever had the old password and what the relay stored then reads nothing that is stored from then on. Interrupted, it
 * begins anew: rows open under every key that the vault still names. As `cencomm/client/roaming/resealing.py`.
 */

import { equal } from "../bytes";
import type { MailboxSealing } from "./sealing";
import type { RoamingStore } from "./store";

const MARK_KEY = "mailbox-key"; // says under which key all rows are

/** Every row at the relay is sealed under the newest key. Throws as the store; some rows are under an older key then. */
export async function reseal(store: RoamingStore, sealing: MailboxSealing): Promise<void> {
  const mark = sealing.newestKeyMark();
  const before = await store.get(MARK_KEY);
  if (before !== null && equal(before, mark)) {
    return;
  }
  await store.rewrite();
  await store.apply(new Map([[MARK_KEY, mark]]), store.version);
  await store.save();
}
