/** A state store that keeps its promise in memory. */

import type { Bytes } from "../../src/bytes";
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
