/** Giving bytes to whoever sits here, as a file of theirs. */

import { safeName } from "../attachments/file-names";
import type { Bytes } from "../bytes";

const OCTETS = "application/octet-stream"; // whatever its author says: a browser that does not know a type only saves it
const SAVING_MILLISECONDS = 60_000; // a browser may ask where to save before it reads

/** Saved under a name that is no path, as bytes of no type: nothing opens it, or runs it in this page's name. */
export function save(name: string, content: Bytes): void {
  const address = URL.createObjectURL(new Blob([content.slice()], { type: OCTETS }));
  const link = document.createElement("a");
  link.href = address;
  link.download = safeName(name);
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), SAVING_MILLISECONDS);
}
