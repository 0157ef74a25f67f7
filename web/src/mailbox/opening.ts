/** The mailbox that lies in a store, as its last write left it. */

import { fromHex, type Bytes } from "../bytes";
import { CHANNEL_PREFIX, restoreChannel, type RestoreGroup } from "../channel/session-rows";
import type { LogPlace } from "../channel/session";
import { CHANNEL_ID_BYTES, OPERATION_ID_BYTES } from "../ledger/sizes";
import { loadFrozen } from "./frozen";
import { loadKept } from "./kept-operations";
import { openJournal, type ReadProgress } from "./journal-opening";
import type { Mailbox } from "./mailbox";
import { decodePin, PIN_PREFIX } from "./pins";

/** Fill a mailbox that was just made from its store. Throws as `loadList`. */
export async function load(mailbox: Mailbox, restore: RestoreGroup, progress: ReadProgress): Promise<void> {
  await loadList(mailbox, progress);
  await loadChannels(mailbox, restore);
}

/**
 * What a list is shown of: pins, operations as they were, and headlines of everything that was taken in.
 *
 * @throws MalformedError the store was written by something else.
 * @throws MailboxAltered a row is not the one that was sealed.
 */
export async function loadList(mailbox: Mailbox, progress: ReadProgress): Promise<void> {
  await loadOperations(mailbox);
  await openJournal(mailbox, progress);
}

async function loadOperations(mailbox: Mailbox): Promise<void> {
  const pins = (await mailbox.store.scan(PIN_PREFIX)).map(([, value]) => decodePin(value));
  mailbox.ownOperations.restore(pins, await loadFrozen(mailbox.store));
  mailbox.ownOperations.restoreKept(await loadKept(mailbox.store, mailbox.pins));
}

/**
 * The channels' states, before anything is read, sent or committed there. Throws as `loadList`.
 *
 * A ledger may have been followed before they came: what the relay signed of their logs counts all the same (L4).
 */
export async function loadChannels(mailbox: Mailbox, restore: RestoreGroup): Promise<void> {
  const channels = new Map<string, Map<string, Bytes>>();
  for (const [key, value] of await mailbox.store.scan(CHANNEL_PREFIX)) {
    const [, operation, channel, generation, ...rest] = key.split("/");
    const prefix = `${operation}/${channel}/${generation}`;
    const rows = channels.get(prefix) ?? new Map<string, Bytes>();
    channels.set(prefix, rows.set(rest.join("/"), value));
  }
  for (const [prefix, values] of channels) {
    const restored = await restoreChannel(placeOf(prefix), values, restore);
    if (restored !== null) {
      mailbox.channels.restore(restored); // else the generation ended; what convicts the relay is kept
    }
  }
  mailbox.operations.forEach((operation) => mailbox.channels.attest(operation));
}

function placeOf(prefix: string): LogPlace {
  const [operation = "", channel = "", generation = ""] = prefix.split("/");
  return {
    operation: fromHex(operation, OPERATION_ID_BYTES),
    channel: fromHex(channel, CHANNEL_ID_BYTES),
    generation: Number(generation),
  };
}
