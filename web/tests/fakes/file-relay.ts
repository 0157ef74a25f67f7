/** A relay that keeps files in memory, and whose line breaks when a test says so. */

import { concat, type Bytes } from "../../src/bytes";
import { Unavailable } from "../../src/errors";
import type { Document } from "../../src/relay/answers";
import type { ByteCaller } from "../../src/relay/byte-caller";

interface KeptFile {
  readonly size: number;
  readonly chunk: number;
  readonly chunks: Bytes[];
}

export class FileRelay implements ByteCaller {
  puts = 0;
  missing: readonly number[] | null = null; // what it claims instead of the truth
  readonly #files = new Map<string, KeptFile>();
  #good = Number.MAX_SAFE_INTEGER;
  #breaks = 0;

  /** After `good` more chunks the line breaks, `times` times. */
  breakAfter(good: number, times = 1): void {
    this.#good = good;
    this.#breaks = times;
  }

  only(): KeptFile {
    const [file] = this.#files.values();
    if (file === undefined) {
      throw new Error("nothing was sent");
    }
    return file;
  }

  ask(_method: string, path: string, document: Document = {}): Promise<Document> {
    const { size, chunk } = document as { size: number; chunk: number };
    const file = this.#files.get(idIn(path)) ?? { size, chunk, chunks: [] };
    this.#files.set(idIn(path), file);
    const all = Array.from({ length: Math.ceil(size / chunk) }, (_, number) => number);
    return Promise.resolve({ size, chunk, missing: this.missing ?? all.filter((number) => !(number in file.chunks)) });
  }

  put(path: string, content: Bytes): Promise<void> {
    this.puts += 1;
    if (this.#good === 0 && this.#breaks > 0) {
      this.#breaks -= 1;
      return Promise.reject(new Unavailable("the line broke"));
    }
    this.#good = Math.max(0, this.#good - 1);
    const [name, number] = path.split("/chunks/") as [string, string];
    this.#files.get(idIn(name))!.chunks[Number(number)] = content; // announced before
    return Promise.resolve();
  }

  get(path: string): Promise<Bytes> {
    const [name, query] = path.split("/chunks?") as [string, string];
    const asked = new URLSearchParams(query);
    const first = Number(asked.get("first"));
    return Promise.resolve(concat(...this.#files.get(idIn(name))!.chunks.slice(first, first + Number(asked.get("count")))));
  }
}

/** Whatever channel is asked for: this relay gives a file to anybody. */
function idIn(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
