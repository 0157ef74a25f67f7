/** What all members agree on in an epoch (RFC 9420 section 8.1). In our profile it has no extensions. */

import { concat, type Bytes } from "../bytes";
import { opaque, uint, type Reader } from "../codec";
import { MalformedError } from "../errors";
import { encodeExtensions, readExtensions } from "./extension";
import { MLS10 } from "./leaf-node";
import { CIPHER_SUITE } from "./suite";

export interface GroupContext {
  readonly groupId: Bytes;
  readonly epoch: bigint;
  readonly treeHash: Bytes;
  readonly confirmedTranscriptHash: Bytes;
}

/** @throws MalformedError of another version, suite or profile than ours. */
export function readGroupContext(reader: Reader): GroupContext {
  if (reader.uint(2) !== MLS10 || reader.uint(2) !== CIPHER_SUITE) {
    throw new MalformedError("a group of another version or cipher suite than ours");
  }
  const [groupId, epoch, treeHash] = [reader.opaque(), reader.uint64(), reader.opaque()];
  const confirmedTranscriptHash = reader.opaque();
  if (readExtensions(reader).length > 0) {
    throw new MalformedError("a group with extensions, which our profile does not have");
  }
  return { groupId, epoch, treeHash, confirmedTranscriptHash };
}

export function encodeGroupContext(context: GroupContext): Bytes {
  return concat(
    uint(MLS10, 2),
    uint(CIPHER_SUITE, 2),
    opaque(context.groupId),
    uint(context.epoch, 8),
    opaque(context.treeHash),
    opaque(context.confirmedTranscriptHash),
    encodeExtensions([]),
  );
}
