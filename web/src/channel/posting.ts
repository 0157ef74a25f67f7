/**
 * Saying something in a channel: signed, kept, then delivered (delivery.ts).
 *
 * What was signed is kept until the log shows it, so a tab that dies in between goes on with `resume`.
 */

import { concat, fromUtf8, hex, utf8, type Bytes } from "../bytes";
import { decode, opaque } from "../codec";
import { MalformedError, ProtocolError, Unavailable } from "../errors";
import { decodeControl, signControl, type ControlKind } from "../forms/control";
import { decodeEnvelope, type Body, type Envelope } from "../forms/envelope";
import { signEnvelope } from "../forms/envelope-writing";
import { isControl, type Signed } from "../forms/signed";
import { verifyCertificate } from "../ledger/certificate";
import { SEND_ID_BYTES } from "../ledger/sizes";
import type { Writes } from "../store/state-store";
import { deliver, isFinal, isWaiting, usableSession } from "./delivery";
import { judgeUpToDate } from "./freshness";
import { encodePosting, POSTING_PREFIX, postingKey, readPosting, type Posting } from "./outbox";
import { judgeReaders } from "./readership";
import type { Sent } from "./receipts";
import { isReleaseChannel, ReleasesElsewhere } from "./release-rules";
import type { SendingHost } from "./sending-host";
import { Standing } from "./session";
import { ChannelNotUsable, ChannelRestarting, NotYetAdded } from "./unsendable";

export const RETURNED_PREFIX = "returned/";
const MESSAGE_ID_BYTES = 16;

/** What an officer wants to say: a form of the operation, its values and how it is to be handled. */
export interface Draft {
  readonly message: Bytes; // 16 random bytes, drawn when it was begun
  readonly operation: Bytes;
  readonly channel: Bytes;
  readonly form: Bytes; // blob id of this version of the form in the ledger
  readonly replyTo: Bytes | null;
  readonly body: Body;
}

/** A message that can never be sent, and why: back to its author, who may write it anew (S3). */
export interface Returned {
  readonly posting: Posting;
  readonly envelope: Envelope;
  readonly reason: string; // a sentence
}

/** What became of what was kept. */
export type Outcome =
  | { readonly kind: "sent"; readonly posting: Posting; readonly sent: Sent }
  | { readonly kind: "returned"; readonly returned: Returned }
  | { readonly kind: "dropped"; readonly posting: Posting } // a program's message: there is nobody to give it back to
  | { readonly kind: "waits"; readonly posting: Posting; readonly reason: string };

/**
 * The draft, signed and kept to be sent, in one write with `beside`: nothing has left yet.
 *
 * @throws TooManyReaders TLP:RED where people beyond `to` read.
 * @throws MayBeOutOfDate TLP:RED, and nobody was heard for long who would know of other readers (H3).
 * @throws ReleasesElsewhere CEN reads the channel.
 * @throws CencommError this device cannot write there, or the values do not answer the form: nothing is kept.
 */
export async function keepDraft(host: SendingHost, draft: Draft, beside: Writes = new Map()): Promise<Posting> {
  const operation = host.operation(draft.operation);
  host.membership(draft.operation);
  if (isReleaseChannel(operation, draft.channel)) {
    throw new ReleasesElsewhere();
  }
  const form = operation.ledger.forms.get(hex(draft.form));
  if (form === undefined) {
    throw new MalformedError("this form is not in the operation's ledger: begin the message anew");
  }
  const envelope: Envelope = {
    message: draft.message,
    operation: draft.operation,
    channel: draft.channel,
    author: verifyCertificate(host.device.certificate).hash,
    ledgerSequence: BigInt(operation.ledger.sequence),
    ledgerHash: operation.ledger.headHash,
    form: draft.form,
    formHash: form.definition.hash,
    replyTo: draft.replyTo,
    body: draft.body,
  };
  host.judgeReport(operation, envelope);
  judgeReaders(operation, draft.channel, draft.body, host.device.account);
  await judgeUpToDate(host, draft.operation, draft.channel, draft.body);
  return keep(host, draft, signEnvelope(envelope, host.device.signingKey), beside);
}

