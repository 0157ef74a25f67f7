/**
 * Staying in step for as long as the page is open: woken by the relay, believing only ledger and log.
 *
 * A trouble in one place keeps nobody from the others. What a line or a busy relay left undone is looked at again; what
 * ends the sitting (the session is over, another computer took the mailbox) is told once. As `cencomm/client/watch.py`.
 */

import { refill } from "../account/key-packages";
import { hex, type Bytes } from "../bytes";
import { isSittingOver } from "../channel/claiming";
import { enact, enactingPause } from "../channel/enactment";
import { furtherDevices } from "../channel/further-devices";
import { noticePush } from "../channel/log-feed";
import { Patience } from "../channel/patience";
import { resume } from "../channel/posting";
import { sendRejections } from "../channel/rejecting";
import { CencommError, ProtocolError, Unavailable } from "../errors";
import { NotAdmittedYet, OperationFrozen, RelayWithholds } from "../operation/operation";
import { RelayRefuses } from "../relay/relay-client";
import type { Wake } from "../relay/wakes";
import { Beating } from "./beating";
import type { Mailbox } from "./mailbox";
import { Recalling } from "./recalling";

export const RETRY_SECONDS = 5; // after a call that failed while the stream goes on

/** Whether nothing more can be done with this session and this opening of the mailbox. */
export function isEnd(error: unknown): error is RelayRefuses {
  return error instanceof RelayRefuses && isSittingOver(error);
}

/** Whether it may go better in a while: a line, or a busy relay. */
export function isForNow(error: unknown): boolean {
  return error instanceof Unavailable || (error instanceof RelayRefuses && PASSING.has(error.code));
}

/** Whether an operation's ledger cannot be shown, for reasons of its own: not admitted yet, withheld, not to be believed. */
export function isAboutOperation(error: unknown): error is CencommError {
  return error instanceof ProtocolError || error instanceof RelayWithholds || error instanceof NotAdmittedYet;
}

/** Somebody who is told how it goes. */
export interface Listener {
  /** An operation was looked at: `failure` says why its ledger is not believed, null that it is. */
  looked(operation: Bytes, failure: CencommError | null): void;

  /** A log, or the relay, did what a rule forbids; the rest goes on. `operation` is null where it is about none. */
  trouble(operation: Bytes | null, error: ProtocolError): void;

  /** The sitting is over: nothing more can be read or sent with it. */
  ended(error: CencommError): void;

  /** A defect of ours. */
  defect(error: unknown): void;
}

const PASSING: ReadonlySet<string> = new Set(["unavailable", "too_many"]);

export class Following {
  readonly #pausing = new Set<string>(); // operations that wait for others to enact
  readonly #patience = new Patience();
  readonly #recalling: Recalling;
  readonly #beating: Beating;
  #retrying = false;
  #stopped = false;

