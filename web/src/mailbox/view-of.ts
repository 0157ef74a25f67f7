/** What the page is told of a mailbox, from what the device knows: no key passes here. */

import { hex } from "../bytes";
import { RELEASE_FORM } from "../channel/release-rules";
import { ProtocolError } from "../errors";
import * as json from "../forms/canonical-json";
import type { JsonObject } from "../forms/canonical-json";
import type { FormVersion } from "../ledger/effects";
import { belongs } from "../ledger/membership";
import type { Operation } from "../operation/operation";
import { bodyView } from "./bodies";
import type { Contents } from "./contents";
import type { Headline, ListedAside } from "./headline";
import { placeKey, type Holdings } from "./holdings";
import type { MarkBook } from "./marks";
import type { AsideView, MessageView, OperationForms, OperationMailbox } from "./views";

const MAX_FORM_BYTES = 1 << 18; // of a blob (docs/protocol.md section 9)

/** The definitions of forms that are here, and which of them are the newest of their names. */
export interface Forms {
  readonly forms: OperationForms;
  readonly current: OperationMailbox["current"];
}

export function formsOf({ ledger, contents }: Operation): Forms {
  const forms = new Map<string, JsonObject>();
  const newest = new Map<string, FormVersion>();
  for (const [blob, version] of ledger.forms) {
    const definition = readForm(contents.get(blob));
    const name = definition?.get("name");
    if (definition === null || typeof name !== "string") {
      continue; // not shown to us, or no form: what was written on it is shown as it is
    }
    forms.set(hex(version.definition.hash), definition);
    const known = newest.get(name);
    if (known === undefined || known.sequence < version.sequence) {
      newest.set(name, version);
    }
  }
  const current = [...newest]
    .filter(([name]) => name !== RELEASE_FORM) // which nobody writes here
    .map(([, { definition }]) => ({ form: hex(definition.blob), formHash: hex(definition.hash) }));
  return { forms, current };
}

/** What the page is told of a message, as far as its contents are here. */
export function messageView(
  kept: Headline,
  operation: Operation,
  { holdings, contents }: { readonly holdings: Holdings; readonly contents: Contents },
  marks: MarkBook,
): MessageView {
  const author = operation.ledger.identities.get(hex(kept.identityKey));
  const done = marks.of(kept.number);
  return {
    key: placeKey(kept.place),
    operation: hex(kept.place.operation),
    channel: hex(kept.place.channel),
    generation: kept.place.generation,
    sequence: kept.place.sequence,
    message: hex(kept.message),
    author: hex(kept.account),
    own: kept.own,
    authorRevoked: author === undefined || !belongs(author, operation.ledger.sequence),
    fromHistory: kept.fromHistory,
    form: hex(kept.form),
    formHash: hex(kept.formHash),
    ledgerSequence: kept.ledgerSequence,
    replyTo: kept.replyTo === null ? null : hex(kept.replyTo),
    ...said(kept, contents),
    acknowledgedBy: holdings.acknowledgedBy(kept),
    marks: { ...done, read: done.read || kept.own || kept.fromHistory },
  };
}

/** As much of what a message says as is here. */
function said(message: Headline, contents: Contents): Pick<MessageView, "extent" | "body" | "unlisted"> {
  const whole = contents.whole(message);
  if (whole !== null) {
    return { extent: "whole", body: bodyView(whole.envelope.body), unlisted: 0 };
  }
  const brief = contents.brief(message);
  const values = new Map([...message.links, ...(brief?.words ?? [])]);
  const unread = { expectedAction: null, handlingText: null, evaluation: null, attachments: [] };
  const body = { ...message.heading, ...unread, values };
  return { extent: brief === null ? "heading" : "brief", body, unlisted: message.unlisted };
}

export function asideView(kept: ListedAside): AsideView {
  return {
    key: placeKey(kept.place),
    operation: hex(kept.place.operation),
    channel: hex(kept.place.channel),
    sequence: kept.place.sequence,
    reason: kept.reason,
    detail: kept.detail,
    account: kept.account === null ? null : hex(kept.account),
    alarm: kept.alarm,
  };
}

function readForm(definition: Uint8Array | undefined): JsonObject | null {
  if (definition === undefined) {
    return null;
  }
  try {
    const value = json.decode(definition, MAX_FORM_BYTES);
    return value instanceof Map ? (value as JsonObject) : null;
  } catch (error) {
    if (error instanceof ProtocolError) {
      return null;
    }
    throw error;
  }
}
