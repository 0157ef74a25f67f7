/** The account's operations as the page shows them: what each one's ledger says, or why that is not believed now. */

import { hex, type Bytes } from "../bytes";
import type { CencommError, ProtocolError } from "../errors";
import { isAboutOperation } from "../mailbox/following";
import type { Mailbox } from "../mailbox/mailbox";
import { overviewOf } from "../operation/overview";
import type { Failure, OperationView } from "./calls";
import { failureOf } from "./failures";

const NOT_HERE: Failure = { code: "unreachable", sentence: "not read yet", retryAfter: null, since: null };

/** All by operation in hexadecimal. */
export class OperationViews {
  readonly #failures = new Map<string, Failure>(); // of operations whose ledger is not believed now
  readonly #troubles = new Map<string, Set<string>>(); // what went wrong in their channels

  constructor(private readonly mailbox: Pick<Mailbox, "operations" | "shown" | "device">) {}

  of(name: string): OperationView {
    const failure = this.#failures.get(name);
    const operation = this.mailbox.shown(name);
    if (failure !== undefined || operation === null) {
      return { verified: false, operation: name, failure: failure ?? NOT_HERE };
    }
    const overview = overviewOf(operation, hex(this.mailbox.device.account));
    const troubles = [...overview.troubles, ...(this.#troubles.get(name) ?? [])];
    return { verified: true, confirmed: this.mailbox.operations.has(name), overview: { ...overview, troubles } };
  }

  /** Its ledger is believed. */
  believe(name: string): void {
    this.#failures.delete(name);
  }

  /** Its ledger is not shown for now, since `error` came of following it. @throws what is about more than the operation. */
  refuse(name: string, error: unknown): void {
    if (!isAboutOperation(error)) {
      throw error;
    }
    this.#failures.set(name, failureOf(error));
  }

  /** It was looked at: `failure` says why its ledger is not believed, null that it is. Whether that is news. */
  looked(operation: Bytes, failure: CencommError | null): boolean {
    const name = hex(operation);
    const before = this.#failures.get(name)?.sentence ?? null;
    if (failure === null) {
      this.#failures.delete(name);
    } else {
      this.#failures.set(name, failureOf(failure));
    }
    return before !== (failure?.message ?? null);
  }

  /** Something went wrong in one of its channels; it stays in its view. Whether that is news. */
  trouble(operation: Bytes, error: ProtocolError): boolean {
    const name = hex(operation);
    const known = this.#troubles.get(name) ?? new Set<string>();
    if (known.has(error.message)) {
      return false;
    }
    this.#troubles.set(name, known.add(error.message));
    return true;
  }
}
