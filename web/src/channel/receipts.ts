/** The relay's word that it has what we sent, held against the log that it shows (rules S2, L4). */

import { equal, hex, type Bytes } from "../bytes";
import { counts } from "../ledger/channel";
import { LogKind } from "../ledger/kinds";
import { verifyReceipt, type Receipt } from "../ledger/statements";
import { postingKey, type OutboxRow, type Posting } from "./outbox";
import { readSeen, seenKey } from "./seen";
import type { SendingHost } from "./sending-host";
import { channelKey, Standing, type ChannelSession } from "./session";
import { ReceiptContradicted } from "./unsendable";

/** In the log for ever, at `sequence`, and durable at the relay. */
export interface Sent {
  readonly message: Bytes;
  readonly sequence: number;
}

/**
 * The relay holds this row, or an earlier attempt under its send id, and signed for it.
 *
 * @throws ReceiptContradicted it signed for something else.
 * @throws RelayRefuses, Unavailable as `Publisher.publish`.
 */
export async function publishAttempt(host: SendingHost, session: ChannelSession, row: OutboxRow): Promise<Receipt> {
  const { operation, channel, generation } = session;
  const encoded = await host.publisher.publish({
    operation,
    channel,
    generation,
    sendId: row.sendId,
    kind: LogKind.application,
    message: row.message,
    welcome: null,
    ratchetTree: null,
  });
  const receipt = verifyReceipt(encoded, host.operation(operation).ledger.charter.relayKey);
  const isOurs =
    equal(receipt.operation, operation) && equal(receipt.channel, channel) && equal(receipt.sendId, row.sendId);
  if (!isOurs || receipt.generation !== generation) {
    throw new ReceiptContradicted("the relay signed a receipt for something else: tell the unit");
  }
  return receipt;
}

/**
 * The log that we read goes as far as the receipt, and says the same there, as far back as we hold it.
 *
 * @throws ReceiptContradicted the relay signed for a message that its log does not hold.
 */
export function judgeReceipt(host: SendingHost, receipt: Receipt): void {
  const key = channelKey(receipt.operation, receipt.channel);
  const session = host.sessions.get(key);
  const sequence = Number(receipt.sequence);
  const held = host.logHashes.get(key)?.get(sequence) ?? receipt.hash;
  if (session?.standing === Standing.live && (session.sequence < sequence || !equal(held, receipt.hash))) {
    throw new ReceiptContradicted(
      "the relay signed a receipt for a message that its log does not show: tell the unit",
    );
  }
}

/** Where the message is, once the log that we read shows it. */
export async function settled(host: SendingHost, posting: Posting): Promise<Sent | null> {
  const seen = await host.store.get(seenKey(posting.operation, host.device.identityKey, posting.message));
  if (seen === null) {
    return null;
  }
  const { generation, sequence } = readSeen(seen);
  const channel = host.operation(posting.operation).ledger.channels.get(hex(posting.channel));
  if (channel === undefined || !counts(channel, generation, sequence)) {
    return null; // behind the cut of a restart: it goes out again (C11)
  }
  await host.write(new Map([[postingKey(posting), null]]));
  return { message: posting.message, sequence };
}
