/**
 * The page's side of the worker.
 *
 * `require-trusted-types-for 'script'` takes no string as a worker's address, so there is one policy, which lets
 * through one address and makes no HTML and no script (docs/adr/, the browser's worker).
 */

import type { CallName, Calls, Failure, Happening, Reply, Step } from "./calls";

const WORKER = "/assets/worker.js";

/** The worker's answer was no. */
export class CallFailed extends Error {
  constructor(readonly failure: Failure) {
    super(failure.sentence);
    this.name = "CallFailed";
  }
}

interface Waiting {
  readonly resolve: (answer: Calls[CallName]["answer"]) => void;
  readonly reject: (error: CallFailed) => void;
  readonly report: (step: Step) => void;
}

interface ScriptUrlPolicy {
  createScriptURL(address: string): string;
}

declare const trustedTypes:
  | { createPolicy(name: string, rules: { createScriptURL: (address: string) => string }): ScriptUrlPolicy }
  | undefined;

export class WorkerClient {
  readonly #address = workerAddress(); // once: a policy of one name is made once
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker;
  #last = 0;

  constructor(
    private readonly onHappening: (happening: Happening) => void,
    private readonly onBegun: () => void,
  ) {
    this.#worker = this.begin();
  }

  /** A worker that knows nothing: of the one before, the memory is gone, with every key in it. Nobody waits for it. */
  renew(): void {
    this.#worker.terminate();
    this.#waiting.clear();
    this.#worker = this.begin();
  }

  /** @throws CallFailed with the worker's reason. */
  call<Name extends CallName>(
    call: Name,
    ask: Calls[Name]["ask"],
    report: (step: Step) => void,
  ): Promise<Calls[Name]["answer"]> {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Waiting["resolve"], reject, report });
      this.#worker.postMessage({ id, call, ask });
    });
  }

  private begin(): Worker {
    const worker = new Worker(this.#address, { type: "module" });
    worker.addEventListener("message", (event: MessageEvent<Reply>) => {
      if (worker === this.#worker) {
        this.take(event.data);
      }
    });
    worker.addEventListener("error", () => this.failAll()); // a defect of ours: nobody waits for ever
    return worker;
  }

  private failAll(): void {
    const failure = { code: "defect", sentence: "this program has a defect here", retryAfter: null, since: null };
    for (const waiting of this.#waiting.values()) {
      waiting.reject(new CallFailed(failure));
    }
    this.#waiting.clear();
  }

  private take(reply: Reply): void {
    if (reply.kind === "begun") {
      this.onBegun();
      return;
    }
    if (reply.kind === "happened") {
      this.onHappening(reply.happening);
      return;
    }
    const waiting = this.#waiting.get(reply.id);
    if (waiting === undefined) {
      return;
    }
    switch (reply.kind) {
      case "step":
        waiting.report(reply.step);
        return;
      case "done":
        this.#waiting.delete(reply.id);
        waiting.resolve(reply.answer);
        return;
      case "failed":
        this.#waiting.delete(reply.id);
        waiting.reject(new CallFailed(reply.failure));
    }
  }
}

function workerAddress(): string {
  if (typeof trustedTypes === "undefined") {
    return WORKER;
  }
  const policy = trustedTypes.createPolicy("cencomm-worker", {
    createScriptURL: (address) => {
      if (address !== WORKER) {
        throw new TypeError("only our own worker");
      }
      return address;
    },
  });
  return policy.createScriptURL(WORKER);
}
