/**
 * A verified operation as one value: ledger, the relay's newest head, plan, titles, names and forms (ADR 0033).
 *
 * It holds what an opening of this mailbox verified; that it is still so, only the relay's newest head says.
 */

import { concat, equal, fromHex, hex, type Bytes } from "../bytes";
import { decode, opaque, uint, vector } from "../codec";
import { MalformedError } from "../errors";
import { decodeLedger, encodeLedger } from "../ledger/kept-ledger";
import { BLOB_ID_BYTES } from "../ledger/sizes";
import { verifyLedgerHead } from "../ledger/statements";
import type { Operation } from "./operation";

const FORM = 1; // another one is of a later program: thrown away, and fetched anew

export function encodeOperation({ ledger, head, contents }: Operation): Bytes {
  const opened = [...contents].map(([blob, content]) => concat(fromHex(blob, BLOB_ID_BYTES), opaque(content)));
  return concat(uint(FORM, 2), opaque(encodeLedger(ledger)), opaque(head.encoded), vector(opened));
}

/**
 * The operation that was kept. Nothing is known of whether it is frozen.
 *
 * @throws ProtocolError anything that `encodeOperation` of this program does not write.
 */
export function decodeOperation(data: Bytes): Operation {
  const { ledger, encoded, contents } = decode(data, (reader) => {
    if (reader.uint(2) !== FORM) {
      throw new MalformedError("an operation in a form that this program does not know");
    }
    return {
      ledger: decodeLedger(reader.opaque()),
      encoded: reader.opaque(),
      contents: reader.vector((item) => [hex(item.fixed(BLOB_ID_BYTES)), item.opaque()] as const),
    };
  });
  const statement = verifyLedgerHead(encoded, ledger.charter.relayKey);
  if (!equal(statement.operation, ledger.operation) || !equal(statement.hash, ledger.headHash)) {
    throw new MalformedError("a head that is not of the ledger beside it");
  }
  return { ledger, head: { encoded, statement }, frozen: null, contents: new Map(contents), troubles: [] };
}
