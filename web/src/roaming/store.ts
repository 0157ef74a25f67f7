/**
 * The state store of a mailbox that roams: in memory here, sealed at the relay, nothing on this computer (D4).
 *
 *     apply    memory at once; at the relay at the latest when something leaves
 *     carry    a publish takes the write along: the relay stores both or neither (S5)
 *     save     everything else that leaves waits for it
 *
 * As `cencomm/client/roaming/store.py`: what bytes outside depend on is durable before they leave; what was only read
 * since the last save is read again from the log, with the keys that are still in the sealed state. A write whose
 * answer was lost is sent again, the same bytes, before anything else: the relay has it, or takes it then.
 */

import type { Bytes } from "../bytes";
import { Unavailable } from "../errors";
import { OneAtATime } from "../one-at-a-time";
import type { MailboxHost, MailboxWrite } from "../relay/mailbox-routes";
import { type Keeper, RelayRefuses } from "../relay/relay-client";
import { checkWrites, StaleStore, type StateStore, type Writes } from "../store/state-store";
import { COLD_PREFIXES, ColdRows } from "./cold-rows";
import type { ColdTallies } from "./cold-tallies";
import type { Loaded, Stored } from "./loading";
import { LateValues } from "./long-rows";
import type { MailboxSealing } from "./sealing";
import { sealWrite, type SealedWrite } from "./writing";

export const SAVE_BYTES = 1 << 20; // waiting; more makes one save too long for a slow line
export const SAVE_SECONDS = 60; // after which the next write saves what was only read, so that past keys go (S6)

const NOTHING = new Uint8Array(0);

/** One opening of the mailbox, as holder number `holder`. It keeps memory and relay in step. */
export class RoamingStore implements StateStore, Keeper {
  readonly #turns = new OneAtATime();
  readonly #tallies = (): ColdTallies => this.#stored.cold;
  readonly #values: Map<string, Bytes>;
  readonly #cold: ColdRows;
  readonly #late: LateValues;
  #stored: Stored;
  #waiting = new Map<string, Bytes | null>();
  #oldChunks = new Set<string>(); // ids of those that the next save writes again
  #unanswered: SealedWrite | null = null;
  #version = 0;
  #savedAt: number;

  constructor(
    private readonly host: MailboxHost,
    private readonly sealing: MailboxSealing,
    readonly holder: number,
    loaded: Loaded,
    private readonly now: () => number, // seconds
  ) {
    this.#stored = loaded.stored;
    this.#values = new Map(loaded.values);
    this.#cold = new ColdRows(host, sealing, holder, loaded.cold, (key, value) => this.#values.set(key, value));
    this.#late = new LateValues(host, sealing, holder, loaded.late, (key, value) => this.#values.set(key, value));
    this.#savedAt = now();
  }

  get version(): number {
    return this.#version;
  }

  /** @throws MailboxAltered a cold value is not the one that was sealed. */
  async get(key: string): Promise<Bytes | null> {
    const [value] = await this.getAll([key]);
    return value ?? null;
  }

