/** Opening the mailbox that this computer holds now: its list first, its channels' keys when that is shown. */

import type { RemoteVault } from "../account/remote-vault";
import type { OwnDevice } from "../channel/host";
import type { Publisher } from "../channel/publishing";
import { Mailbox } from "../mailbox/mailbox";
import { OfficersWork } from "../mailbox/officers-work";
import { loadChannels, loadList } from "../mailbox/opening";
import type { ReadingsIn } from "../mailbox/searching";
import type { Reports } from "../mailbox/reports";
import { Group } from "../mls/group";
import type { Entropy } from "../primitives/entropy";
import type { RelayClient } from "../relay/relay-client";
import type { StateStore } from "../store/state-store";
import type { Step } from "./calls";
import { Sitting } from "./sitting";
import type { Audience } from "./telling";

/** A mailbox that nobody else holds: its store, and how what leaves takes the store's state along. */
export interface Held {
  readonly store: StateStore;
  readonly relay: RelayClient;
  readonly publisher: Publisher;
  readonly device: OwnDevice;
  readonly vault: RemoteVault;
}

/** What the worker has from its browser. */
export interface Room {
  readonly entropy: Entropy;
  readonly now: () => number; // seconds
  readonly sleep: (seconds: number) => Promise<void>;
  readonly reports: Reports;
  readonly readingsIn: ReadingsIn;
}

/** @throws MalformedError, MailboxAltered what was kept is not what this program kept. */
export async function sitDown(
  { store, relay, publisher, device, vault }: Held,
  room: Room,
  audience: Audience,
  report: (step: Step) => void,
): Promise<Sitting> {
  const { entropy, now, sleep, reports } = room;
  const judgeReport: Reports["judge"] = (operation, envelope) => reports.judge(operation, envelope);
  const mailbox = new Mailbox(store, device, vault, { relay, publisher, entropy, now, sleep, judgeReport });
  const keys = { credential: device.certificate, signingKey: device.signingKey };
  const restore = (secret: Uint8Array, tree: Uint8Array): Promise<Group> => Group.restore(secret, tree, keys);
  await loadList(mailbox, (read, all) => report({ step: "reading", read, all }));
  const work = await OfficersWork.restore(mailbox, store);
  return new Sitting(mailbox, work, room.readingsIn, audience, () => loadChannels(mailbox, restore));
}
