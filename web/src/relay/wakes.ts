/** What the relay pushes, read field by field (docs/protocol.md section 8). A push is a wake-up; the log is the truth. */

import type { Bytes } from "../bytes";
import { MalformedError } from "../errors";
import { LogKind } from "../ledger/kinds";
import { asDocument, bytesOf, numberOf, textOf, type Document } from "./answers";

const OPERATION_BYTES = 32;
const ID_BYTES = 16;
const MAX_GENERATION = 2 ** 32 - 1;

interface InChannel {
  readonly operation: Bytes;
  readonly channel: Bytes;
  readonly generation: number;
}

export type Pushed =
  | (InChannel & {
      readonly type: "log";
      readonly entry: {
        readonly sequence: number;
        readonly kind: LogKind;
        readonly epoch: number;
        readonly message: Bytes;
      };
    })
  | { readonly type: "ledger"; readonly operation: Bytes; readonly sequence: number }
  | (InChannel & { readonly type: "welcome" })
  | { readonly type: "enrolment"; readonly operation: Bytes }
  | { readonly type: "key_packages"; readonly device: Bytes; readonly remaining: number }
  | (InChannel & { readonly type: "rejection" })
  | { readonly type: "history"; readonly operation: Bytes; readonly request: Bytes };

/** A connection stands from now on: read what was missed, then listen. */
export type Wake = { readonly type: "connected" } | { readonly type: "disconnected" } | Pushed;

/**
 * The frame that exactly `data` writes.
 *
 * @throws MalformedError anything else; also an answer to a publish, since we send none through the stream.
 */
export function readPushed(data: unknown): Pushed {
  if (typeof data !== "string") {
    throw new MalformedError("the relay pushes binary frames");
  }
  let frame: Document;
  try {
    frame = asDocument(JSON.parse(data));
  } catch {
    throw new MalformedError("the relay pushes what is no frame");
  }
  const type = textOf(frame, "type");
  const fields = FIELDS.get(type);
  if (fields === undefined) {
    throw new MalformedError("the relay pushes what is no frame");
  }
  only(frame, ["type", ...fields]);
  const operation = (): Bytes => bytesOf(frame, "operation", OPERATION_BYTES);
  switch (type) {
    case "log":
      return { type, ...place(frame), entry: readEntry(asDocument(frame["entry"])) };
    case "ledger":
      return { type, operation: operation(), sequence: numberOf(frame, "sequence") };
    case "welcome":
    case "rejection":
      return { type, ...place(frame) };
    case "enrolment":
      return { type, operation: operation() };
    case "key_packages":
      return { type, device: bytesOf(frame, "device", ID_BYTES), remaining: numberOf(frame, "remaining") };
    case "history":
      return { type, operation: operation(), request: bytesOf(frame, "request", ID_BYTES) };
    default:
      throw new MalformedError("the relay pushes what is no frame");
  }
}

const PLACE = ["operation", "channel", "generation"];
const FIELDS: ReadonlyMap<string, readonly string[]> = new Map([
  ["log", [...PLACE, "entry"]],
  ["ledger", ["operation", "sequence"]],
  ["welcome", PLACE],
  ["rejection", PLACE],
  ["enrolment", ["operation"]],
  ["key_packages", ["device", "remaining"]],
  ["history", ["operation", "request"]],
]);

function place(frame: Document): InChannel {
  const generation = numberOf(frame, "generation");
  if (generation < 1 || generation > MAX_GENERATION) {
    throw new MalformedError("no generation of a channel");
  }
  return { operation: bytesOf(frame, "operation", OPERATION_BYTES), channel: bytesOf(frame, "channel", ID_BYTES), generation };
}

function readEntry(entry: Document): Extract<Pushed, { type: "log" }>["entry"] {
  only(entry, ["sequence", "kind", "epoch", "message"]);
  const kind = numberOf(entry, "kind");
  if (kind !== LogKind.commit && kind !== LogKind.application) {
    throw new MalformedError("an entry of an unknown kind");
  }
  return { sequence: numberOf(entry, "sequence"), kind, epoch: numberOf(entry, "epoch"), message: bytesOf(entry, "message") };
}

/** Unknown fields are refused, as everywhere in section 8. */
function only(document: Document, fields: readonly string[]): void {
  if (Object.keys(document).some((field) => !fields.includes(field))) {
    throw new MalformedError("the relay pushes a frame with a field that nobody knows");
  }
}
