/**
 * How a mailbox that roams is sealed: blinded names, rows, and what shows that the rows are those of one version (D4).
 *
 * docs/protocol.md section 7.1 fixes every byte; `cencomm/client/roaming/sealing.py` is the same. The relay holds the
 * rows and could exchange, drop or keep back any of them: each opens only under its own name, and together they have to
 * add up to the seal. All of them at once as they were yesterday do so too: that is rule D5's work.
 */

import { concat, equal, hex, utf8, type Bytes } from "../bytes";
import { decode, opaque, Reader, uint } from "../codec";
import { DecryptionFailed, MalformedError, UsageError } from "../errors";
import { ACCOUNT_ID_BYTES } from "../ledger/sizes";
import type { Entropy } from "../primitives/entropy";
import { HASH_BYTES, hkdfExpand, hmacSha256 } from "../primitives/hashes";
import * as secretBox from "../primitives/secret-box";
import { MailboxAltered } from "./errors";

const LABEL_ROW = utf8("cencomm mailbox row");
const LABEL_STATE = utf8("cencomm mailbox state");
const LABEL_MARK = utf8("cencomm mailbox key");
const USES = "cencomm mailbox "; // and the use: name, chunk, sum, row

export const CHUNK_ID_BYTES = 16;
export const LEAST_KEYS = 2; // the one for names, and one for rows
const PAD_BYTES = 64;
const BUCKET_BYTES = 1 << 10; // from here on lengths are powers of two, as those of messages on the wire
const MODULUS = 1n << BigInt(8 * HASH_BYTES);

export const RowKind = { value: 1, chunked: 2, chunk: 3 } as const; // a chunked value's content lists its chunks
export type RowKind = (typeof RowKind)[keyof typeof RowKind];

export interface Row {
  readonly kind: RowKind;
  readonly key: Bytes;
  readonly content: Bytes;
}

/** What the relay shows of a row without its content; the nonce stands for it. */
export interface SealedRow {
  readonly name: Bytes;
  readonly nonce: Bytes;
  readonly cold: boolean;
}

/** What all rows of one version add up to. */
export interface Tally {
  readonly count: number;
  readonly total: bigint;
}

export const NO_ROWS: Tally = { count: 0, total: 0n };

interface RowKeys {
  readonly row: Bytes;
  readonly sum: Bytes;
}

/** Seals under the last of an account's mailbox keys, opens under each but the first, which is for names alone. */
export class MailboxSealing {
  readonly #nameKey: Bytes;
  readonly #chunkKey: Bytes;
  readonly #rowKeys: readonly RowKeys[]; // the newest first
  readonly #newest: RowKeys;

  /** @throws UsageError fewer than two keys. */
  constructor(
    keys: readonly Bytes[],
    private readonly account: Bytes,
    private readonly entropy: Entropy,
  ) {
    const [first, ...others] = keys;
    const last = others.at(-1);
    if (first === undefined || last === undefined || account.length !== ACCOUNT_ID_BYTES) {
      throw new UsageError("a mailbox has an account, a key for its names and one for its rows");
    }
    this.#nameKey = derived(first, "name");
    this.#chunkKey = derived(first, "chunk");
    this.#newest = rowKeys(last);
    this.#rowKeys = [this.#newest, ...others.slice(0, -1).map(rowKeys).reverse()];
  }

