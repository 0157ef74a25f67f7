/** The second factor as its owner handles it: an authenticator's secret, its codes, recovery codes (D2, section 7.2). */

import { concat, utf8, type Bytes } from "../bytes";
import { opaque } from "../codec";
import { UsageError } from "../errors";
import type { Entropy } from "../primitives/entropy";
import { sha256 } from "../primitives/hashes";

const LABEL_RECOVERY_CODE = utf8("cencomm recovery code");
const TOTP_SECRET_BYTES = 20; // RFC 4226 section 4, R6: 160 bits are recommended
const RECOVERY_CODES = 10;
const RECOVERY_CODE_LETTERS = 20; // of 5 bits: 100 bits need no slow hash to be kept
const RECOVERY_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford's base 32, as on access letters
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"; // RFC 4648 section 6
const LETTER_BITS = 5;
const WRITTEN_TOGETHER = { secret: /.{4}/g, code: /.{5}/g };
const MAX_TYPED_LETTERS = 100;
const CODE = new RegExp(`^(?:[0-9]{6}|[${RECOVERY_LETTERS}]{${RECOVERY_CODE_LETTERS}})$`);

/** Neither six digits nor a recovery code. */
export class UnusableCode extends UsageError {}

/** What authenticator and relay share. */
export function newTotpSecret(entropy: Entropy): Bytes {
  return entropy(TOTP_SECRET_BYTES);
}

/** In groups, to be typed where no camera is. It is the secret itself: show it once, never log it. */
export function totpText(secret: Bytes): string {
  return inGroups(base32(secret), WRITTEN_TOGETHER.secret, " ");
}

/** What the QR code says, in the form that authenticators read. The names stay on screen and telephone. */
export function totpUri(secret: Bytes, name: string, relayName: string): string {
  const [issuer, account] = [encodeURIComponent(relayName), encodeURIComponent(name)];
  return `otpauth://totp/${issuer}:${account}?secret=${base32(secret)}&issuer=${issuer}`;
}

/** Ten of 100 bits each, without their hyphens. Only their owner ever has them: the relay gets verifiers. */
export function newRecoveryCodes(entropy: Entropy): readonly string[] {
  return Array.from({ length: RECOVERY_CODES }, () =>
    Array.from(entropy(RECOVERY_CODE_LETTERS), (byte) => RECOVERY_LETTERS.charAt(byte % RECOVERY_LETTERS.length)).join(""),
  );
}

/** As it is written down. */
export function recoveryCodeText(code: string): string {
  return inGroups(code, WRITTEN_TOGETHER.code, "-");
}

/** What the relay keeps of a recovery code. */
export function recoveryVerifier(code: string): Bytes {
  return sha256(concat(opaque(LABEL_RECOVERY_CODE), utf8(code)));
}

/**
 * What somebody typed, in the spelling of the wire: spaces, hyphens and look-alike letters are forgiven.
 *
 * @throws UnusableCode neither six digits nor a recovery code.
 */
export function readCode(text: string): string {
  const letters = text.slice(0, MAX_TYPED_LETTERS).toUpperCase().replace(/[ \-\t]/g, "");
  const plain = letters.replace(/O/g, "0").replace(/[IL]/g, "1");
  if (!CODE.test(plain)) {
    throw new UnusableCode("a code has six digits, a recovery code twenty letters and digits");
  }
  return plain;
}

/** RFC 4648, of a length that needs no padding. */
function base32(value: Bytes): string {
  const bits = Array.from(value, (byte) => byte.toString(2).padStart(8, "0")).join("");
  const letters = Array.from({ length: bits.length / LETTER_BITS }, (_, place) =>
    BASE32.charAt(parseInt(bits.slice(LETTER_BITS * place, LETTER_BITS * (place + 1)), 2)),
  );
  return letters.join("");
}

function inGroups(text: string, group: RegExp, between: string): string {
  return (text.match(group) ?? []).join(between);
}
