/** What a log entry is judged against. */

import type { Bytes } from "../bytes";
import type { CertificateMemo } from "../ledger/certificate-memo";
import type { Ledger } from "../ledger/ledger";
import type { LeafView } from "../ledger/views";

export interface Witness {
  readonly ledger: Ledger;
  readonly logHashes: ReadonlyMap<number, Bytes>; // our chain hashes, as far back as the Commit that began the epoch
  readonly certificates: CertificateMemo; // those that verified before
}

/** Whose leaf it is, by its certificate. */
export function accountOf(witness: Witness, leaf: LeafView): Bytes {
  return witness.certificates.verify(leaf.credential).account;
}
