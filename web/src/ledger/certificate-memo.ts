/**
 * Remembers certificates that verified, by their bytes: a tree of 1,000 leaves is not verified anew at each Commit.
 *
 * It changes no verdict, since a certificate's validity is a function of its bytes.
 */

import { hex, type Bytes } from "../bytes";
import { verifyCertificate, type DeviceCertificate } from "./certificate";

const MAX_REMEMBERED = 10_000; // far more than an operation has devices; a hostile tree fills no memory

export class CertificateMemo {
  readonly #verified = new Map<string, DeviceCertificate>();

  /** As `verifyCertificate`, at the price of a look-up from the second time on. */
  verify(encoded: Bytes): DeviceCertificate {
    const name = hex(encoded);
    const known = this.#verified.get(name);
    if (known !== undefined) {
      return known;
    }
    const certificate = verifyCertificate(encoded);
    if (this.#verified.size >= MAX_REMEMBERED) {
      this.#verified.clear();
    }
    this.#verified.set(name, certificate);
    return certificate;
  }
}
