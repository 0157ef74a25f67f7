/** Errors say whose fault it is, as in `cencomm/errors.py`. */

/** Everything that we raise on purpose. */
export class CencommError extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** Our caller broke the contract. */
export class UsageError extends CencommError {}

/** The peer sent what the protocol rejects. */
export class ProtocolError extends CencommError {}

/** Bytes that are not what they should be; the only error of a decoder. */
export class MalformedError extends ProtocolError {}

/** Try again later: nothing was decided. */
export class Unavailable extends CencommError {}

/** The key did not sign these bytes, or is no key that can sign. */
export class BadSignature extends ProtocolError {
  constructor() {
    super("the signature does not verify");
  }
}

/** Wrong key, other associated data, or bytes changed. */
export class DecryptionFailed extends ProtocolError {
  constructor() {
    super("this does not decrypt");
  }
}

/** Somebody broke a rule; nothing was changed. `rule` is its number, `sentence` is for people. */
export class Refused extends ProtocolError {
  constructor(
    readonly rule: string,
    readonly sentence: string,
  ) {
    super(`${sentence} (${rule})`);
  }
}
