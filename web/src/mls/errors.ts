/** What can be wrong with somebody else's MLS. In every case nothing was changed (`cencomm/mls/errors.py`). */

import { ProtocolError } from "../errors";

/** The message belongs to another group. */
export class WrongGroup extends ProtocolError {
  constructor() {
    super("the message belongs to another group");
  }
}

/** Not for the current epoch: keys of past epochs are gone, keys of future ones do not exist yet. */
export class WrongEpoch extends ProtocolError {
  constructor(
    readonly got: bigint,
    readonly current: bigint,
  ) {
    super(`message is for epoch ${got}, group is at ${current}`);
  }
}

/** The message names our own leaf as its sender: what we sent changed our state when it was made. */
export class OwnMessage extends ProtocolError {
  constructor() {
    super("the message comes from our own leaf");
  }
}

/** A membership or confirmation tag that no member of this epoch computed over these bytes. */
export class BadTag extends ProtocolError {}

/** The key of this generation of a sender was used or skipped, and is deleted (RFC 9420 section 9.2). */
export class KeyConsumed extends ProtocolError {
  constructor(
    readonly generation: number,
    readonly current: number,
  ) {
    super(`generation ${generation} is gone, the sender's ratchet stands at ${current}`);
  }
}

/** A generation so far ahead that deriving it would be a denial of service. */
export class TooFarAhead extends ProtocolError {}

/** The message names a leaf at which nobody is. */
export class NoSuchMember extends ProtocolError {
  constructor(leaf: number) {
    super(`leaf ${leaf} is blank`);
  }
}

/** RFC 9420 section 7.3 refuses this leaf. */
export class InvalidLeafNode extends ProtocolError {}

/** RFC 9420 section 10.1 refuses this key package. */
export class InvalidKeyPackage extends ProtocolError {}

/** RFC 9420 section 12.4.3.1 or 7.9.2 refuses this ratchet tree. */
export class InvalidTree extends ProtocolError {}

/** RFC 9420 section 12.1 or 12.2 refuses this proposal or this list of proposals. */
export class InvalidProposal extends ProtocolError {}

/** RFC 9420 section 12.4.2 refuses this Commit. */
export class InvalidCommit extends ProtocolError {}

/** RFC 9420 section 12.4.3.1 or our profile refuses this Welcome. */
export class InvalidWelcome extends ProtocolError {}

/** The Welcome holds nothing for this key package: try the next one. */
export class NotForUs extends ProtocolError {
  constructor() {
    super("the Welcome holds nothing for this key package");
  }
}

/**
 * A member of this epoch removed our leaf by a Commit whose signature, membership tag, proposals and path verify.
 * Its confirmation tag cannot be checked by whoever it removes. The group is over for us.
 */
export class RemovedFromGroup extends ProtocolError {
  constructor(readonly committer: number) {
    super(`leaf ${committer} removed us from the group`);
  }
}
