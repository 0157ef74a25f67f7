/** What the page knows: what the worker answered, and what it told since. Every change gives a new value. */

import { changed, type OperationMailbox } from "./mailbox/views";
import type { Failure, Happening, Home, OperationView } from "./worker/calls";

export interface PageState {
  readonly home: Home | null; // null: nobody is signed in
  readonly mailboxes: ReadonlyMap<string, OperationMailbox>; // by operation
  readonly online: boolean;
  readonly failure: Failure | null; // of the newest call, or why the sitting ended
}

export type PageEvent =
  | { readonly event: "entered"; readonly home: Home } // signed in
  | { readonly event: "asked" } // something new: what failed before is not shown any more
  | { readonly event: "failed"; readonly failure: Failure }
  | { readonly event: "left" }
  | Happening;

export const SIGNED_OUT: PageState = { home: null, mailboxes: new Map(), online: true, failure: null };

export function after(state: PageState, event: PageEvent): PageState {
  switch (event.event) {
    case "entered":
      return { ...state, home: event.home, failure: null };
    case "asked":
      return { ...state, failure: null };
    case "failed":
      return { ...state, failure: event.failure };
    case "left":
      return SIGNED_OUT;
    case "mailbox":
      return { ...state, mailboxes: new Map(state.mailboxes).set(event.mailbox.operation, event.mailbox) };
    case "changed": {
      const { operation } = event.change;
      const known = state.mailboxes.get(operation);
      if (known === undefined) {
        return state; // all of it is on its way
      }
      return { ...state, mailboxes: new Map(state.mailboxes).set(operation, changed(known, event.change)) };
    }
    case "overview":
      return state.home === null ? state : { ...state, home: withView(state.home, event.view) };
    case "connection": {
      const { failure } = state;
      return { ...state, online: event.online, failure: event.online && failure?.code === "unreachable" ? null : failure };
    }
    case "ended":
      return { ...SIGNED_OUT, failure: event.failure };
  }
}

/** An operation that is new here comes last. */
function withView(home: Home, view: OperationView): Home {
  const name = operationOf(view);
  const isKnown = home.operations.some((one) => operationOf(one) === name);
  const operations = isKnown
    ? home.operations.map((one) => (operationOf(one) === name ? view : one))
    : [...home.operations, view];
  return { ...home, operations };
}

export function operationOf(view: OperationView): string {
  return view.verified ? view.overview.operation : view.operation;
}
