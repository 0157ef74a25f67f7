/** Beginning to write: a new report, an answer to a message, a note. Pure: ids and the clock are parameters. */

import { hex } from "../../bytes";
import { following } from "../../forms/answering";
import * as json from "../../forms/canonical-json";
import type { JsonObject } from "../../forms/canonical-json";
import { blankValues, repeated } from "../../forms/carrying";
import type { CodeLists } from "../../forms/code-list";
import type { Addressee, Language } from "../../forms/envelope";
import type { Form } from "../../forms/form";
import { decodeForm } from "../../forms/form-json";
import { reportedFrom } from "../../forms/reporting";
import type { BodyView, DraftView, MessageView, OperationMailbox } from "../../mailbox/views";
import type { Entropy } from "../../primitives/entropy";

const DRAFT_ID_BYTES = 16;

export interface Writer {
  readonly language: Language;
  readonly country: string | null; // of their post, as the roster has it; null: it is not known
  readonly now: number; // seconds
  readonly entropy: Entropy;
}

/** A form of the operation by its hash. @throws FormError it is not here, or none. */
export function formOf(mailbox: OperationMailbox, hash: string): Form {
  return decodeForm(json.encode(mailbox.forms.get(hash) ?? new Map()));
}

/** The hash of the form of this name that may be written now, if there is one. */
export function currentForm(mailbox: OperationMailbox, name: string): string | null {
  return mailbox.current.find(({ formHash }) => mailbox.forms.get(formHash)?.get("name") === name)?.formHash ?? null;
}

/** A new report in a channel: rows to fill in where they are asked for, its writer's country. @throws FormError */
export function newDraft(mailbox: OperationMailbox, channel: string, formHash: string, writer: Writer): DraftView {
  const form = formOf(mailbox, formHash);
  const variant = form.variants[0] ?? "long";
  return {
    draft: hex(writer.entropy(DRAFT_ID_BYTES)),
    operation: mailbox.operation,
    channel,
    form: mailbox.current.find((one) => one.formHash === formHash)?.form ?? "",
    formHash,
    replyTo: null,
    body: { ...blankBody(writer), values: reportedFrom(blankValues(form, variant), form, variant, writer.country), variant },
    changedAt: writer.now,
  };
}

/**
 * What follows from a message: its author is asked nothing back, so that the clock of the first stops and no other
 * begins; as it was to be handled, so is the answer. What follows from one's own is for everybody. @throws FormError
 */
export function answerDraft(
  mailbox: OperationMailbox,
  message: MessageView,
  formHash: string,
  lists: CodeLists,
  writer: Writer,
): DraftView {
  const draft = newDraft(mailbox, message.channel, formHash, writer);
  const occasion = {
    message: message.message,
    form: formOf(mailbox, message.formHash),
    values: message.body.values,
  };
  const { tlp, handling, handlingText } = message.body;
  const to = message.own ? stillNamed(message) : [{ account: message.author }];
  const form = formOf(mailbox, formHash);
  const { variant } = draft.body;
  const values = reportedFrom(following(occasion, form, variant, lists), form, variant, writer.country);
  return {
    ...draft,
    replyTo: message.message,
    body: { ...draft.body, values, tlp, handling, handlingText, to },
  };
}

/** One's last report of the same form as a beginning of this one; null: there is none. @throws FormError */
export function repeatedDraft(mailbox: OperationMailbox, draft: DraftView): DraftView | null {
  const last = mailbox.messages.findLast((one) => one.own && one.formHash === draft.formHash);
  if (last === undefined || last.extent !== "whole") {
    return null; // it is on its way
  }
  const values = repeated(last.body.values, formOf(mailbox, draft.formHash), draft.body.variant);
  const { to, tlp, handling, handlingText } = last.body;
  return { ...draft, body: { ...draft.body, values, to, tlp, handling, handlingText } };
}

/** A note to all who read the message's channel; null: the operation has no note, or not now. @throws FormError */
export function noteDraft(
  mailbox: OperationMailbox,
  message: MessageView,
  text: string,
  writer: Writer,
): DraftView | null {
  const formHash = currentForm(mailbox, "note");
  if (formHash === null) {
    return null;
  }
  const draft = newDraft(mailbox, message.channel, formHash, writer);
  const field = formOf(mailbox, formHash).fields.find((one) => one.required === true && one.kind.ownWords);
  const values: JsonObject = field === undefined ? new Map() : new Map([[field.name, text]]);
  return {
    ...draft,
    replyTo: message.message,
    body: { ...draft.body, values, tlp: message.body.tlp, to: stillNamed(message) },
  };
}

/** Whom another message about this one has to name: TLP:RED stays with those who were named. */
function stillNamed({ body }: MessageView): readonly Addressee[] {
  return body.tlp === "RED" ? body.to : [];
}

function blankBody({ language, now }: Writer): Omit<BodyView, "values" | "variant"> {
  return {
    language,
    writtenAt: now,
    to: [],
    answerBy: null,
    expectedAction: null,
    priority: "routine",
    handling: "H0",
    handlingText: null,
    tlp: "AMBER",
    evaluation: null,
    attachments: [],
  };
}
