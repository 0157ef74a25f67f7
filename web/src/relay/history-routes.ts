/** The relay's routes for who asked for history: what answers, and what was taken of it (docs/protocol.md section 8). */

import { hex, type Bytes } from "../bytes";
import { MalformedError } from "../errors";
import { listOf } from "./answers";
import { fromBase64 } from "./base64";
import type { Caller } from "./caller";

const MAX_CHUNK_BYTES = (1 << 20) + (1 << 10); // section 9
const MAX_CHUNKS = 4000;

/** A request of ours in an operation. */
export interface RequestName {
  readonly operation: Bytes;
  readonly request: Bytes;
}

/** Every call throws as `Caller.ask`. */
export class HistoryRoutes {
  constructor(private readonly relay: Caller) {}

  /** What answers for the entries from `first` on, as far as there is no gap now. */
  async chunks(name: RequestName, first: number): Promise<readonly Bytes[]> {
    const chunks = listOf(await this.relay.ask("GET", `${path(name)}/chunks?first=${first}`), "chunks", fromBase64);
    if (chunks.length > MAX_CHUNKS || chunks.some((chunk) => chunk.length > MAX_CHUNK_BYTES)) {
      throw new MalformedError("the relay gives more history at once than there can be");
    }
    return chunks;
  }

  /** All up to entry `last` has an answer here: what answered for it need not be kept. */
  async take(name: RequestName, last: number): Promise<void> {
    await this.relay.ask("POST", `${path(name)}/taken`, { last });
  }

  /** Nothing (more) of that server is wanted for this request. */
  async refuse(name: RequestName, server: Bytes): Promise<void> {
    await this.relay.ask("DELETE", `${path(name)}/answers/${hex(server)}`);
  }

  /** Nothing more is wanted for this request. */
  async drop(name: RequestName): Promise<void> {
    await this.relay.ask("DELETE", path(name));
  }
}

function path({ operation, request }: RequestName): string {
  return `/v1/operations/${hex(operation)}/history/${hex(request)}`;
}
