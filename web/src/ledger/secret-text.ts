/**
 * 128 bits as people copy them from paper: 26 symbols of Crockford's base 32 and one check symbol, in groups.
 *
 * Reading forgives case, spaces and hyphens, O for 0, I and L for 1. Source: https://www.crockford.com/base32.html
 */

import type { Bytes } from "../bytes";
import { MalformedError, UsageError } from "../errors";

const SECRET_BYTES = 16;
const SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHECK_SYMBOLS = `${SYMBOLS}*~$=U`;
const DIGITS = 26; // of 5 bits: 130, the first two bits are zero
const GROUP = /.{1,5}/g;
const MAX_TEXT = 200;

/**
 * The bytes that a person typed; `what` is what they call it, with its article.
 *
 * @throws MalformedError a symbol is wrong, missing or swapped; the text says what to do.
 */
export function readSecret(text: string, what: string): Bytes {
  if (text.length > MAX_TEXT) {
    throw new MalformedError(`this is far longer than ${what}`);
  }
  const symbols = text
    .toUpperCase()
    .replace(/[ \-\t\n\r]/g, "")
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1");
  if (symbols.length !== DIGITS + 1) {
    throw new MalformedError(`${what} has ${DIGITS + 1} symbols, here are ${symbols.length}`);
  }
  let value = 0n;
  for (const symbol of symbols.slice(0, DIGITS)) {
    const digit = SYMBOLS.indexOf(symbol);
    if (digit < 0) {
      throw new MalformedError(`'${symbol}' does not occur in ${what}`);
    }
    value = value * BigInt(SYMBOLS.length) + BigInt(digit);
  }
  const check = CHECK_SYMBOLS.indexOf(symbols.slice(DIGITS));
  if (BigInt(check) !== value % BigInt(CHECK_SYMBOLS.length) || value >> BigInt(8 * SECRET_BYTES) !== 0n) {
    throw new MalformedError(`there is a typing mistake in ${what}: compare it with the letter, symbol by symbol`);
  }
  return Uint8Array.from({ length: SECRET_BYTES }, (_, place) =>
    Number((value >> BigInt(8 * (SECRET_BYTES - 1 - place))) & 0xffn),
  );
}

/** What a letter shows. It is the secret itself: show it, never log it. */
export function writeSecret(secret: Bytes): string {
  if (secret.length !== SECRET_BYTES) {
    throw new UsageError(`${SECRET_BYTES} bytes are written so, not ${secret.length}`);
  }
  const value = secret.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
  const digits = Array.from(
    { length: DIGITS },
    (_, place) => SYMBOLS[Number((value >> BigInt(5 * (DIGITS - 1 - place))) & 31n)]!,
  );
  const check = CHECK_SYMBOLS[Number(value % BigInt(CHECK_SYMBOLS.length))]!;
  return [...digits, check].join("").match(GROUP)!.join("-");
}
