/** The relay's routes for reading a channel: its log, the Welcomes that wait, what members say of them (section 8). */

import { hex, type Bytes } from "../bytes";
import { MalformedError } from "../errors";
import { asDocument, bytesOf, listOf, numberOf } from "./answers";
import { toBase64 } from "./base64";
import type { Caller } from "./caller";

const ID_BYTES = 16;
const HASH_BYTES = 32;
const MAX_MESSAGE_BYTES = 1 << 20; // docs/protocol.md section 9
const MAX_WELCOME_BYTES = 16 << 20;
const MAX_PAGE_ENTRIES = 500;

/** The log that is asked for: one channel of an operation in one generation. */
export interface LogName {
  readonly operation: Bytes;
  readonly channel: Bytes;
  readonly generation: number;
}

/** `epoch` is the one that the message was made in; for a Commit, the one that it ends. The relay's word alone. */
export interface LogEntry {
  readonly sequence: number;
  readonly kind: number;
  readonly epoch: bigint;
  readonly message: Bytes;
}

/** Entries after the cursor, in order, and the signed head, which may be further: ask again. */
export interface LogPage {
  readonly previous: Bytes; // log hash at the cursor; zeros at 0
  readonly entries: readonly LogEntry[];
  readonly head: Bytes; // signed LogHead
}

/** A Welcome for a device; `sequence` is that of the Commit in the log that added it. */
export interface WaitingWelcome {
  readonly device: Bytes;
  readonly sequence: number;
  readonly welcome: Bytes;
  readonly ratchetTree: Bytes;
}

/** Where to read on: behind entry `after`, whose hash is checked when it is given; at most `limit` entries. */
export interface LogCursor {
  readonly after: number;
  readonly hash?: Bytes;
  readonly limit?: number;
}

/** What a device that follows a channel asks of the relay. Every call throws as `Caller.ask`. */
export interface ChannelRelay {
  log(name: LogName, cursor: LogCursor): Promise<LogPage>;
  welcomes(name: LogName): Promise<readonly WaitingWelcome[]>;
  forgetWelcome(name: LogName, welcome: WaitingWelcome): Promise<void>;
  reject(name: LogName, rejection: Bytes): Promise<void>;
}

export class ChannelRoutes implements ChannelRelay {
  constructor(private readonly relay: Caller) {}

  async log(name: LogName, cursor: LogCursor): Promise<LogPage> {
    const hash = cursor.hash === undefined ? "" : `&hash=${hex(cursor.hash)}`;
    const limit = cursor.limit === undefined ? "" : `&limit=${cursor.limit}`;
    const answer = await this.relay.ask("GET", `${path(name)}/log?after=${cursor.after}${hash}${limit}`);
    const entries = listOf(answer, "entries", readEntry);
    if (entries.length > MAX_PAGE_ENTRIES) {
      throw new MalformedError(`a page of a log has at most ${MAX_PAGE_ENTRIES} entries`);
    }
    return { previous: bytesOf(answer, "previous", HASH_BYTES), entries, head: bytesOf(answer, "head") };
  }

  async welcomes(name: LogName): Promise<readonly WaitingWelcome[]> {
    return listOf(await this.relay.ask("GET", `${path(name)}/welcomes`), "welcomes", readWelcome);
  }

  /** Once the device has entered: it bounds what the relay keeps, and nothing depends on it. */
  async forgetWelcome(name: LogName, welcome: WaitingWelcome): Promise<void> {
    await this.relay.ask("DELETE", `${path(name)}/welcomes/${hex(welcome.device)}/${welcome.sequence}`);
  }

  async reject(name: LogName, rejection: Bytes): Promise<void> {
    await this.relay.ask("POST", `${path(name)}/rejections`, { rejection: toBase64(rejection) });
  }
}

function path(name: LogName): string {
  return `/v1/operations/${hex(name.operation)}/channels/${hex(name.channel)}/${name.generation}`;
}

function readEntry(item: unknown): LogEntry {
  const entry = asDocument(item);
  const message = bytesOf(entry, "message");
  refuseLonger(message, MAX_MESSAGE_BYTES);
  return {
    sequence: numberOf(entry, "sequence"),
    kind: numberOf(entry, "kind"),
    epoch: BigInt(numberOf(entry, "epoch")),
    message,
  };
}

function readWelcome(item: unknown): WaitingWelcome {
  const document = asDocument(item);
  const [welcome, ratchetTree] = [bytesOf(document, "welcome"), bytesOf(document, "ratchet_tree")];
  refuseLonger(welcome, MAX_WELCOME_BYTES);
  refuseLonger(ratchetTree, MAX_WELCOME_BYTES);
  return {
    device: bytesOf(document, "device", ID_BYTES),
    sequence: numberOf(document, "sequence"),
    welcome,
    ratchetTree,
  };
}

function refuseLonger(value: Bytes, most: number): void {
  if (value.length > most) {
    throw new MalformedError(`the relay sends ${value.length} bytes where at most ${most} are allowed`);
  }
}
