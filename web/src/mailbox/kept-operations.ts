/**
 * The operations as the last opening verified them, so that the next one asks only for what is new (ADR 0033).
 *
 * What does not decode, or is not what its key and its pin name, is thrown away: all of it is fetched and verified anew.
 */

import { equal, hex, type Bytes } from "../bytes";
import { ProtocolError } from "../errors";
import type { Pin } from "../ledger/ledger";
import { decodeOperation, encodeOperation } from "../operation/kept-operation";
import type { Operation } from "../operation/operation";
import type { StateStore, Writes } from "../store/state-store";

const KEPT_PREFIX = "operation/";

export function keptWrites(operation: Operation): Writes {
  return new Map([[KEPT_PREFIX + hex(operation.ledger.operation), encodeOperation(operation)]]);
}

/** By operation in hexadecimal: those that agree with what `pins` say of them (L2). */
export async function loadKept(
  store: Pick<StateStore, "scan">,
  pins: ReadonlyMap<string, Pin>,
): Promise<ReadonlyMap<string, Operation>> {
  const kept = new Map<string, Operation>();
  for (const [key, value] of await store.scan(KEPT_PREFIX)) {
    const name = key.slice(KEPT_PREFIX.length);
    const [operation, pin] = [decodedOrNull(value), pins.get(name)];
    if (operation !== null && pin !== undefined && hex(operation.ledger.operation) === name && agrees(operation, pin)) {
      kept.set(name, operation);
    }
  }
  return kept;
}

/** A pin of another computer may reach further: what follows is fetched, and has to lead there. */
function agrees({ ledger }: Operation, { sequence, hash }: Pin): boolean {
  const held = ledger.hashAt(BigInt(sequence));
  return held === null || equal(held, hash);
}

function decodedOrNull(value: Bytes): Operation | null {
  try {
    return decodeOperation(value);
  } catch (error) {
    if (error instanceof ProtocolError) {
      return null;
    }
    throw error;
  }
}
