/**
 * One password, two keys (rules D1, D2; docs/protocol.md section 7).
 *
 * The sign-in secret goes to the relay, the wrapping key never leaves the browser. Both come from one Argon2id run.
 */

import { concat, utf8, type Bytes } from "../bytes";
import { opaque } from "../codec";
import { UsageError } from "../errors";
import { hkdfExpand, sha256 } from "../primitives/hashes";
import { isKnownProfile, SALT_BYTES, type Stretch } from "../primitives/password";
import { enforce, UnusableText } from "./opaque-string";

export const CURRENT_PROFILE = 1; // of new passwords

const LABEL_NAME = utf8("cencomm sign-in name");
const LABEL_SALT = utf8("cencomm sign-in salt");
const LABEL_SIGN_IN = utf8("cencomm sign-in");
const LABEL_WRAPPING = utf8("cencomm wrapping");
const LABEL_SESSION_LABEL = utf8("cencomm session label");

const HANDLE_BYTES = 16;
const KEY_BYTES = 32;
const MAX_NAME_BYTES = 255;

/** Everything public that the keys depend on. */
export interface SignInParameters {
  readonly relayName: string;
  readonly handle: Bytes;
  readonly salt: Bytes;
  readonly profile: number;
}

export interface SignInKeys {
  readonly signInSecret: Bytes; // proves the password to the relay
  readonly wrappingKey: Bytes; // opens the random keys of vault and mailbox; never sent, never stored
  readonly labelKey: Bytes; // seals the names of one's computers in the relay's list of sessions
  readonly withDeviceSecret: boolean; // of the wrapping key: the vault opens to no other
}

/** A number that we do not know: a relay cannot ask for a cheaper guess (D1). */
export class UnknownProfile extends UsageError {}

/**
 * What the relay knows instead of the name; the same name has another handle at every relay.
 *
 * @throws UnusableText the name is empty, too long, or holds characters that are not allowed.
 */
export function signInHandle(relayName: string, name: string): Bytes {
  const spelling = utf8(enforce(enforce(name).toLowerCase())); // lower case can undo the NFC form
  if (spelling.length > MAX_NAME_BYTES) {
    throw new UnusableText(`a name has at most ${MAX_NAME_BYTES} bytes`);
  }
  return sha256(concat(opaque(LABEL_NAME), opaque(encodedRelayName(relayName)), opaque(spelling))).slice(0, HANDLE_BYTES);
}

/** The salt of one account at one relay: a relay that hands out another's salt gains nothing by it. */
export function effectiveSalt(parameters: SignInParameters): Bytes {
  if (!isKnownProfile(parameters.profile)) {
    throw new UnknownProfile(`password profile ${parameters.profile} is unknown: update this program`);
  }
  if (parameters.salt.length !== SALT_BYTES || parameters.handle.length !== HANDLE_BYTES) {
    throw new UsageError("the salt or the handle has a wrong length");
  }
  const { relayName, handle, salt } = parameters;
  return sha256(concat(opaque(LABEL_SALT), opaque(encodedRelayName(relayName)), handle, salt)).slice(0, SALT_BYTES);
}

/** The keys of an account. Takes a second or two: call it in a worker. `deviceSecret`: a coordinator's (D3), or null. */
export function deriveKeys(
  password: string,
  parameters: SignInParameters,
  deviceSecret: Bytes | null,
  stretch: Stretch,
): SignInKeys {
  const salt = effectiveSalt(parameters); // judged before the password is touched
  const stretched = stretch(utf8(enforce(password)), salt, parameters.profile);
  const wrapping = deviceSecret === null ? LABEL_WRAPPING : concat(LABEL_WRAPPING, deviceSecret);
  return {
    signInSecret: hkdfExpand(stretched, LABEL_SIGN_IN, KEY_BYTES),
    wrappingKey: hkdfExpand(stretched, wrapping, KEY_BYTES),
    labelKey: hkdfExpand(stretched, LABEL_SESSION_LABEL, KEY_BYTES),
    withDeviceSecret: deviceSecret !== null,
  };
}

function encodedRelayName(name: string): Bytes {
  const encoded = utf8(name);
  if (encoded.length === 0 || encoded.length > MAX_NAME_BYTES) {
    throw new UsageError(`a relay's name has 1 to ${MAX_NAME_BYTES} bytes`);
  }
  return encoded;
}
