/** What page and worker say to each other about the account itself. */

import type { TypedPasswords } from "../account/new-password";
import type { AccountView, RecoveryCodesView, TotpView } from "../account/views";

/** Whoever sits at an open page is not the account's owner for that: these ask for the password again. */
export interface AccountCalls {
  readonly account: { readonly ask: null; readonly answer: AccountView };
  readonly endSession: { readonly ask: { readonly session: string }; readonly answer: AccountView };
  readonly endOtherSessions: { readonly ask: null; readonly answer: AccountView };
  readonly forgetComputer: { readonly ask: null; readonly answer: AccountView };
  readonly endDevice: { readonly ask: { readonly device: string }; readonly answer: EndedDevice };
  readonly newTotp: { readonly ask: null; readonly answer: NewTotp }; // shown, and nothing yet
  readonly switchOnTotp: { readonly ask: Proof; readonly answer: AccountView }; // what was shown last counts from now on
  readonly switchOffTotp: { readonly ask: Proof; readonly answer: AccountView };
  readonly newRecoveryCodes: { readonly ask: null; readonly answer: RecoveryCodesView }; // shown, and nothing yet
  readonly renewRecoveryCodes: { readonly ask: Proof; readonly answer: AccountView };
  readonly changePassword: { readonly ask: TypedPasswords; readonly answer: AccountView };
}

export type AccountCallName = keyof AccountCalls;

/** That it is the account's owner who asks. */
export interface Proof {
  readonly password: string;
  readonly code: string;
}

export type NewTotp = TotpView & RecoveryCodesView;

export interface EndedDevice {
  readonly account: AccountView;
  readonly channels: number; // from which it was removed
}