  /** Tells the newest key from all others, and nobody what it is. */
  newestKeyMark(): Bytes {
    return hmacSha256(this.#newest.row, LABEL_MARK);
  }

  /** What the relay sees instead of the key. A value has one name, in chunks or not. */
  name(kind: RowKind, key: Bytes): Bytes {
    const family = kind === RowKind.chunk ? RowKind.chunk : RowKind.value;
    return hmacSha256(this.#nameKey, concat(uint(family, 1), opaque(key)));
  }

  /** The same content has the same id in this mailbox, and none that others could compute. */
  chunkId(content: Bytes): Bytes {
    return hmacSha256(this.#chunkKey, content).slice(0, CHUNK_ID_BYTES);
  }

  /** The row's name, and the box that opens under it alone. */
  sealRow(row: Row): { readonly name: Bytes; readonly box: Bytes } {
    const name = this.name(row.kind, row.key);
    return { name, box: secretBox.seal(this.#newest.row, encodeRow(row), this.rowBinding(name), this.entropy) };
  }

  /**
   * The row that was sealed under this name, in this version or an earlier one.
   *
   * @throws MailboxAltered no row of this mailbox, or another's.
   */
  openRow(name: Bytes, box: Bytes): Row {
    const { plaintext } = this.open(box, this.rowBinding(name));
    const row = readRow(plaintext);
    if (!equal(encodeRow(row), plaintext)) {
      throw new MailboxAltered("a row of the mailbox is not as this program writes it");
    }
    return row;
  }

  tally(rows: Iterable<SealedRow>): Tally {
    return this.change(NO_ROWS, rows, []);
  }

  /** The tally after rows came and went. */
  change(tally: Tally, added: Iterable<SealedRow>, gone: Iterable<SealedRow>): Tally {
    return change(this.#newest.sum, tally, added, gone);
  }

  sealState(tally: Tally, version: number): Bytes {
    return secretBox.seal(this.#newest.row, encodeTally(tally), this.stateBinding(version), this.entropy);
  }

  /**
   * Exactly these rows were the mailbox at this version.
   *
   * @throws MailboxAltered rows were taken out, exchanged or mixed; or the seal is of another version or account.
   */
  judgeState(seal: Bytes, rows: Iterable<SealedRow>, version: number): void {
    const { plaintext, sumKey } = this.open(seal, this.stateBinding(version));
    if (!equal(plaintext, encodeTally(change(sumKey, NO_ROWS, rows, [])))) {
      throw new MailboxAltered("the relay gives rows of the mailbox that do not belong together");
    }
  }

  /**
   * What all rows of this version add up to, under the newest key; null: it is sealed under an older one, so every row
   * has to be seen before the mailbox is believed.
   *
   * @throws MailboxAltered no key of this account sealed it for this version.
   */
  sealedTally(seal: Bytes, version: number): Tally | null {
    const { plaintext, sumKey } = this.open(seal, this.stateBinding(version));
    if (sumKey !== this.#newest.sum) {
      return null;
    }
    try {
      return decode(plaintext, readTally);
    } catch (error) {
      if (error instanceof MalformedError) {
        throw new MailboxAltered("the seal of the mailbox is not as this program writes it");
      }
      throw error;
    }
  }

  /** What is inside, and the sum key that belongs to the row key that opened it: until all is sealed under the newest. */
  private open(box: Bytes, binding: Bytes): { readonly plaintext: Bytes; readonly sumKey: Bytes } {
    for (const keys of this.#rowKeys) {
      try {
        return { plaintext: secretBox.open(keys.row, box, binding), sumKey: keys.sum };
      } catch (error) {
        if (!(error instanceof DecryptionFailed)) {
          throw error;
        }
      }
    }
    throw new MailboxAltered("no key of this account sealed this of the mailbox");
  }

  private rowBinding(name: Bytes): Bytes {
    return concat(opaque(LABEL_ROW), this.account, name);
  }

  private stateBinding(version: number): Bytes {
    return concat(opaque(LABEL_STATE), this.account, uint(version, 8));
  }
}

/** Padded, so that the relay learns no exact length of what somebody wrote. */
function encodeRow(row: Row): Bytes {
  const fields = concat(uint(row.kind, 1), opaque(row.key), opaque(row.content));
  let length = Math.ceil(fields.length / PAD_BYTES) * PAD_BYTES;
  if (length >= BUCKET_BYTES && row.kind !== RowKind.chunk) {
    length = 2 ** (32 - Math.clz32(length - 1));
  }
  const padded = new Uint8Array(length);
  padded.set(fields);
  return padded;
}

function readRow(plaintext: Bytes): Row {
  const reader = new Reader(plaintext);
  try {
    const kind = reader.uint(1);
    if (kind !== RowKind.value && kind !== RowKind.chunked && kind !== RowKind.chunk) {
      throw new MalformedError(`a row of kind ${kind}`);
    }
    return { kind, key: reader.opaque(), content: reader.opaque() };
  } catch (error) {
    if (error instanceof MalformedError) {
      throw new MailboxAltered("a row of the mailbox is not one that was sealed under its name");
    }
    throw error;
  }
}

/** Of a chunked value's row: which chunks it is made of, in order. */
export function chunkIdsIn(content: Bytes): readonly string[] {
  return Array.from({ length: Math.ceil(content.length / CHUNK_ID_BYTES) }, (_, place) =>
    hex(content.slice(place * CHUNK_ID_BYTES, (place + 1) * CHUNK_ID_BYTES)),
  );
}

export function encodeTally(tally: Tally): Bytes {
  const total = Uint8Array.from({ length: HASH_BYTES }, (_, place) =>
    Number((tally.total >> BigInt(8 * (HASH_BYTES - 1 - place))) & 0xffn),
  );
  return concat(uint(tally.count, 8), total);
}

/** @throws MalformedError anything that `encodeTally` does not write. */
export function readTally(reader: Reader): Tally {
  const count = Number(reader.uint64());
  if (!Number.isSafeInteger(count)) {
    throw new MalformedError("more rows than any mailbox has");
  }
  return { count, total: BigInt(`0x${hex(reader.fixed(HASH_BYTES))}`) };
}

/** What two sets of rows add up to together. */
export function together(tallies: Iterable<Tally>): Tally {
  let { count, total } = NO_ROWS;
  for (const tally of tallies) {
    count += tally.count;
    total += tally.total;
  }
  return { count, total: total % MODULUS };
}

function change(sumKey: Bytes, tally: Tally, added: Iterable<SealedRow>, gone: Iterable<SealedRow>): Tally {
  let { count, total } = tally;
  for (const row of added) {
    count += 1;
    total += summand(sumKey, row);
  }
  for (const row of gone) {
    count -= 1;
    total -= summand(sumKey, row);
  }
  return { count, total: ((total % MODULUS) + MODULUS) % MODULUS };
}

function summand(sumKey: Bytes, row: SealedRow): bigint {
  return BigInt(`0x${hex(hmacSha256(sumKey, concat(row.name, uint(row.cold ? 1 : 0, 1), row.nonce)))}`);
}

function rowKeys(key: Bytes): RowKeys {
  return { row: derived(key, "row"), sum: derived(key, "sum") };
}

function derived(key: Bytes, use: string): Bytes {
  return hkdfExpand(key, utf8(USES + use), secretBox.KEY_BYTES);
}