  /** Throws as `get`. */
  async getAll(keys: readonly string[]): Promise<readonly (Bytes | null)[]> {
    if (keys.some((key) => this.#late.begin(key))) {
      await this.fetchLate();
    }
    await this.#cold.fetchSome(keys.filter((key) => !this.#values.has(key) && !this.#waiting.has(key)), this.#tallies);
    return keys.map((key) => this.#values.get(key) ?? null);
  }

  /** @throws MailboxAltered the relay keeps a row back, or gives it from another time. */
  async getAttested(wanted: ReadonlyMap<string, Bytes>): Promise<ReadonlyMap<string, Bytes>> {
    await this.#cold.fetchAttested(new Map([...wanted].filter(([key]) => !this.#values.has(key))));
    return new Map([...wanted.keys()].map((key) => [key, this.#values.get(key) ?? NOTHING]));
  }

  /** Cold values are all fetched first, since their keys are not known before. */
  async scan(prefix: string): Promise<readonly (readonly [string, Bytes])[]> {
    if (COLD_PREFIXES.some((cold) => prefix.startsWith(cold) || cold.startsWith(prefix))) {
      await this.#cold.fetchAll(this.#tallies);
    }
    if (this.#late.begin(prefix)) {
      await this.fetchLate();
    }
    const found = [...this.#values].filter(([key]) => key.startsWith(prefix));
    return found.sort(([first], [second]) => (first < second ? -1 : 1));
  }

  /**
   * As `StateStore.apply`, in memory; durable as this module says.
   *
   * @throws RelayRefuses `not_holder`: another computer took the mailbox; nothing was changed.
   * @throws MailboxAltered as `scan`, where cold rows are written.
   */
  async apply(writes: Writes, expectedVersion: number): Promise<void> {
    checkWrites(writes);
    await this.#cold.know([...writes.keys()], this.#tallies); // what they replace is taken off the seal
    if (this.isDue()) {
      await this.save().catch((error: unknown) => {
        if (!isPassing(error)) {
          throw error; // else it waits on
        }
      });
    }
    if (expectedVersion !== this.#version) {
      throw new StaleStore(`the store is not at version ${expectedVersion} any more`); // nobody got a turn since
    }
    for (const [key, value] of writes) {
      if (value === null) {
        this.#values.delete(key);
      } else {
        this.#values.set(key, value);
      }
      this.#waiting.set(key, value);
      this.#cold.forget(key);
      this.#late.forget(key);
    }
    this.#version += 1;
  }

  /**
   * Everything that was applied is at the relay.
   *
   * @throws RelayRefuses `not_holder`: another computer took the mailbox: this one can save and send nothing more.
   * @throws Unavailable it is not known to be there; the next save goes on.
   */
  save(): Promise<void> {
    return this.#turns.run(async () => {
      await this.settle();
      if (this.#waiting.size > 0) {
        this.#unanswered = this.seal();
        await this.settle();
      }
    });
  }

  /**
   * What `send` answers, which takes the write along to a place where both are stored or neither (D4).
   *
   * @throws RelayRefuses nothing was stored, and what waited still waits.
   */
  carry<T>(send: (write: MailboxWrite) => Promise<T>): Promise<T> {
    return this.#turns.run(async () => {
      await this.settle();
      const sealed = this.seal();
      this.#unanswered = sealed;
      const answer = await this.unlessRefused(send(sealed.write));
      this.adopt(sealed);
      return answer;
    });
  }

  /**
   * Every value is saved again, with its chunks: under the newest key. Throws as `scan` and `save`; some values are then.
   */
  async rewrite(): Promise<void> {
    let size = 0;
    for (const [key] of await this.scan("")) {
      const value = this.#values.get(key); // as it is now: it may have been written, or have gone, while another was saved
      if (value !== undefined && !this.#waiting.has(key)) {
        this.#waiting.set(key, value);
      }
      this.#stored.chunks.get(key)?.forEach((id) => this.#oldChunks.add(id));
      size += value?.length ?? 0;
      if (size > SAVE_BYTES) {
        await this.save();
        size = 0;
      }
    }
    await this.save();
  }

  /** Save, and give the mailbox back: the next opening is a clean hand-over. Throws as `save`. */
  async release(): Promise<void> {
    await this.save();
    await this.host.release(this.holder);
  }

  private fetchLate(): Promise<void> {
    return this.#late.fetchAll(() => this.#stored.rows);
  }

  private isDue(): boolean {
    if (this.#waiting.size === 0) {
      return false;
    }
    const size = [...this.#waiting.values()].reduce((sum, value) => sum + (value?.length ?? 0), 0);
    const passed = this.now() - this.#savedAt; // below 0: somebody has put the clock back
    return size > SAVE_BYTES || passed < 0 || passed >= SAVE_SECONDS;
  }

  private seal(): SealedWrite {
    return sealWrite(this.sealing, this.#stored, this.#cold, this.#waiting, this.#oldChunks, this.holder);
  }

  /** A write whose fate is unknown is made: to write the same again is no other write. */
  private async settle(): Promise<void> {
    const sealed = this.#unanswered;
    if (sealed !== null) {
      await this.unlessRefused(this.host.write(sealed.write));
      this.adopt(sealed);
    }
  }

  /** A refusal means that nothing was stored: what waited still waits, and is sealed anew. */
  private async unlessRefused<T>(sent: Promise<T>): Promise<T> {
    try {
      return await sent;
    } catch (error) {
      if (error instanceof RelayRefuses) {
        this.#unanswered = null;
      }
      throw error;
    }
  }

  private adopt(sealed: SealedWrite): void {
    this.#stored = sealed.after;
    this.#cold.adopt(sealed.shown, sealed.gone);
    this.#unanswered = null;
    this.#oldChunks.clear();
    this.#savedAt = this.now();
    for (const [key, value] of sealed.values) {
      if (this.#waiting.get(key) === value) {
        this.#waiting.delete(key);
      }
    }
  }
}

/** The relay is away or busy: nothing was decided, and what waits may wait. */
function isPassing(error: unknown): boolean {
  return error instanceof Unavailable || (error instanceof RelayRefuses && PASSING.has(error.code));
}

const PASSING: ReadonlySet<string> = new Set(["unavailable", "too_many"]);
