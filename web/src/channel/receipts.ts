/** The relay's word that it has what we sent, held against the log that it shows (rules S2, L4). */

import { equal } from "../bytes";
import { LogKind } from "../ledger/kinds";
import { verifyReceipt, type Receipt } from "../ledger/statements";
import type { OutboxRow } from "./outbox";
import type { SendingHost } from "./sending-host";
import { channelKey, Standing, type ChannelSession } from "./session";
import { ReceiptContradicted } from "./unsendable";

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
