/** Calls whose body or answer is bare bytes, as chunks of attachments are (docs/protocol.md section 8). */

import type { Bytes } from "../bytes";
import type { Caller } from "./caller";

export interface ByteCaller extends Caller {
  /** The relay has these bytes, on disk. Throws as `ask`. */
  put(path: string, content: Bytes): Promise<void>;

  /** What the relay answers, refused beyond `most` bytes. Throws as `ask`. */
  get(path: string, most: number): Promise<Bytes>;
}
