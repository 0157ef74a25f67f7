/** Who wrote it is who sent it (rule S8): the leaf that MLS authenticated, not the name that an envelope carries. */

import { equal, type Bytes } from "../bytes";
import { Refused } from "../errors";
import type { DeviceCertificate } from "./certificate";

/** An insider posed as somebody else; quarantine the message and name the sender's leaf. */
export class AuthorRefused extends Refused {}

/** The envelope's `author` is this certificate: that of the leaf that sent it. @throws AuthorRefused it is another's. */
export function judgeAuthor(author: Bytes, certificate: DeviceCertificate): void {
  if (!equal(certificate.hash, author)) {
    throw new AuthorRefused("S8", "the envelope names another author than the device that sent it");
  }
}
