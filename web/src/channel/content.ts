/** What only the store and the forms can judge of a message that was borne out: repetition (S4), known form (C12). */

import { equal, hex, type Bytes } from "../bytes";
import { ProtocolError } from "../errors";
import { encodeSigned } from "../forms/signed";
import { counts } from "../ledger/channel";
import { sha256 } from "../primitives/hashes";
import type { Writes } from "../store/state-store";
import { judgeControl } from "./controls";
import type { ChannelEvent, ControlDelivered, MessageDelivered, Quarantined, Reason } from "./events";
import type { Host } from "./host";
import { encodeSeen, readSeen, seenKey, type Seen } from "./seen";

/** The event, or what becomes of it, and what a store must apply for it to have been taken in once. */
export interface Judged {
  readonly event: ChannelEvent;
  readonly writes: Writes;
}

const NOTHING: Writes = new Map();

export async function judgeContent(host: Host, event: ChannelEvent): Promise<Judged> {
  if (event.kind !== "message" && event.kind !== "control") {
    return { event, writes: NOTHING };
  }
  const message = event.kind === "message" ? event.envelope.message : event.control.message;
  const key = seenKey(event.place.operation, event.identityKey, message);
  const envelopeHash = sha256(encodeSigned(event.signed));
  const value = await host.store.get(key);
  const taken: Writes = new Map([[key, encodeSeen(envelopeHash, event.place)]]);
  if (value !== null) {
    const seen = readSeen(value);
    if (equal(seen.envelopeHash, envelopeHash)) {
      return { event: { kind: "repeated", place: event.place }, writes: isCutOff(host, event, seen) ? taken : NOTHING };
    }
    const detail = "other bytes under a message id that this author used before";
    return { event: aside(event, "conflict", detail), writes: NOTHING };
  }
  return event.kind === "control" ? takeControl(event, taken) : takeMessage(host, event, taken);
}

/** A restart cut off the place where it was seen: it counts where it stands now (C11). */
function isCutOff(host: Host, event: MessageDelivered | ControlDelivered, seen: Seen): boolean {
  const channel = host.operation(event.place.operation).ledger.channels.get(hex(event.place.channel));
  return channel !== undefined && !counts(channel, seen.generation, seen.sequence);
}

function takeControl(event: ControlDelivered, taken: Writes): Judged {
  try {
    judgeControl(event.control);
  } catch (error) {
    if (error instanceof ProtocolError) {
      // Ours has arrived: its posting ends, whatever it is worth here.
      return { event: aside(event, "ill_formed", error.message), writes: event.own ? taken : NOTHING };
    }
    throw error;
  }
  return { event, writes: taken };
}

function takeMessage(host: Host, event: MessageDelivered, taken: Writes): Judged {
  const operation = host.operation(event.place.operation);
  const { envelope } = event;
  const form = operation.ledger.forms.get(hex(envelope.form));
  if (
    form === undefined ||
    !equal(form.definition.hash, envelope.formHash) ||
    BigInt(form.sequence) > envelope.ledgerSequence // judged where the author stood: one verdict for all members
  ) {
    const detail = "the form was not in the operation's ledger when this was written";
    return { event: aside(event, "unknown_form", detail), writes: NOTHING };
  }
  try {
    host.judgeReport(operation, envelope);
  } catch (error) {
    if (error instanceof ProtocolError) {
      return { event: aside(event, "ill_formed", error.message), writes: NOTHING };
    }
    throw error;
  }
  return { event, writes: taken };
}

function aside(event: MessageDelivered | ControlDelivered, reason: Reason, detail: string): Quarantined {
  const message: Bytes = encodeSigned(event.signed);
  return { kind: "quarantined", place: event.place, reason, detail, message, account: event.account };
}
