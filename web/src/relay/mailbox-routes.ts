/** The relay's routes for the mailbox that roams (docs/protocol.md sections 7.1 and 8). */

import { hex, type Bytes } from "../bytes";
import { MalformedError } from "../errors";
import { asDocument, bytesOf, flagOf, listOf, numberOf, type Document } from "./answers";
import { fromBase64, toBase64 } from "./base64";
import type { Caller } from "./caller";

const NAME_BYTES = 32;
const NONCE_BYTES = 24;
const MAX_SEAL_BYTES = 256;

/** Whoever asked is holder number `holder` from now on. */
export interface HeldMailbox {
  readonly holder: number;
  readonly version: number;
  readonly seal: Bytes;
  readonly clean: boolean; // the holder before gave it back, or there was none
  readonly since: number; // seconds; when that one took it; 0: never
}

/** A sealed value under its blinded name; empty in a write: the row goes. */
export interface MailboxRow {
  readonly name: Bytes;
  readonly sealed: Bytes;
  readonly cold: boolean; // read by name only
}

/** A row that is there, cold or long: enough to see that it is the newest. */
export interface ColdRow {
  readonly name: Bytes;
  readonly nonce: Bytes;
}

/** Rows in the order of their names; `next` is the cursor of the page that follows, null: none. */
export interface MailboxPage {
  readonly rows: readonly MailboxRow[];
  readonly cold: readonly ColdRow[];
  readonly next: Bytes | null;
}

/** What changes from `version` to the next, which `seal` seals. */
export interface MailboxWrite {
  readonly holder: number;
  readonly version: number;
  readonly seal: Bytes;
  readonly rows: readonly MailboxRow[];
}

/** Rows of one sort, those longer than `longest` perhaps by name and nonce alone (null: whole): those behind the name `after` (null: from the first on), up to `until` (null: to the last). */
export interface Stretch {
  readonly only: "hot" | "cold";
  readonly after: Bytes | null;
  readonly until: Bytes | null;
  readonly longest: number | null; // bytes
}

/** Where the sealed rows are. */
export interface MailboxHost {
  page(holder: number, stretch: Stretch): Promise<MailboxPage>;
  rows(holder: number, names: readonly Bytes[]): Promise<readonly MailboxRow[]>;
  write(write: MailboxWrite): Promise<void>;
  release(holder: number): Promise<void>;
}

/** The account's mailbox at the relay. Every call throws as `Caller.ask`. */
export class MailboxRoutes implements MailboxHost {
  constructor(private readonly relay: Caller) {}

  async hold(takeOver: boolean): Promise<HeldMailbox> {
    const answer = await this.relay.ask("POST", "/v1/mailbox/hold", { take_over: takeOver });
    const seal = bytesOf(answer, "seal");
    if (seal.length > MAX_SEAL_BYTES) {
      throw new MalformedError(`a seal has at most ${MAX_SEAL_BYTES} bytes`);
    }
    return {
      holder: numberOf(answer, "holder"),
      version: numberOf(answer, "version"),
      seal,
      clean: flagOf(answer, "clean"),
      since: numberOf(answer, "since"),
    };
  }

  async page(holder: number, { only, after, until, longest }: Stretch): Promise<MailboxPage> {
    const from = after === null ? "" : `&after=${hex(after)}`;
    const to = until === null ? "" : `&until=${hex(until)}`;
    const most = longest === null ? "" : `&longest=${longest}`;
    const answer = await this.relay.ask("GET", `/v1/mailbox?holder=${holder}&only=${only}${from}${to}${most}`);
    return {
      rows: listOf(answer, "rows", readRow),
      cold: listOf(answer, "cold", (item) => {
        const row = asDocument(item);
        return { name: bytesOf(row, "name", NAME_BYTES), nonce: bytesOf(row, "nonce", NONCE_BYTES) };
      }),
      next: (answer["next"] ?? null) === null ? null : bytesOf(answer, "next", NAME_BYTES),
    };
  }

  async rows(holder: number, names: readonly Bytes[]): Promise<readonly MailboxRow[]> {
    const answer = await this.relay.ask("POST", "/v1/mailbox/rows", { holder, names: names.map(toBase64) });
    return listOf(answer, "rows", readRow);
  }

  async write(write: MailboxWrite): Promise<void> {
    const answer = await this.relay.ask("PUT", "/v1/mailbox", writeDocument(write));
    if (numberOf(answer, "version") !== write.version + 1) {
      throw new MalformedError("the relay says that it stored another version of the mailbox");
    }
  }

  async release(holder: number): Promise<void> {
    await this.relay.ask("POST", "/v1/mailbox/release", { holder });
  }
}

/** As it is written, alone or beside a publish. */
export function writeDocument(write: MailboxWrite): Document {
  return {
    holder: write.holder,
    version: write.version,
    seal: toBase64(write.seal),
    rows: write.rows.map((row) => ({ name: toBase64(row.name), sealed: toBase64(row.sealed), cold: row.cold })),
  };
}

function readRow(item: unknown): MailboxRow {
  const row = asDocument(item);
  return { name: bytesOf(row, "name", NAME_BYTES), sealed: fromBase64(row["sealed"]), cold: flagOf(row, "cold") };
}
