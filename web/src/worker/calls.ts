/**
 * What page and worker say to each other. Keys and tokens stay in the worker: nothing here can carry one back, but for
 * what its owner has to see once, the secret of an authenticator and recovery codes.
 */

import type { LetterView, NewKeysView } from "../account/letter-view";
import type { FetchedFile } from "../mailbox/files";
import type { Finding, Sought } from "../mailbox/searching";
import type { AttachmentView, DraftView, MailboxChange, OperationMailbox } from "../mailbox/views";
import type { Overview } from "../operation/overview";
import type { ProgramView } from "../program/views";
import type { AccountCalls } from "./account-calls";

export type { Finding, LetterView, Sought };

/** What the page may ask, and what comes back. */
export interface Calls extends AccountCalls {
  readonly signIn: { readonly ask: SignIn; readonly answer: Home };
  readonly readLetter: { readonly ask: { readonly letter: string }; readonly answer: LetterView };
  readonly enrol: { readonly ask: Enrol; readonly answer: Home };
  readonly reset: { readonly ask: Reset; readonly answer: NewKeysView };
  readonly program: { readonly ask: null; readonly answer: ProgramView }; // of whoever runs here, signed in or not
  readonly signOut: { readonly ask: { readonly anyway: boolean }; readonly answer: null }; // though messages wait
  readonly saveDraft: { readonly ask: DraftView; readonly answer: null };
  readonly dropDraft: { readonly ask: { readonly draft: string }; readonly answer: null };
  readonly send: { readonly ask: DraftView; readonly answer: null }; // kept to be sent; events tell how it goes
  readonly mark: {
    readonly ask: { readonly key: string; readonly read?: boolean; readonly flagged?: boolean };
    readonly answer: null;
  };
  /** More of these messages is told, by a happening, before the answer comes. */
  readonly show: {
    readonly ask: { readonly keys: readonly string[]; readonly extent: "brief" | "whole" };
    readonly answer: null;
  };
  /** What is found is told by steps, the first of which says what is found at once; the next search ends this one. */
  readonly search: { readonly ask: Sought; readonly answer: null };
  readonly attach: {
    readonly ask: Attach;
    readonly answer: AttachmentView;
  };
  readonly stopAttaching: { readonly ask: { readonly upload: string }; readonly answer: null };
  readonly fetchFile: {
    readonly ask: { readonly key: string; readonly attachment: string };
    readonly answer: FetchedFile;
  };
  readonly askOthers: { readonly ask: { readonly operation: string; readonly channel: string }; readonly answer: null };
  readonly acknowledge: { readonly ask: { readonly key: string }; readonly answer: null };
}

export type CallName = keyof Calls;

/** A call as it comes over; `ask` has the shape that `call` says. */
export type Asked<Names extends CallName = CallName> = {
  readonly [Name in Names]: { readonly call: Name; readonly ask: Calls[Name]["ask"] };
}[Names];

export interface SignIn {
  readonly name: string;
  readonly password: string;
  readonly code: string | null; // of the second factor
  readonly deviceSecret: string | null; // as it stands on the letter (D3)
  readonly remember: boolean; // this computer is to be known to the relay (D6)
  readonly takeOver: boolean; // the mailbox, from another computer that has it open (D4)
}

/** A file for a draft in this channel. */
export interface Attach {
  readonly upload: string; // the page's own name for it, by which it can be stopped
  readonly operation: string;
  readonly channel: string;
  readonly file: File;
}

/** A new account by an access letter (D7), signed in at once. */
export interface Enrol {
  readonly letter: string; // its whole text
  readonly name: string;
  readonly password: string;
  readonly registrationCode: string | null; // where the relay asks for one
}

/** A new password and new keys for the account of a reset letter; nobody is signed in by it. */
export interface Reset {
  readonly letter: string; // its whole text
  readonly name: string; // that the account has
  readonly password: string; // that it is to have
}

/** What happens by itself. `mailbox` and `overview` replace what the page knew of that operation. */
export type Happening =
  | { readonly event: "mailbox"; readonly mailbox: OperationMailbox }
  | { readonly event: "changed"; readonly change: MailboxChange }
  | { readonly event: "overview"; readonly view: OperationView }
  | { readonly event: "connection"; readonly online: boolean }
  | { readonly event: "ended"; readonly failure: Failure }; // the session, or the mailbox is held elsewhere

/** What takes long, for the one who waits. */
export type Step =
  | { readonly step: "stretching" }
  | { readonly step: "signingIn" }
  | ({ readonly step: "searching" } & Finding)
  | { readonly step: "reading"; readonly read: number; readonly all: number } // messages
  | { readonly step: "carrying"; readonly done: number; readonly all: number } // parts of a file
  | { readonly step: "verifying"; readonly verified: number; readonly signed: number };

/** Why a call failed: `code` is looked up in the catalogue, `sentence` is shown where it is not there. */
export interface Failure {
  readonly code: string;
  readonly sentence: string;
  readonly retryAfter: number | null; // seconds
  readonly since: number | null; // of a mailbox that somebody else holds: seconds since 1970
}

/**
 * An operation that does not verify is shown as that, beside the others. Until it is `confirmed` it is as this account
 * verified it when it was signed in last: the relay was not asked since, and may show more.
 */
export type OperationView =
  | { readonly verified: true; readonly confirmed: boolean; readonly overview: Overview }
  | { readonly verified: false; readonly operation: string; readonly failure: Failure };

export interface Home {
  readonly account: string;
  readonly operations: readonly OperationView[];
}

export type Reply =
  | { readonly kind: "begun" } // the worker hears what it is asked
  | { readonly id: number; readonly kind: "step"; readonly step: Step }
  | { readonly id: number; readonly kind: "done"; readonly answer: Calls[CallName]["answer"] }
  | { readonly id: number; readonly kind: "failed"; readonly failure: Failure }
  | { readonly kind: "happened"; readonly happening: Happening };