/** Something that this program says to the members' programs, signed and kept with `beside`; `body` is the kind's own. */
export async function keepControl(
  host: SendingHost,
  place: Pick<Draft, "operation" | "channel">,
  kind: ControlKind,
  body: Bytes,
  beside: Writes = new Map(),
): Promise<Posting> {
  const { ledger } = host.operation(place.operation);
  host.membership(place.operation);
  const message = host.entropy(MESSAGE_ID_BYTES);
  const control = {
    kind,
    message,
    operation: place.operation,
    channel: place.channel,
    author: verifyCertificate(host.device.certificate).hash,
    ledgerSequence: BigInt(ledger.sequence),
    ledgerHash: ledger.headHash,
    writtenAt: BigInt(host.now()),
    body,
  };
  return keep(host, { ...place, message }, signControl(control, host.device.signingKey), beside);
}

async function keep(
  host: SendingHost,
  place: Pick<Draft, "operation" | "channel" | "message">,
  signed: Signed,
  beside: Writes,
): Promise<Posting> {
  const { operation, channel, message } = place;
  const posting: Posting = { operation, channel, message, sendId: host.entropy(SEND_ID_BYTES), signed };
  try {
    usableSession(host, posting);
  } catch (error) {
    if (!passes(error)) {
      throw error;
    }
    // It goes out when the new group stands, or when somebody has added this device (again).
  }
  await host.write(new Map([...beside, [postingKey(posting), encodePosting(posting)]]));
  return posting;
}

/** Whether what keeps a message here ends without its author: the unit restarts the channel, a member adds the device. */
function passes(error: unknown): boolean {
  return (
    error instanceof ChannelRestarting ||
    error instanceof NotYetAdded ||
    (error instanceof ChannelNotUsable && error.standing !== Standing.removed)
  );
}

/**
 * Send one posting, and say what became of it; `waits` also for a relay that cannot be reached.
 *
 * @throws ProtocolError somebody else's fault, the relay's first of all: it stays kept.
 */
export async function attemptDelivery(host: SendingHost, posting: Posting): Promise<Outcome> {
  try {
    return { kind: "sent", posting, sent: await deliver(host, posting) };
  } catch (error) {
    if (isFinal(error)) {
      return giveBack(host, posting, error.message);
    }
    if (isWaiting(error) || error instanceof Unavailable) {
      return { kind: "waits", posting, reason: (error as Error).message };
    }
    throw error;
  }
}

/**
 * Send everything that was signed here and is not seen in the log yet, in the order in which it was written.
 *
 * @throws ProtocolError the first fault that kept a message here, when all were tried; they stay kept.
 */
export async function resume(host: SendingHost): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  let first: ProtocolError | null = null;
  for (const posting of await kept(host)) {
    try {
      outcomes.push(await attemptDelivery(host, posting));
    } catch (error) {
      if (!(error instanceof ProtocolError)) {
        throw error;
      }
      first ??= error;
    }
  }
  if (first !== null) {
    throw first;
  }
  return outcomes;
}

/** What was signed and is not seen in the log yet, in the order in which it was written, as far as the clock tells. */
export async function kept(host: Pick<SendingHost, "store">): Promise<readonly Posting[]> {
  const rows = await host.store.scan(POSTING_PREFIX);
  return rows.map(([, value]) => decode(value, readPosting)).sort((a, b) => writtenAt(a) - writtenAt(b));
}

/** What came back and was not discarded yet. */
export async function returned(host: Pick<SendingHost, "store">): Promise<readonly Returned[]> {
  const rows = await host.store.scan(RETURNED_PREFIX);
  return rows.map(([, value]) => {
    const { posting, reason } = decode(value, (reader) => ({ posting: readPosting(reader), reason: reader.opaque() }));
    return { posting, envelope: decodeEnvelope(posting.signed.content), reason: fromUtf8(reason) };
  });
}

/** What the author has seen that came back goes. */
export function discardedWrites(seen: Returned): Writes {
  return new Map([[returnedKey(seen.posting), null]]);
}

async function giveBack(host: SendingHost, posting: Posting, reason: string): Promise<Outcome> {
  if (isControl(posting.signed)) {
    await host.write(new Map([[postingKey(posting), null]]));
    return { kind: "dropped", posting };
  }
  const row = concat(encodePosting(posting), opaque(utf8(reason)));
  await host.write(new Map([[postingKey(posting), null], [returnedKey(posting), row]]));
  return { kind: "returned", returned: { posting, envelope: decodeEnvelope(posting.signed.content), reason } };
}

function returnedKey(posting: Posting): string {
  return RETURNED_PREFIX + hex(posting.sendId);
}

function writtenAt(posting: Posting): number {
  const { content } = posting.signed;
  return isControl(posting.signed) ? Number(decodeControl(content).writtenAt) : decodeEnvelope(content).body.writtenAt;
}
