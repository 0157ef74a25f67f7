/**
 * What a device keeps: values by key, changed together or not at all (rule S5).
 *
 * Every change names the version that it replaces, so two holders of one state never both write. Where the values lie
 * (at the relay, sealed, for a mailbox that roams; on this computer's own disk) is the implementation's business.
 */

import type { Bytes } from "../bytes";
import { CencommError, UsageError } from "../errors";

/** Key to new value; null takes the key away. Keys are ASCII, with `/` between their parts. */
export type Writes = ReadonlyMap<string, Bytes | null>;

const KEY = /^[\x20-\x7e]{1,200}$/; // a prefix and four identifiers in hexadecimal
const MAX_VALUE_BYTES = 32 << 20; // one ratchet tree at its limit beside the state of its group

/** Keys and values are within the limits. @throws UsageError one is not. */
export function checkWrites(writes: Writes): void {
  for (const [key, value] of writes) {
    if (!KEY.test(key)) {
      throw new UsageError("a key is 1 to 200 printable ASCII letters");
    }
    if (value !== null && value.length > MAX_VALUE_BYTES) {
      throw new UsageError(`a value has at most ${MAX_VALUE_BYTES} bytes, not ${value.length}`);
    }
  }
}

export interface StateStore {
  /** Counts changes. */
  readonly version: number;

  get(key: string): Promise<Bytes | null>;

  /** As `get` for each key, in their order: where values lie far away, a few requests instead of thousands. */
  getAll(keys: readonly string[]): Promise<readonly (Bytes | null)[]>;

  /**
   * As `getAll`, for values whose SHA-256 the caller knows from a value of this store: where values lie far away,
   * nothing else has to be known of them. Every key is there.
   *
   * @throws UsageError a key is not, or its value has another hash.
   */
  getAttested(wanted: ReadonlyMap<string, Bytes>): Promise<ReadonlyMap<string, Bytes>>;

  /** All keys that begin with `prefix`, in the order of their code points. */
  scan(prefix: string): Promise<readonly (readonly [string, Bytes])[]>;

  /**
   * Change all of `writes` or nothing; `version` is one higher afterwards.
   *
   * @throws StaleStore somebody else wrote meanwhile: nothing was changed.
   */
  apply(writes: Writes, expectedVersion: number): Promise<void>;
}

/** The state was changed by somebody else: what stands in memory is not what is kept. */
export class StaleStore extends CencommError {}
