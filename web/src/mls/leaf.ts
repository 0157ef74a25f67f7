/** A member as the ledger's rules look at it (C5). */

import type { Bytes } from "../bytes";

export interface Leaf {
  readonly index: number;
  readonly credential: Bytes; // an encoded DeviceCertificate, if it is one: nothing here looks inside
  readonly signatureKey: Bytes;
  readonly encryptionKey: Bytes;
}
