/** A member as the ledger's rules look at it (C5). */

import { equal, type Bytes } from "../bytes";

export interface Leaf {
  readonly index: number;
  readonly credential: Bytes; // an encoded DeviceCertificate, if it is one: nothing here looks inside
  readonly signatureKey: Bytes;
  readonly encryptionKey: Bytes;
}

/** Whether two leaves have the same device and the same keys, wherever they stand. */
export function isSameLeaf(one: Omit<Leaf, "index">, other: Omit<Leaf, "index">): boolean {
  return (
    equal(one.credential, other.credential) &&
    equal(one.signatureKey, other.signatureKey) &&
    equal(one.encryptionKey, other.encryptionKey)
  );
}
