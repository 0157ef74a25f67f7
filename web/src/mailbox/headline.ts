/**
 * What lists, boxes, stories and clocks need of everything that was taken in, apart from its row in the journal.
 *
 * Enough to say who must answer what, and to find the row; what is said in it is not here.
 */

import { hex, type Bytes } from "../bytes";
import type { Place } from "../channel/events";
import type { Body } from "../forms/envelope";
import type { JsonObject } from "../forms/canonical-json";
import { listedAddressees } from "./headline-addressees";
import type { Kept, KeptAcknowledgement, KeptAside, KeptMessage } from "./journal";

/** An entry of a log. */
export type Spot = Pick<Place, "operation" | "channel" | "generation" | "sequence">;

/** How a message is to be handled, and by whom. */
export type Heading = Pick<
  Body,
  "language" | "writtenAt" | "to" | "answerBy" | "priority" | "handling" | "tlp" | "variant"
>;

/** A message whose row in the journal has this number. */
export interface Headline {
  readonly kind: "message";
  readonly number: number;
  readonly place: Spot;
  readonly account: Bytes;
  readonly identityKey: Bytes;
  readonly message: Bytes;
  readonly own: boolean;
  readonly fromHistory: boolean;
  readonly form: Bytes;
  readonly formHash: Bytes;
  readonly ledgerSequence: number;
  readonly replyTo: Bytes | null;
  readonly heading: Heading; // `to`: as far as listed
  readonly unlisted: number; // addressees beside those (`headline-addressees.ts`)
  readonly links: ReadonlyMap<string, string>; // fields that may name another message, and what they say
}

export type ListedAside = Omit<KeptAside, "place"> & { readonly place: Spot };
export type ListedAcknowledgement = Omit<KeptAcknowledgement, "place"> & { readonly place: Spot };
export type Listed = Headline | ListedAside | ListedAcknowledgement;

export const MAX_LINKS = 8; // a form of ours has one
const MAX_FIELD_LETTERS = 48; // of every form: an insider's program may write others
const MESSAGE_ID = /^[0-9a-f]{32}$/;

/** @param account ours: whether we are asked is always said. */
export function listedOf(kept: Kept, account: Bytes): Listed {
  return kept.kind === "message" ? headlineOf(kept, account) : { ...kept, place: spotOf(kept.place) };
}

export function headlineOf(kept: KeptMessage, account: Bytes): Headline {
  const { envelope } = kept;
  const { language, writtenAt, answerBy, priority, handling, tlp, variant } = envelope.body;
  const all = envelope.body.to;
  const { to, unlisted } = kept.own ? { to: all, unlisted: 0 } : listedAddressees(all, hex(account));
  return {
    kind: "message",
    number: kept.number,
    place: spotOf(kept.place),
    account: kept.account,
    identityKey: kept.identityKey,
    message: envelope.message,
    own: kept.own,
    fromHistory: kept.fromHistory,
    form: envelope.form,
    formHash: envelope.formHash,
    ledgerSequence: Number(envelope.ledgerSequence),
    replyTo: envelope.replyTo,
    heading: { language, writtenAt, to, answerBy, priority, handling, tlp, variant },
    unlisted,
    links: linksOf(envelope.body.values),
  };
}

function spotOf({ operation, channel, generation, sequence }: Place): Spot {
  return { operation, channel, generation, sequence };
}

/** Whatever could be a message's id: which fields are meant so, the form says, and it may not be here yet. */
function linksOf(values: JsonObject): ReadonlyMap<string, string> {
  const links = new Map<string, string>();
  for (const [field, value] of values) {
    if (typeof value === "string" && MESSAGE_ID.test(value) && field.length <= MAX_FIELD_LETTERS && links.size < MAX_LINKS) {
      links.set(field, value);
    }
  }
  return links;
}
