/** The one thing that the browser itself keeps, and only for whoever asked for it: source keys (D6). */

import type { KnownComputer } from "../account/known-computer";
import { hex, type Bytes } from "../bytes";

const DATABASE = "cencomm-known-to-relay";
const SOURCES = "sources"; // by handle in hexadecimal
const SOURCE_BYTES = 32;

/** A browser that keeps nothing, as in a private window, or lost what it kept: a stranger to the relay, and no error. */
export const browserKnownComputer: KnownComputer = {
  source: async (handle) => {
    const kept: unknown = await attempt("readonly", (sources) => sources.get(hex(handle)));
    return kept instanceof Uint8Array && kept.length === SOURCE_BYTES ? kept : null;
  },
  keep: async (handle: Bytes, source: Bytes) => {
    await attempt("readwrite", (sources) => sources.put(source, hex(handle)), { begins: true });
  },
  forget: async (handle) => {
    await attempt("readwrite", (sources) => sources.delete(hex(handle)));
  },
};

/** Unless something `begins` there is no database afterwards where there was none: an empty one also tells something. */
async function attempt(
  mode: IDBTransactionMode,
  ask: (sources: IDBObjectStore) => IDBRequest,
  { begins } = { begins: false },
): Promise<unknown> {
  let database: IDBDatabase | null = null;
  try {
    const opening = indexedDB.open(DATABASE, 1);
    opening.addEventListener("upgradeneeded", () => {
      if (begins) {
        opening.result.createObjectStore(SOURCES);
      } else {
        opening.transaction?.abort();
      }
    });
    database = await answered(opening);
    return await answered<unknown>(ask(database.transaction(SOURCES, mode).objectStore(SOURCES)));
  } catch (error) {
    if (error instanceof DOMException) {
      return null;
    }
    throw error;
  } finally {
    database?.close();
  }
}

function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error ?? new DOMException("nothing is kept here")));
  });
}
