/** Entries of a log of which no server of history could or would say what they held, and whose word that is. */

import { concat, fromHex, hex, type Bytes } from "../bytes";
import type { LogPlace } from "../channel/session";
import { decode, fixed } from "../codec";
import { encodeAbsence, readAbsence, type Absent, type Missing } from "../ledger/history-items";
import { ACCOUNT_ID_BYTES, CHANNEL_ID_BYTES } from "../ledger/sizes";
import type { StateStore, Writes } from "../store/state-store";

const MISSING_PREFIX = "history-missing/";

export interface MissingEntry extends LogPlace {
  readonly sequence: number;
  readonly why: Missing;
  readonly reason: string; // the server's word for it
  readonly saidBy: Bytes; // account
}

export function missingWrites(log: LogPlace, absent: readonly Absent[], saidBy: Bytes): Writes {
  return new Map(
    absent.map((one) => [rowAt(log, Number(one.sequence)), concat(encodeAbsence(one), fixed(saidBy, ACCOUNT_ID_BYTES))]),
  );
}

/** What another server lacked is here. */
export function foundWrites(log: LogPlace, sequences: readonly number[]): Writes {
  return new Map(sequences.map((sequence) => [rowAt(log, sequence), null]));
}

/** In the order of the logs. @throws MalformedError the store was written by something else. */
export async function loadMissing(store: Pick<StateStore, "scan">, operation: Bytes): Promise<readonly MissingEntry[]> {
  const rows = await store.scan(`${MISSING_PREFIX}${hex(operation)}/`);
  return rows.map(([key, value]) => {
    const [channel = "", generation = "", sequence = ""] = key.split("/").slice(2);
    const said = decode(value, (reader) => ({ ...readAbsence(reader), saidBy: reader.fixed(ACCOUNT_ID_BYTES) }));
    const log = { operation, channel: fromHex(channel, CHANNEL_ID_BYTES), generation: Number(generation) };
    return { ...log, sequence: Number(sequence), ...said };
  });
}

function rowAt({ operation, channel, generation }: LogPlace, sequence: number): string {
  const numbers = `${String(generation).padStart(8, "0")}/${String(sequence).padStart(16, "0")}`;
  return `${MISSING_PREFIX}${hex(operation)}/${hex(channel)}/${numbers}`;
}
