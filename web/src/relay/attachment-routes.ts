/** The relay's routes for the files of messages (docs/protocol.md sections 6.2 and 8). */

import { hex, type Bytes } from "../bytes";
import { MalformedError } from "../errors";
import { asDocument, listOf, numberOf, type Document } from "./answers";
import type { ByteCaller } from "./byte-caller";

/** What the relay has of an attachment; sizes are those of sealed bytes. */
export interface AttachmentState {
  readonly size: number;
  readonly chunk: number;
  readonly missing: readonly number[]; // chunks that are not there, ascending
}

export interface AttachmentPlace {
  readonly operation: Bytes;
  readonly channel: Bytes;
  readonly attachment: Bytes;
}

export class AttachmentRoutes {
  constructor(private readonly relay: ByteCaller) {}

  /** The relay takes chunks of an attachment of this size from us; which it lacks. Throws as `Caller.ask`. */
  async announce(place: AttachmentPlace, size: number, chunk: number): Promise<AttachmentState> {
    return readState(await this.relay.ask("PUT", path(place), { size, chunk }));
  }

  async putChunk(place: AttachmentPlace, number: number, sealed: Bytes): Promise<void> {
    await this.relay.put(`${path(place)}/chunks/${number}`, sealed);
  }

  /** `count` sealed chunks from `first` on, one behind the other. */
  async chunks(place: AttachmentPlace, first: number, count: number, most: number): Promise<Bytes> {
    return this.relay.get(`${path(place)}/chunks?first=${first}&count=${count}`, most);
  }
}

function readState(answer: Document): AttachmentState {
  const missing = listOf(answer, "missing", (item) => numberOf(asDocument({ item }), "item"));
  if (missing.some((number, place) => place > 0 && number <= missing[place - 1]!)) { // before it: there is one
    throw new MalformedError("missing chunks are named in their order");
  }
  return { size: numberOf(answer, "size"), chunk: numberOf(answer, "chunk"), missing };
}

function path({ operation, channel, attachment }: AttachmentPlace): string {
  return `/v1/operations/${hex(operation)}/channels/${hex(channel)}/attachments/${hex(attachment)}`;
}
