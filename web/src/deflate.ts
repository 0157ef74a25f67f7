/** DEFLATE (RFC 1951), as browsers and Node bring it. */

import type { Bytes } from "./bytes";
import { concat } from "./bytes";
import { MalformedError } from "./errors";

const FORMAT = "deflate-raw";

export async function deflate(data: Bytes): Promise<Bytes> {
  return all(through(data, new CompressionStream(FORMAT)), Infinity);
}

/** @throws MalformedError no DEFLATE, or of more than `most` bytes: it is not inflated further. */
export async function inflate(data: Bytes, most: number): Promise<Bytes> {
  try {
    return await all(through(data, new DecompressionStream(FORMAT)), most);
  } catch (error) {
    if (error instanceof MalformedError) {
      throw error;
    }
    throw new MalformedError("this does not inflate"); // each platform has a word of its own for it
  }
}

function through(data: Bytes, step: CompressionStream | DecompressionStream): ReadableStreamDefaultReader<Bytes> {
  return new Blob([new Uint8Array(data)]).stream().pipeThrough<Bytes>(step).getReader();
}

async function all(reader: ReadableStreamDefaultReader<Bytes>, most: number): Promise<Bytes> {
  const parts: Bytes[] = [];
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    parts.push(next.value);
    size += next.value.length;
    if (size > most) {
      await reader.cancel();
      throw new MalformedError(`more than the ${most} bytes that were announced`);
    }
  }
  return concat(...parts);
}
