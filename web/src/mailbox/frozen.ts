/** Operations in which nothing is sent any more, and the two statements of the relay that convict it (L4). */

import { fromUtf8, hex, utf8, type Bytes } from "../bytes";
import { MalformedError } from "../errors";
import type { Frozen } from "../operation/operation";
import type { StateStore, Writes } from "../store/state-store";

const FROZEN_PREFIX = "frozen/";
const EVIDENCE_PREFIX = "evidence/ledger/";

export function frozenWrites(operation: Bytes, { sentence, evidence }: Frozen): Writes {
  const name = hex(operation);
  return new Map([
    [FROZEN_PREFIX + name, utf8(sentence)],
    [evidenceKey(name, 0), evidence[0]],
    [evidenceKey(name, 1), evidence[1]],
  ]);
}

/** Those that were frozen in any opening of the mailbox, by operation in hexadecimal. */
export async function loadFrozen(store: Pick<StateStore, "get" | "scan">): Promise<ReadonlyMap<string, Frozen>> {
  const found = new Map<string, Frozen>();
  for (const [key, value] of await store.scan(FROZEN_PREFIX)) {
    const name = key.slice(FROZEN_PREFIX.length);
    const [one, other] = await Promise.all([store.get(evidenceKey(name, 0)), store.get(evidenceKey(name, 1))]);
    if (one === null || other === null) {
      throw new MalformedError("a frozen operation lacks a statement of its relay");
    }
    found.set(name, { sentence: fromUtf8(value), evidence: [one, other] });
  }
  return found;
}

function evidenceKey(name: string, place: 0 | 1): string {
  return `${EVIDENCE_PREFIX}${name}/${place}`;
}
