/** What whoever reads a log sees of an MLSMessage without any key: nothing of it is verified here. */

import type { Bytes } from "../bytes";
import { decodeCommit } from "./commit";
import { decodePrivateMessage } from "./private-message";

export interface Framing {
  readonly epoch: bigint;
  readonly authenticatedData: Bytes;
}

/** Of a Commit, whose epoch is the one that it ends. @throws MalformedError, Refused (C2) */
export function framingOfCommit(message: Bytes): Framing {
  return decodeCommit(message).content;
}

/** Of an application message. @throws MalformedError, Refused (C2) */
export function framingOfApplication(message: Bytes): Framing {
  return decodePrivateMessage(message);
}
