/**
 * The operation id as people compare it: twelve words that can be said in nine languages, and a QR code.
 *
 * Each word is 16 bits as consonant-vowel-consonant-vowel-consonant; together they are the first 192 bits of the id.
 */

import { equal, fromHex, hex, type Bytes } from "../bytes";
import { fixed } from "../codec";
import { MalformedError, ProtocolError } from "../errors";
import { PUBLIC_KEY_BYTES as IDENTITY_KEY_BYTES } from "../primitives/signatures";
import { PUBLIC_KEY_BYTES as EXCHANGE_KEY_BYTES } from "../primitives/x25519";
import * as labels from "./labels";
import { OPERATION_ID_BYTES } from "./sizes";

const WORDS = 12;
const KEY_WORDS = 6;
const WORD_BYTES = 2;
const QR_PREFIX = "CENCOMM1:";
const CONSONANTS = "bdfghjklmnprstvz"; // 16, without those that languages pronounce apart or mix up
const VOWELS = "aiou";
const LETTERS = [CONSONANTS, VOWELS, CONSONANTS, VOWELS, CONSONANTS] as const;
const MAX_TEXT = 1000; // a text field filled by mistake is refused before it is read

/** The words are of another operation: a wrong letter, or a relay that shows a ledger of its own. */
export class FingerprintMismatch extends ProtocolError {}

/** The twelve words of an operation. */
export function words(operation: Bytes): readonly string[] {
  return Array.from({ length: WORDS }, (_, place) => word(operation[2 * place]! * 256 + operation[2 * place + 1]!));
}

/** Six words, 96 bits, for the keys of one person, to be compared by voice. */
export function keyWords(identityKey: Bytes, exchangeKey: Bytes): readonly string[] {
  const keys = [fixed(identityKey, IDENTITY_KEY_BYTES), fixed(exchangeKey, EXCHANGE_KEY_BYTES)];
  return words(labels.labelledHash(labels.KEY_WORDS, ...keys)).slice(0, KEY_WORDS);
}

/** @throws MalformedError no words of a fingerprint. @throws FingerprintMismatch those of another operation. */
export function verifyWords(operation: Bytes, text: string): void {
  if (!equal(fromWords(text), operation.slice(0, WORDS * WORD_BYTES))) {
    throw new FingerprintMismatch("the words are not those of this operation: check the access letter");
  }
}

/** The first 24 bytes of the operation id that these words write; case and spacing do not matter. @throws MalformedError */
export function fromWords(text: string): Bytes {
  if (text.length > MAX_TEXT) {
    throw new MalformedError("this is far longer than twelve words");
  }
  const spoken = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (spoken.length !== WORDS) {
    throw new MalformedError(`a fingerprint has ${WORDS} words, here are ${spoken.length}`);
  }
  return Uint8Array.from(spoken.map(number).flatMap((value) => [value >> 8, value & 0xff]));
}

export function qrText(operation: Bytes): string {
  return QR_PREFIX + hex(operation).toUpperCase();
}

/** The operation id that a QR code holds, whole. @throws MalformedError another QR code. */
export function parseQrText(text: string): Bytes {
  const digits = text.slice(QR_PREFIX.length);
  if (!text.startsWith(QR_PREFIX) || digits !== digits.toUpperCase()) {
    throw new MalformedError("this is not the QR code of a CENcomm operation");
  }
  return fromHex(digits.toLowerCase(), OPERATION_ID_BYTES);
}

function word(value: number): string {
  return LETTERS.reduceRight(
    ({ rest, text }, letters) => ({
      rest: Math.floor(rest / letters.length),
      text: letters[rest % letters.length]! + text,
    }),
    { rest: value, text: "" },
  ).text;
}

function number(spoken: string): number {
  const digits = Array.from(spoken, (letter, place) => LETTERS[place]?.indexOf(letter) ?? -1);
  if (digits.length !== LETTERS.length || digits.includes(-1)) {
    throw new MalformedError(`'${spoken}' is no word of a fingerprint`);
  }
  return digits.reduce((value, digit, place) => value * LETTERS[place]!.length + digit, 0);
}
