/**
 * QR codes as far as an authenticator's address needs them: bytes, error correction of level M, versions 1 to 20.
 *
 * One mask for all: readers take any, and the penalties that choose between them are about print that is worn. Held to
 * the modules of another encoder (`tests/vectors/qr`). Source: ISO/IEC 18004:2015.
 */

import { utf8, type Bytes } from "../../bytes";

const EC_CODEWORDS = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26]; // a block; table 9
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16]; // table 9
const LAST_VERSION = BLOCKS.length;
const FIRST_VERSION_OF_LONG_COUNTS = 10; // table 3: from here on a length has two bytes
const FIRST_VERSION_THAT_SAYS_SO = 7; // section 7.10
const BYTE_MODE = 0b0100;
const PADDING = [0xec, 0x11];
const FIELD = 0x11d; // x^8 + x^4 + x^3 + x^2 + 1; section 7.5.2
const LEVEL_M_MASK_0 = 0b00_000;
const FORMAT = { generator: 0x537, bits: 10, mask: 0x5412 }; // annex C
const VERSION = { generator: 0x1f25, bits: 12 }; // annex D

/** Rows of modules, true is dark, without the quiet zone. */
export type Modules = readonly (readonly boolean[])[];

/** The code that says `text`; null: it is longer than 666 bytes in UTF-8. */
export function qrCode(text: string): Modules | null {
  const content = utf8(text);
  const version = versionFor(content.length);
  return version === null ? null : draw(version, interleaved(version, dataCodewords(version, content)));
}

function versionFor(length: number): number | null {
  for (let version = 1; version <= LAST_VERSION; version += 1) {
    if (headerBytes(version) + length <= dataLength(version)) {
      return version;
    }
  }
  return null;
}

/** Mode, count and the bits that fill the last byte: 12 or 20 bits with 4 to end. */
function headerBytes(version: number): number {
  return version < FIRST_VERSION_OF_LONG_COUNTS ? 2 : 3;
}

function blocksOf(version: number): { readonly blocks: number; readonly ec: number } {
  return { blocks: BLOCKS[version - 1] ?? 1, ec: EC_CODEWORDS[version - 1] ?? 0 };
}

function sizeOf(version: number): number {
  return 17 + 4 * version;
}

/** All codewords that fit: modules that no pattern takes, in eights. */
function totalLength(version: number): number {
  const rows = alignmentsOf(version).length;
  const alignments = rows === 0 ? 0 : (rows * rows - 3) * 25 - (rows - 2) * 10; // those on the timing lines share five
  const finders = 3 * 64 + 2 * 15 + 1; // with separators; format information; the dark module
  const timing = 2 * (sizeOf(version) - 16);
  const versions = version >= FIRST_VERSION_THAT_SAYS_SO ? 36 : 0;
  return Math.floor((sizeOf(version) ** 2 - finders - alignments - timing - versions) / 8);
}

function dataLength(version: number): number {
  const { blocks, ec } = blocksOf(version);
  return totalLength(version) - blocks * ec;
}

/** Centres of alignment patterns, on both axes; annex E. */
function alignmentsOf(version: number): readonly number[] {
  if (version === 1) {
    return [];
  }
  const count = Math.floor(version / 7) + 2;
  const last = sizeOf(version) - 7;
  const step = 2 * Math.ceil((last - 6) / (count - 1) / 2);
  return [6, ...Array.from({ length: count - 1 }, (_, place) => last - step * (count - 2 - place))];
}

function dataCodewords(version: number, content: Bytes): Bytes {
  const nibbles = [BYTE_MODE];
  const count = content.length.toString(16).padStart(version < FIRST_VERSION_OF_LONG_COUNTS ? 2 : 4, "0");
  nibbles.push(...Array.from(count, (digit) => parseInt(digit, 16)));
  content.forEach((byte) => nibbles.push(byte >> 4, byte & 0xf));
  nibbles.push(0); // the end, and whole bytes again
  const bytes = Array.from({ length: nibbles.length / 2 }, (_, place) => nibbles[2 * place]! * 16 + nibbles[2 * place + 1]!);
  const padded = new Uint8Array(dataLength(version));
  padded.set(bytes);
  return padded.map((byte, place) => (place < bytes.length ? byte : PADDING[(place - bytes.length) % 2]!));
}

/** Section 7.6: the blocks' codewords in turns, then those that correct them. */
function interleaved(version: number, data: Bytes): Bytes {
  const { blocks, ec } = blocksOf(version);
  const short = Math.floor(data.length / blocks);
  const shortBlocks = blocks - (data.length % blocks);
  let start = 0;
  const parts = Array.from({ length: blocks }, (_, block) => {
    const part = data.slice(start, start + short + (block < shortBlocks ? 0 : 1));
    start += part.length;
    return part;
  });
  const corrections = parts.map((part) => remainder(part, ec));
  const inTurns = (all: readonly Bytes[], length: number): readonly number[] =>
    Array.from({ length }, (_, place) => all.flatMap((one) => (place < one.length ? [one[place]!] : []))).flat();
  return Uint8Array.from([...inTurns(parts, short + 1), ...inTurns(corrections, ec)]);
}

