/** The access letter: what an officer gets outside the relay, on paper or by a trusted messenger (rule D7). */

import { fromHex, type Bytes } from "../bytes";
import { MalformedError } from "../errors";
import { hkdfExpand, hkdfExtract } from "../primitives/hashes";
import { parseQrText, verifyWords } from "./fingerprint";
import * as labels from "./labels";
import { readSecret } from "./secret-text";
import { ACCOUNT_ID_BYTES } from "./sizes";

const MAX_LETTER_CHARACTERS = 8192;
const MAX_ADDRESS_CHARACTERS = 255;
const TICKET_BYTES = 32;
const LINE_END = /\r\n|\r|\n/;
const YES = "yes";
const FIELDS = ["Relay", "Words", "QR", "Code"] as const;
type Field = (typeof FIELDS)[number];

/** Where to go, which operation it must be, and the code that the relay never sees. */
export interface AccessLetter {
  readonly relayAddress: string;
  readonly operation: Bytes;
  readonly code: Bytes;
  readonly asksForDeviceSecret: boolean; // a coordinator's (D3)
  readonly resets: Bytes | null; // of a reset letter: the account whose keys are to be new (section 3.6)
}

/**
 * The letter that `text` holds, among whatever somebody wrote around its four lines; words and QR text agree.
 *
 * @throws MalformedError a line is missing, stands twice, or holds a mistake that the message names.
 * @throws FingerprintMismatch words and QR text are of two operations.
 */
export function readLetter(text: string): AccessLetter {
  const lines = readLines(text);
  const operation = parseQrText(lines.QR);
  verifyWords(operation, lines.Words);
  return {
    relayAddress: readAddress(lines.Relay),
    operation,
    code: readSecret(lines.Code, "an enrolment code"),
    asksForDeviceSecret: readMark(text, "Asks for device secret"),
    resets: readAccount(text),
  };
}

/** What shows the relay that one holds the reset letter. It does not tell the code: no key can be enrolled with it. */
export function resetTicket(code: Bytes): Bytes {
  return hkdfExpand(hkdfExtract(new Uint8Array(0), code), labels.RESET, TICKET_BYTES);
}

function readLines(text: string): Readonly<Record<Field, string>> {
  if (text.length > MAX_LETTER_CHARACTERS) {
    throw new MalformedError("this is far longer than a letter");
  }
  const found = new Map<string, string>();
  for (const line of text.split(LINE_END)) {
    const [name, ...rest] = line.split(":");
    const field = FIELDS.find((known) => known === name!.trim());
    if (field === undefined || rest.length === 0) {
      continue;
    }
    if (found.has(field)) {
      throw new MalformedError(`the letter has two lines '${field}'`);
    }
    found.set(field, rest.join(":").trim());
  }
  const value = (field: Field): string => {
    const line = found.get(field);
    if (line === undefined) {
      throw new MalformedError(`the letter lacks the line '${field}'`);
    }
    return line;
  };
  return { Relay: value("Relay"), Words: value("Words"), QR: value("QR"), Code: value("Code") };
}

/** Whether the line is there that says yes to `name`: letters of before, which lack it, say no. */
function readMark(text: string, name: string): boolean {
  const said = valuesOf(text, name);
  if (said.length > 1 || said.some((value) => value !== YES)) {
    throw new MalformedError(`the line '${name}' of the letter says '${YES}', or is not there`);
  }
  return said.length === 1;
}

function readAccount(text: string): Bytes | null {
  const [account, ...more] = valuesOf(text, "Account");
  if (more.length > 0) {
    throw new MalformedError("the letter has two lines 'Account'");
  }
  return account === undefined ? null : fromHex(account, ACCOUNT_ID_BYTES);
}

function valuesOf(text: string, name: string): readonly string[] {
  const lines = text.split(LINE_END).map((line) => line.split(":"));
  return lines.filter((parts) => parts.length > 1 && parts[0]!.trim() === name).map(([, ...rest]) => rest.join(":").trim());
}

function readAddress(text: string): string {
  if (!/^https?:\/\//.test(text) || text.length > MAX_ADDRESS_CHARACTERS) {
    throw new MalformedError("the relay's address begins with https://");
  }
  if (!/^[\x21-\x7e]*$/.test(text)) {
    throw new MalformedError("the relay's address holds a character that no address has");
  }
  return text;
}
