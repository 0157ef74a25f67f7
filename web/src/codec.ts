/**
 * The TLS presentation language with the variable-length vectors of RFC 9420 section 2.1.2.
 *
 * Decoding is exact, as in `cencomm/codec.py`: minimal lengths, every length bounded by what is there, nothing may
 * follow the last field. Integers of eight bytes are bigints: two readers must not round one entry differently.
 */

import { concat, joined, type Bytes } from "./bytes";
import { MalformedError, UsageError } from "./errors";

const MAX_VECTOR_BYTES = 2 ** 30 - 1; // RFC 9420 section 2.1.2: the largest length that the prefix can say
const INVALID_PREFIX = 3;

/** Reads fields off the front of its bytes; every method throws MalformedError when there is no such field. */
export class Reader {
  #position = 0;

  constructor(private readonly data: Bytes) {}

  fixed(length: number): Bytes {
    const end = this.#position + length;
    if (end > this.data.length) {
      throw new MalformedError(`${length} bytes announced, ${this.data.length - this.#position} left`);
    }
    const value = this.data.slice(this.#position, end);
    this.#position = end;
    return value;
  }

  /** An unsigned integer of one to four bytes. */
  uint(size: 1 | 2 | 4): number {
    return this.fixed(size).reduce((value, byte) => value * 256 + byte, 0);
  }

  uint64(): bigint {
    return this.fixed(8).reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }

  /** opaque value<V>, refused beyond `most` bytes before anything is copied. */
  opaque(most = MAX_VECTOR_BYTES): Bytes {
    const length = this.length();
    if (length > most) {
      throw new MalformedError(`a field of ${length} bytes where at most ${most} are allowed`);
    }
    return this.fixed(length);
  }

  /** T value<V>: the items that fill exactly the announced number of bytes. */
  vector<T>(item: (reader: Reader) => T, most = MAX_VECTOR_BYTES): readonly T[] {
    const inner = new Reader(this.opaque(most));
    const items: T[] = [];
    while (!inner.atEnd()) {
      const before = inner.#position;
      items.push(item(inner));
      if (inner.#position === before) {
        throw new MalformedError("a vector of items without bytes");
      }
    }
    return items;
  }

  optional<T>(item: (reader: Reader) => T): T | null {
    const present = this.uint(1);
    if (present > 1) {
      throw new MalformedError("the presence of an optional field is 0 or 1");
    }
    return present === 1 ? item(this) : null;
  }

  /** All that is left, for padding: it is the caller's to judge. */
  rest(): Bytes {
    return this.fixed(this.data.length - this.#position);
  }

  /** Where the next field begins; `since` gives the bytes from there on as they were received. */
  mark(): number {
    return this.#position;
  }

  since(mark: number): Bytes {
    return this.data.slice(mark, this.#position);
  }

  atEnd(): boolean {
    return this.#position === this.data.length;
  }

  end(): void {
    if (!this.atEnd()) {
      throw new MalformedError(`${this.data.length - this.#position} bytes after the last field`);
    }
  }

  private length(): number {
    const first = this.uint(1);
    const prefix = first >> 6;
    if (prefix === INVALID_PREFIX) {
      throw new MalformedError("invalid length prefix");
    }
    let value = first & 0x3f;
    for (let more = (1 << prefix) - 1; more > 0; more -= 1) {
      value = value * 256 + this.uint(1);
    }
    if (prefix > 0 && value < 2 ** (8 * 2 ** (prefix - 1) - 2)) {
      throw new MalformedError("length not written in the fewest bytes");
    }
    return value;
  }
}

/**
 * The value that exactly `data` encodes.
 *
 * @throws MalformedError anything else.
 */
export function decode<T>(data: Bytes, item: (reader: Reader) => T): T {
  const reader = new Reader(data);
  const value = item(reader);
  reader.end();
  return value;
}

/** An unsigned integer of `size` bytes. */
export function uint(value: number | bigint, size: 1 | 2 | 4 | 8): Bytes {
  let rest = BigInt(value);
  if (rest < 0n || rest >= 1n << BigInt(8 * size)) {
    throw new UsageError(`${value} does not fit into ${size} bytes`);
  }
  const bytes = new Uint8Array(size);
  for (let place = size - 1; place >= 0; place -= 1) {
    bytes[place] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

/** opaque value<V>. */
export function opaque(value: Bytes): Bytes {
  return concat(vectorLength(value.length), value);
}

/** T value<V> of items that are encoded already. */
export function vector(items: readonly Bytes[]): Bytes {
  return opaque(joined(items));
}

/** optional<T> of a value that is encoded already. */
export function optional(value: Bytes | null): Bytes {
  return value === null ? Uint8Array.of(0) : concat(Uint8Array.of(1), value);
}

export function fixed(value: Bytes, size: number): Bytes {
  if (value.length !== size) {
    throw new UsageError(`${value.length} bytes where ${size} belong`);
  }
  return value;
}

/** The length that stands before a vector of so many bytes: for content that is hashed as it passes by. */
export function vectorLength(value: number): Bytes {
  if (value < 2 ** 6) {
    return uint(value, 1);
  }
  if (value < 2 ** 14) {
    return uint(value + 2 ** 14, 2);
  }
  if (value <= MAX_VECTOR_BYTES) {
    return uint(value + 2 ** 31, 4);
  }
  throw new UsageError(`a vector of ${value} bytes cannot be written`);
}
