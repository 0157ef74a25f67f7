/**
 * Names under which files are saved: whatever a sender calls a file, one plain file in one folder (rule A7). The same
 * names as `cencomm/client/attachments/file_names.py` gives.
 */

const MAX_SAVED_NAME_BYTES = 120; // 255 is what file systems take; room for a number, and for names that grow when copied
const MAX_SUFFIX_BYTES = 16;
const NAMELESS = "attachment";

const FORBIDDEN = /[<>:"/\\|?*]/; // by one file system or another
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u; // acts or hides: NUL, line breaks, overrides of direction, half of a letter
const JOINERS = /[\u200c\u200d]/; // Persian, Urdu and emoji are wrong without them
const ENDS = /^[ .\u200c\u200d]+|[ .\u200c\u200d]+$/g; // a leading dot hides the file, a trailing one is dropped by Windows

/** Names that Windows takes for devices. Source: Naming Files, Paths, and Namespaces, Microsoft. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\.|$)/i;

/** A file name without folders, devices, hidden letters or directions, that every file system takes. */
export function safeName(name: string): string {
  const last = name.normalize("NFC").replaceAll("\\", "/").replace(/\/+$/, "").split("/").at(-1) ?? "";
  const plain = Array.from(last, plainLetter).join("").replace(ENDS, "");
  return shortened(DEVICE.test(plain) || /^[-~]/.test(plain) ? `_${plain}` : plain) || NAMELESS;
}

function plainLetter(letter: string): string {
  if (/\p{Zs}/u.test(letter)) {
    return " "; // French and macOS write others
  }
  return JOINERS.test(letter) || !(FORBIDDEN.test(letter) || UNPRINTABLE.test(letter)) ? letter : "_";
}

function shortened(name: string): string {
  if (length(name) <= MAX_SAVED_NAME_BYTES) {
    return name;
  }
  const [found = ""] = /(?<=[^])\.[^.]+$/.exec(name) ?? [];
  const suffix = length(found) <= MAX_SUFFIX_BYTES ? found : "";
  const letters = Array.from(suffix === "" ? name : name.slice(0, -suffix.length));
  let stem = "";
  for (const letter of letters) {
    if (length(stem + letter + suffix) > MAX_SAVED_NAME_BYTES) {
      break;
    }
    stem += letter;
  }
  return stem.replace(ENDS, "") + suffix;
}

function length(text: string): number {
  return new TextEncoder().encode(text).length;
}
