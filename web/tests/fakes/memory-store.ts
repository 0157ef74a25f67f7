/** A state store that keeps its promise in memory. */

import { equal, type Bytes } from "../../src/bytes";
import { UsageError } from "../../src/errors";
import { sha256 } from "../../src/primitives/hashes";
import { StaleStore, type StateStore, type Writes } from "../../src/store/state-store";

export class MemoryStore implements StateStore {
  version = 0;
  readonly values = new Map<string, Bytes>();

  async get(key: string): Promise<Bytes | null> {
    return this.values.get(key) ?? null;
  }

  getAll(keys: readonly string[]): Promise<readonly (Bytes | null)[]> {
    return Promise.all(keys.map((key) => this.get(key)));
  }

  async getAttested(wanted: ReadonlyMap<string, Bytes>): Promise<ReadonlyMap<string, Bytes>> {
    const found = new Map<string, Bytes>();
    for (const [key, hash] of wanted) {
      const value = this.values.get(key);
      if (value === undefined || !equal(sha256(value), hash)) {
        throw new UsageError(`there is no '${key}' with that hash`);
      }
      found.set(key, value);
    }
    return found;
  }

  async scan(prefix: string): Promise<readonly (readonly [string, Bytes])[]> {
    return [...this.values].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
  }

  async apply(writes: Writes, expectedVersion: number): Promise<void> {
    if (expectedVersion !== this.version) {
      throw new StaleStore(`version ${this.version}, not ${expectedVersion}`);
    }
    for (const [key, value] of writes) {
      if (value === null) {
        this.values.delete(key);
      } else {
        this.values.set(key, value);
      }
    }
    this.version += 1;
  }
}
