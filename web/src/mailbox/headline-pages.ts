/**
 * Headlines as they lie in the mailbox: 256 numbers of the journal to a row (docs/protocol.md section 7.1).
 *
 * What many of them share stands once, in tables in front. A whole page names the row that holds its first words.
 */

import { concat, fromHex, fromUtf8, hex, utf8, type Bytes } from "../bytes";
import { decode, fixed, opaque, optional, uint, vector, type Reader } from "../codec";
import { MalformedError, UsageError } from "../errors";
import { HANDLINGS, LANGUAGES, PRIORITIES, TLPS, VARIANTS } from "../forms/envelope";
import { ACCOUNT_ID_BYTES, CHANNEL_ID_BYTES, HASH_BYTES, OPERATION_ID_BYTES } from "../ledger/sizes";
import { encodeAddressees, readAddressees } from "./headline-addressees";
import { MAX_LINKS, type Heading, type Headline, type Listed, type Spot } from "./headline";
import { encodeGrounds, readGrounds } from "./journal";
import { Table, readTable } from "./shared-table";

export const HEADLINES_PREFIX = "headlines/";
export const PAGE_NUMBERS = 256; // of the journal
const ID_BYTES = 16;
const KINDS = { message: 1, aside: 2, acknowledged: 3 } as const;
const FLAGS = { own: 1, fromHistory: 2, answerBy: 4, replyTo: 8 } as const;
const ALL_FLAGS = FLAGS.own | FLAGS.fromHistory | FLAGS.answerBy | FLAGS.replyTo;
const MAX_COMPACT_BYTES = 6; // up to 2^48: seconds and places in a log have more than enough

/** Of the numbers from `first` on. `briefs`: SHA-256 of the row of first words, once the page is whole. */
export interface HeadlinePage {
  readonly first: number;
  readonly items: readonly Listed[];
  readonly briefs: Bytes | null;
}

export function pageOf(number: number): number {
  return Math.floor((number - 1) / PAGE_NUMBERS);
}

export function headlinesKey(page: number): string {
  return HEADLINES_PREFIX + String(page).padStart(9, "0");
}

export function encodeHeadlines({ items, briefs }: Omit<HeadlinePage, "first">): Bytes {
  const tables: Tables<Table> = {
    logs: new Table(),
    accounts: new Table(),
    keys: new Table(),
    forms: new Table(),
    headings: new Table(),
  };
  const encoded = items.map((item) => encodeItem(item, tables));
  const { logs, accounts, keys, forms, headings } = tables;
  const shared = [logs, accounts, keys, forms, headings].map((table) => table.encoded());
  return concat(...shared, optional(briefs), vector(encoded));
}

/** @throws MalformedError anything that `encodeHeadlines` does not write. */
export function decodeHeadlines(data: Bytes, page: number): HeadlinePage {
  const first = page * PAGE_NUMBERS + 1;
  return decode(data, (reader) => {
    const tables: Tables<readonly Bytes[]> = {
      logs: readTable(reader),
      accounts: readTable(reader),
      keys: readTable(reader),
      forms: readTable(reader),
      headings: readTable(reader),
    };
    const read = decodedTables(tables);
    const briefs = reader.optional((inner) => inner.fixed(HASH_BYTES));
    let number = first - 1;
    const items = reader.vector((inner) => readItem(inner, (number += 1), read));
    if (items.length > PAGE_NUMBERS || (briefs !== null) !== (items.length === PAGE_NUMBERS)) {
      throw new MalformedError(`a page of headlines has ${PAGE_NUMBERS}, then it names its first words, or less`);
    }
    return { first, items, briefs };
  });
}

interface Tables<T> {
  readonly logs: T;
  readonly accounts: T;
  readonly keys: T;
  readonly forms: T;
  readonly headings: T;
}

type Log = Omit<Spot, "sequence">;

interface Decoded {
  readonly logs: readonly Log[];
  readonly accounts: readonly Bytes[];
  readonly keys: readonly Bytes[];
  readonly forms: readonly Pick<Headline, "form" | "formHash">[];
  readonly headings: readonly (Omit<Heading, "writtenAt" | "answerBy"> & Pick<Headline, "unlisted">)[];
}

function encodeItem(item: Listed, tables: Tables<Table>): Bytes {
  const { place } = item;
  const log = concat(
    fixed(place.operation, OPERATION_ID_BYTES),
    fixed(place.channel, CHANNEL_ID_BYTES),
    uint(place.generation, 4),
  );
  const head = concat(uint(KINDS[item.kind], 1), tables.logs.place(log), compact(place.sequence));
  switch (item.kind) {
    case "message":
      return concat(head, encodeMessage(item, tables));
    case "aside":
      return concat(head, encodeGrounds(item));
    case "acknowledged":
      return concat(
        head,
        tables.accounts.place(fixed(item.account, ACCOUNT_ID_BYTES)),
        tables.keys.place(fixed(item.message.author, HASH_BYTES)),
        fixed(item.message.message, ID_BYTES),
      );
  }
}

