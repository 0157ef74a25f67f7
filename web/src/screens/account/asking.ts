/** Asking the worker about the account, with the failure shown where it was asked. */

import { useState } from "preact/hooks";

import type { AccountCallName, AccountCalls } from "../../worker/account-calls";
import type { Failure } from "../../worker/calls";
import { CallFailed } from "../../worker/worker-client";

/** @throws CallFailed with the worker's reason. */
export type AskAccount = <Name extends AccountCallName>(
  call: Name,
  ask: AccountCalls[Name]["ask"],
) => Promise<AccountCalls[Name]["answer"]>;

export interface Asking {
  readonly busy: boolean;
  readonly failure: Failure | null; // of the newest

  /** The answer; null: `failure` says why there is none. */
  readonly run: <T>(work: () => Promise<T>) => Promise<T | null>;
}

/** One place of a screen that asks for one thing at a time. */
export function useAsking(): Asking {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const run = async <T,>(work: () => Promise<T>): Promise<T | null> => {
    setBusy(true);
    setFailure(null);
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CallFailed)) {
        throw error;
      }
      setFailure(error.failure);
      return null;
    } finally {
      setBusy(false);
    }
  };
  return { busy, failure, run };
}