  constructor(
    private readonly mailbox: Mailbox,
    private readonly listener: Listener,
  ) {
    this.#recalling = new Recalling(mailbox, async (operation, work) => {
      await this.guard(operation, work);
    });
    this.#beating = new Beating(mailbox, {
      attempt: (work) => this.attempt(work),
      post: () => this.post(),
      isOver: () => this.#stopped,
      defect: (error) => listener.defect(error),
    });
  }

  /** Nothing is begun any more; what is under way ends by itself. */
  stop(): void {
    this.#stopped = true;
    this.#recalling.stop();
  }

  /** See to one wake-up; resolves when that is done. Nothing is thrown: the listener is told. */
  async answer(wake: Wake): Promise<void> {
    switch (wake.type) {
      case "connected":
        await this.catchUp();
        return;
      case "log":
        await this.see(wake.operation, () => noticePush(this.mailbox, wake.operation, wake.channel, wake.entry.sequence));
        return;
      case "ledger":
      case "welcome":
        await this.catchUpOperation(wake.operation);
        await this.see(null, () => resume(this.mailbox));
        this.lookAt(wake.operation);
        this.recall(wake.operation);
        return;
      case "rejection":
        this.lookAt(wake.operation); // somebody may ask to be let in again (C9, C10)
        return;
      case "key_packages":
        await this.see(null, () => refill(this.mailbox.stockist));
        return;
      case "history":
        this.recall(wake.operation);
        return;
      case "disconnected":
      case "enrolment":
        return;
    }
  }

  /** Everything that ledgers and logs hold now, and what we still had to send. */
  async catchUp(): Promise<void> {
    await this.see(null, () => this.introduce());
    const listed = await this.see(null, () => this.mailbox.relay.operations());
    const known = [...this.mailbox.pins.values()].map((pin) => pin.operation); // also one that the relay hides
    const all = new Map([...known, ...(listed ?? [])].map((operation) => [hex(operation), operation]));
    for (const operation of all.values()) {
      await this.catchUpOperation(operation, true);
    }
    await this.see(null, () => sendRejections(this.mailbox));
    await this.see(null, () => resume(this.mailbox));
    all.forEach((operation) => {
      this.lookAt(operation);
      this.recall(operation);
    });
    this.#beating.begin();
    this.#recalling.begin((error) => this.listener.defect(error));
  }

  /** Send what waits. */
  async post(): Promise<void> {
    await this.see(null, () => resume(this.mailbox));
  }

  /** History that is missing is asked of others than who lacked it. */
  askOthers(operation: Bytes, channel: Bytes): void {
    this.#recalling.askOthers(operation, channel).catch((error: unknown) => this.listener.defect(error));
  }

  /** Something of the caller's, as if a wake-up had asked for it. */
  async attempt(work: () => Promise<void>): Promise<void> {
    await this.see(null, work);
  }

  /** As `attempt`, beside everything else: something that changes nothing of the mailbox. Whether it was done. */
  async beside(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.sort(null, error);
      return false;
    }
  }

  /** The relay knows the device, and others can add it (C8); harmless to repeat. */
  private async introduce(): Promise<void> {
    await this.mailbox.routes.registerDevice(this.mailbox.device.certificate);
    await refill(this.mailbox.stockist);
  }

  private async catchUpOperation(operation: Bytes, isNewConnection = false): Promise<void> {
    await this.see(operation, () => this.followLedger(operation));
    for (const channel of this.mailbox.entitledChannels(operation)) {
      await this.see(operation, () =>
        isNewConnection ? this.mailbox.syncChannel(operation, channel) : this.mailbox.followLog(operation, channel),
      );
    }
  }

  private async followLedger(operation: Bytes): Promise<void> {
    try {
      await this.mailbox.followLedger(operation);
      this.listener.looked(operation, null);
    } catch (error) {
      if (isAboutOperation(error)) {
        const isShownFrozen = error instanceof OperationFrozen && this.mailbox.operations.has(hex(operation));
        this.listener.looked(operation, isShownFrozen ? null : error); // what we hold of it stays readable (L4)
        return;
      }
      throw error;
    }
  }

  /** Turn the ledger into Commits, once nobody else did (C7). Waiting holds nothing up. */
  private lookAt(operation: Bytes): void {
    const name = hex(operation);
    if (this.#pausing.has(name) || !this.mailbox.operations.has(name)) {
      return;
    }
    this.#pausing.add(name);
    this.enactLater(operation)
      .finally(() => this.#pausing.delete(name))
      .catch((error: unknown) => this.listener.defect(error));
  }

  /** What was said before we came. It takes as long as it takes, and holds nothing up. */
  private recall(operation: Bytes): void {
    this.#recalling.look(operation).catch((error: unknown) => this.listener.defect(error));
  }

  private async enactLater(operation: Bytes): Promise<void> {
    await this.mailbox.sleep(enactingPause(this.mailbox.entropy));
    const devices = (await this.see(operation, () => furtherDevices(this.mailbox.routes, operation))) ?? [];
    for (const channel of this.mailbox.entitledChannels(operation)) {
      await this.see(operation, () => enact(this.mailbox, operation, channel, { devices, patience: this.#patience }));
    }
  }

  /** One thing at a time with the mailbox. */
  private see<T>(operation: Bytes | null, work: () => Promise<T>): Promise<T | null> {
    const { turns } = this.mailbox;
    return this.guard(operation, () => turns.run(async () => (this.#stopped ? null : work()))); // it may have waited
  }

  /** What goes wrong is sorted by whose fault it is. */
  private async guard<T>(operation: Bytes | null, work: () => Promise<T>): Promise<T | null> {
    if (this.#stopped) {
      return null;
    }
    try {
      return await work();
    } catch (error) {
      this.sort(operation, error);
      return null;
    }
  }

  private sort(operation: Bytes | null, error: unknown): void {
    if (this.#stopped) {
      return; // whatever it says, it is about a sitting that is over
    }
    if (isEnd(error)) {
      this.stop();
      this.listener.ended(error);
    } else if (error instanceof ProtocolError) {
      this.listener.trouble(operation, error);
    } else if (isForNow(error)) {
      this.retry();
    } else if (!(error instanceof CencommError)) {
      this.listener.defect(error);
    }
    // Else we are out, or not in yet: what we hold stays readable, and the next wake looks again.
  }

  private retry(): void {
    if (this.#retrying) {
      return;
    }
    this.#retrying = true;
    this.mailbox
      .sleep(RETRY_SECONDS)
      .then(() => {
        this.#retrying = false;
        return this.catchUp();
      })
      .catch((error: unknown) => this.listener.defect(error));
  }
}
