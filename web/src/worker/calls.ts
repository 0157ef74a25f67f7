/** What page and worker say to each other. Keys and tokens stay in the worker: nothing here can carry one back. */

import type { Overview } from "../operation/overview";

export interface SignIn {
  readonly call: "signIn";
  readonly name: string;
  readonly password: string;
  readonly code: string | null; // of the second factor
  readonly deviceSecret: string | null; // as it stands on the letter (D3)
}

export interface Refresh {
  readonly call: "refresh";
}

export interface SignOut {
  readonly call: "signOut";
}

export type Call = SignIn | Refresh | SignOut;

/** What takes long, for the one who waits. */
export type Step =
  | { readonly step: "stretching" }
  | { readonly step: "signingIn" }
  | { readonly step: "verifying"; readonly verified: number; readonly signed: number };

/** Why a call failed: `code` is looked up in the catalogue, `sentence` is shown where it is not there. */
export interface Failure {
  readonly code: string;
  readonly sentence: string;
  readonly retryAfter: number | null; // seconds
}

/** An operation that does not verify is shown as that, beside the others. */
export type OperationView =
  | { readonly verified: true; readonly overview: Overview }
  | { readonly verified: false; readonly operation: string; readonly failure: Failure };

export interface Home {
  readonly account: string;
  readonly operations: readonly OperationView[];
}

export type Reply =
  | { readonly id: number; readonly kind: "step"; readonly step: Step }
  | { readonly id: number; readonly kind: "done"; readonly home: Home | null }
  | { readonly id: number; readonly kind: "failed"; readonly failure: Failure };
