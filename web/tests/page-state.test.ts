import assert from "node:assert/strict";
import test from "node:test";

import { NOTHING_BEFORE, type MessageView, type OperationMailbox } from "../src/mailbox/views";
import { after, SIGNED_OUT, type PageState } from "../src/page-state";
import type { Failure } from "../src/worker/calls";
import { DRAFT } from "./mailbox/draft";

const OPERATION = "01".repeat(32);
const FAILURE: Failure = { code: "not_holder", sentence: "another computer took it", retryAfter: null, since: null };
const MAILBOX: OperationMailbox = {
  operation: OPERATION,
  forms: new Map(),
  current: [],
  messages: [message("c/1/2"), message("c/1/3")],
  aside: [],
  drafts: [],
  outgoing: [],
  channels: [],
  history: NOTHING_BEFORE,
};

test("a message that changed takes the place that it had, a new one comes last", () => {
  const flagged = { ...message("c/1/2"), marks: { read: true, flagged: true } };
  const { forms: _forms, current: _current, ...rest } = MAILBOX;
  const change = { ...rest, messages: [message("c/1/4"), flagged], drafts: [DRAFT] };

  const state = [{ event: "mailbox", mailbox: MAILBOX } as const, { event: "changed", change } as const].reduce(
    after,
    signedIn(),
  );

  const mailbox = state.mailboxes.get(OPERATION);
  assert.deepEqual(mailbox?.messages, [flagged, message("c/1/3"), message("c/1/4")]);
  assert.deepEqual(mailbox.drafts, [DRAFT]);
  assert.equal(mailbox.forms, MAILBOX.forms);
});

test("a change of an operation of which nothing was told yet is left for the whole", () => {
  const state = signedIn();

  assert.equal(after(state, { event: "changed", change: { ...MAILBOX } }), state);
});

test("an operation that does not verify any more is shown as that in its place", () => {
  const failed = { verified: false, operation: OPERATION, failure: FAILURE } as const;

  const state = after(after(signedIn(), { event: "overview", view: failed }), { event: "overview", view: failed });

  assert.deepEqual(state.home?.operations, [failed]);
});

test("when the sitting ends, nothing of it stays on the page but why", () => {
  const state = after(after(signedIn(), { event: "mailbox", mailbox: MAILBOX }), { event: "ended", failure: FAILURE });

  assert.deepEqual(state, { ...SIGNED_OUT, failure: FAILURE });
});

function signedIn(): PageState {
  return after(SIGNED_OUT, { event: "entered", home: { account: "09".repeat(16), operations: [] } });
}

function message(key: string): MessageView {
  return {
    key,
    operation: OPERATION,
    channel: "c",
    sequence: Number(key.slice(4)),
    message: "0b".repeat(16),
    author: "09".repeat(16),
    own: false,
    authorRevoked: false,
    fromHistory: false,
    extent: "whole",
    generation: 1,
    form: DRAFT.form,
    formHash: DRAFT.formHash,
    ledgerSequence: 1,
    replyTo: null,
    body: DRAFT.body,
    unlisted: 0,
    acknowledgedBy: [],
    marks: { read: false, flagged: false },
  };
}
