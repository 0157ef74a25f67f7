/**
 * The OpaqueString profile of RFC 8265 section 4.2: one spelling of what a person typed, on every computer.
 *
 * As strict as `cencomm/client/account/opaque_string.py`: characters that are valid in some context only are refused;
 * of them only the Arabic-Indic digits are kept, since our users type them.
 */

import { utf8 } from "../bytes";
import { UsageError } from "../errors";

const MAX_TEXT_BYTES = 1024; // in UTF-8
const VALID = /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]$/u; // RFC 8264 section 4.3.1

const CONTEXTUAL =
  /[\u0640\u07fa\u302e\u302f\u3031-\u3035\u303b\u00b7\u0375\u05f3\u05f4\u30fb]/u; // RFC 8264 section 9.6
const OLD_HANGUL_JAMO = /[\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb]/u; // RFC 8264 section 9.9
const IGNORABLE = /[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\u{e0100}-\u{e01ef}]/u; // section 9.13
const ARABIC_INDIC = /[\u0660-\u0669]/u;
const EXTENDED_ARABIC_INDIC = /[\u06f0-\u06f9]/u;

/** It cannot be anybody's name or password. */
export class UnusableText extends UsageError {}

/** `text` in the one spelling that is hashed: spaces mapped to U+0020, composed (NFC), case kept. @throws UnusableText */
export function enforce(text: string): string {
  const composed = text.replace(/\p{Zs}/gu, " ").normalize("NFC");
  if (composed === "") {
    throw new UnusableText("nothing was typed");
  }
  for (const letter of composed) {
    if (!VALID.test(letter) || CONTEXTUAL.test(letter) || OLD_HANGUL_JAMO.test(letter) || IGNORABLE.test(letter)) {
      const code = letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
      throw new UnusableText(`U+${code} cannot be used in names and passwords`);
    }
  }
  if (ARABIC_INDIC.test(composed) && EXTENDED_ARABIC_INDIC.test(composed)) {
    throw new UnusableText("two kinds of Arabic digits that look alike are mixed (RFC 5892 appendices A.8 and A.9)");
  }
  if (utf8(composed).length > MAX_TEXT_BYTES) {
    throw new UnusableText(`longer than ${MAX_TEXT_BYTES} bytes`);
  }
  return composed;
}
