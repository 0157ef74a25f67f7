/**
 * Servers that signed what is no answer: their names outlive the request, since the unit has to know them.
 *
 * It is no proof for others: who told of it could have made it up. It says whom to ask about, by voice.
 */

import { fromHex, fromUtf8, hex, utf8, type Bytes } from "../bytes";
import { ACCOUNT_ID_BYTES } from "../ledger/sizes";
import type { StateStore, Writes } from "../store/state-store";
import type { PassedOver } from "./request";

const PASSED_OVER_PREFIX = "history-passed-over/";

export function passedOverWrites(operation: Bytes, { server, why }: PassedOver): Writes {
  return new Map([[`${rowsOf(operation)}${hex(server)}`, utf8(why)]]);
}

/** Of one operation, the newest of each server. */
export async function loadPassedOver(
  store: Pick<StateStore, "scan">,
  operation: Bytes,
): Promise<readonly PassedOver[]> {
  const at = rowsOf(operation);
  const rows = await store.scan(at);
  return rows.map(([key, why]) => ({ server: fromHex(key.slice(at.length), ACCOUNT_ID_BYTES), why: fromUtf8(why) }));
}

function rowsOf(operation: Bytes): string {
  return `${PASSED_OVER_PREFIX}${hex(operation)}/`;
}