function encodeMessage(item: Headline, tables: Tables<Table>): Bytes {
  const { heading, replyTo } = item;
  const flags =
    (item.own ? FLAGS.own : 0) |
    (item.fromHistory ? FLAGS.fromHistory : 0) |
    (heading.answerBy === null ? 0 : FLAGS.answerBy) |
    (replyTo === null ? 0 : FLAGS.replyTo);
  return concat(
    uint(flags, 1),
    tables.accounts.place(fixed(item.account, ACCOUNT_ID_BYTES)),
    tables.keys.place(fixed(item.identityKey, HASH_BYTES)),
    tables.forms.place(concat(fixed(item.form, ID_BYTES), fixed(item.formHash, HASH_BYTES))),
    tables.headings.place(encodeHeading(item)),
    fixed(item.message, ID_BYTES),
    compact(item.ledgerSequence),
    compact(heading.writtenAt),
    heading.answerBy === null ? new Uint8Array(0) : compact(heading.answerBy),
    replyTo === null ? new Uint8Array(0) : fixed(replyTo, ID_BYTES),
    vector([...item.links].map(([field, id]) => concat(opaque(utf8(field)), fromHex(id, ID_BYTES)))),
  );
}

function readItem(reader: Reader, number: number, tables: Decoded): Listed {
  const kind = reader.uint(1);
  const place = { ...at(tables.logs, reader), sequence: readCompact(reader) };
  switch (kind) {
    case KINDS.message:
      return readMessage(reader, number, place, tables);
    case KINDS.aside:
      return { kind: "aside", number, place, ...readGrounds(reader) };
    case KINDS.acknowledged: {
      const account = at(tables.accounts, reader);
      const message = { author: at(tables.keys, reader), message: reader.fixed(ID_BYTES) };
      return { kind: "acknowledged", number, place, account, message };
    }
    default:
      throw new MalformedError(`a headline of kind ${kind}: a newer version of this program reads it`);
  }
}

function readMessage(reader: Reader, number: number, place: Spot, tables: Decoded): Headline {
  const flags = reader.uint(1);
  if ((flags & ~ALL_FLAGS) !== 0) {
    throw new MalformedError("a headline with flags that nobody knows");
  }
  const account = at(tables.accounts, reader);
  const identityKey = at(tables.keys, reader);
  const { form, formHash } = at(tables.forms, reader);
  const { unlisted, ...heading } = at(tables.headings, reader);
  const message = reader.fixed(ID_BYTES);
  const ledgerSequence = readCompact(reader);
  const writtenAt = readCompact(reader);
  const answerBy = (flags & FLAGS.answerBy) === 0 ? null : readCompact(reader);
  const replyTo = (flags & FLAGS.replyTo) === 0 ? null : reader.fixed(ID_BYTES);
  const links = reader.vector((inner) => [fromUtf8(inner.opaque()), hex(inner.fixed(ID_BYTES))] as const);
  if (links.length > MAX_LINKS || new Map(links).size !== links.length) {
    throw new MalformedError("a headline names a field twice, or too many");
  }
  return {
    kind: "message",
    number,
    place,
    account,
    identityKey,
    message,
    own: (flags & FLAGS.own) !== 0,
    fromHistory: (flags & FLAGS.fromHistory) !== 0,
    form,
    formHash,
    ledgerSequence,
    replyTo,
    heading: { ...heading, writtenAt, answerBy },
    unlisted,
    links: new Map(links),
  };
}

function encodeHeading({ heading, unlisted }: Headline): Bytes {
  const { language, priority, handling, tlp, variant, to } = heading;
  const codes = Uint8Array.of(
    LANGUAGES.indexOf(language),
    PRIORITIES.indexOf(priority),
    HANDLINGS.indexOf(handling),
    TLPS.indexOf(tlp),
    VARIANTS.indexOf(variant),
  );
  return concat(codes, encodeAddressees({ to, unlisted }));
}

function readHeading(reader: Reader): Decoded["headings"][number] {
  return {
    language: code(reader, LANGUAGES),
    priority: code(reader, PRIORITIES),
    handling: code(reader, HANDLINGS),
    tlp: code(reader, TLPS),
    variant: code(reader, VARIANTS),
    ...readAddressees(reader),
  };
}

function decodedTables({ logs, accounts, keys, forms, headings }: Tables<readonly Bytes[]>): Decoded {
  return {
    logs: logs.map((row) => decode(row, readLog)),
    accounts: accounts.map((row) => decode(row, (reader) => reader.fixed(ACCOUNT_ID_BYTES))),
    keys: keys.map((row) => decode(row, (reader) => reader.fixed(HASH_BYTES))),
    forms: forms.map((row) =>
      decode(row, (reader) => ({ form: reader.fixed(ID_BYTES), formHash: reader.fixed(HASH_BYTES) })),
    ),
    headings: headings.map((row) => decode(row, readHeading)),
  };
}

function readLog(reader: Reader): Log {
  return {
    operation: reader.fixed(OPERATION_ID_BYTES),
    channel: reader.fixed(CHANNEL_ID_BYTES),
    generation: reader.uint(4),
  };
}

/** What the next byte names in a table. */
function at<T>(table: readonly T[], reader: Reader): T {
  const found = table[reader.uint(1)];
  if (found === undefined) {
    throw new MalformedError("a headline names what its page does not have");
  }
  return found;
}

function code<T>(reader: Reader, codes: readonly T[]): T {
  return at(codes, reader);
}

/** A number in as many bytes as it needs, with their count in front. */
function compact(value: number): Bytes {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) {
    bytes.unshift(rest % 256);
  }
  if (bytes.length > MAX_COMPACT_BYTES) {
    throw new UsageError(`${value} is beyond every log and calendar`);
  }
  return Uint8Array.of(bytes.length, ...bytes);
}

function readCompact(reader: Reader): number {
  const length = reader.uint(1);
  const bytes = length > MAX_COMPACT_BYTES ? new Uint8Array(1) : reader.fixed(length);
  if (bytes[0] === 0) {
    throw new MalformedError("a number is not written in the fewest bytes, or too long");
  }
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}