function times(one: number, other: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ ((product >> 7) * FIELD) ^ (((other >> bit) & 1) * one);
  }
  return product;
}

/** Reed-Solomon: the remainder by the product of (x - 2^i). */
function remainder(data: Bytes, length: number): Bytes {
  const divisor = new Uint8Array(length); // without its first coefficient, which is 1
  divisor[length - 1] = 1;
  for (let power = 0, root = 1; power < length; power += 1, root = times(root, 2)) {
    divisor.forEach((value, place) => {
      divisor[place] = times(value, root) ^ (divisor[place + 1] ?? 0);
    });
  }
  let rest = new Uint8Array(length);
  for (const byte of data) {
    const factor = byte ^ rest[0]!;
    const shifted = new Uint8Array(length);
    shifted.set(rest.subarray(1));
    rest = shifted.map((value, place) => value ^ times(divisor[place]!, factor));
  }
  return rest;
}

function withCheck(data: number, { generator, bits }: { readonly generator: number; readonly bits: number }): number {
  let rest = data << bits;
  for (let place = 31 - Math.clz32(rest); place >= bits; place = 31 - Math.clz32(rest)) {
    rest ^= generator << (place - bits);
  }
  return (data << bits) | rest;
}

function draw(version: number, codewords: Bytes): Modules {
  const size = sizeOf(version);
  const grid: (boolean | null)[][] = Array.from({ length: size }, () => Array.from({ length: size }, () => null));
  const set = (x: number, y: number, dark: boolean): void => {
    const row = grid[y];
    if (row !== undefined && x >= 0 && x < size) {
      row[x] = dark;
    }
  };
  drawPatterns(version, set);
  fill(size, codewords, grid, set);
  return grid.map((row) => row.map((dark) => dark === true));
}

type Draw = (x: number, y: number, dark: boolean) => void;

function drawPatterns(version: number, set: Draw): void {
  const size = sizeOf(version);
  for (let place = 0; place < size; place += 1) {
    set(6, place, place % 2 === 0);
    set(place, 6, place % 2 === 0);
  }
  const square = (x: number, y: number, reach: number, isDark: (ring: number) => boolean): void => {
    for (let down = -reach; down <= reach; down += 1) {
      for (let right = -reach; right <= reach; right += 1) {
        set(x + right, y + down, isDark(Math.max(Math.abs(right), Math.abs(down))));
      }
    }
  };
  const centres = alignmentsOf(version);
  const last = centres.length - 1;
  centres.forEach((y, row) =>
    centres.forEach((x, column) => {
      const atFinder = (row === 0 && column === 0) || (row === 0 && column === last) || (row === last && column === 0);
      if (!atFinder) {
        square(x, y, 2, (ring) => ring !== 1);
      }
    }),
  );
  for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]] as const) {
    square(x, y, 4, (ring) => ring !== 2 && ring !== 4);
  }
  drawFormat(size, set);
  if (version >= FIRST_VERSION_THAT_SAYS_SO) {
    const bits = withCheck(version, VERSION);
    for (let place = 0; place < 18; place += 1) {
      const [across, along] = [size - 11 + (place % 3), Math.floor(place / 3)];
      set(across, along, ((bits >> place) & 1) === 1);
      set(along, across, ((bits >> place) & 1) === 1);
    }
  }
}

/** Figure 25: twice, around the first finder, and beside the other two. */
function drawFormat(size: number, set: Draw): void {
  const bits = withCheck(LEVEL_M_MASK_0, FORMAT) ^ FORMAT.mask;
  for (let place = 0; place < 15; place += 1) {
    const dark = ((bits >> place) & 1) === 1;
    const along = place < 6 ? place : place < 8 ? place + 1 : size - 15 + place;
    const back = place < 8 ? size - 1 - place : place === 8 ? 7 : 14 - place;
    set(8, along, dark);
    set(back, 8, dark);
  }
  set(8, size - 8, true);
}

/** Section 7.7.3: two columns at a time, from the right, up and down in turns; then the mask. */
function fill(size: number, codewords: Bytes, grid: readonly (readonly (boolean | null)[])[], set: Draw): void {
  let next = 0;
  for (let pair = 0; pair < (size - 1) / 2; pair += 1) {
    const right = size - 1 - 2 * pair - (size - 1 - 2 * pair <= 6 ? 1 : 0); // the timing line is passed over
    for (let step = 0; step < size; step += 1) {
      const y = pair % 2 === 0 ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (grid[y]?.[x] === null) {
          const bit = ((codewords[next >> 3] ?? 0) >> (7 - (next & 7))) & 1;
          set(x, y, (bit === 1) !== ((x + y) % 2 === 0));
          next += 1;
        }
      }
    }
  }
}
