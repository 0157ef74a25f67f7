/**
 * Taking the account's mailbox in a browser that keeps nothing, and giving it back (rules D4, D5).
 *
 *     takeMailbox   this tab -> this computer -> fetch -> judge -> a store in memory, with a device in it
 *     handOver      nothing waits to be sent -> save -> release -> this tab
 */

import { changeVault, withMailboxKeys, type Access } from "../account/access";
import { decodeDevice, encodeDevice, newDevice } from "../account/device";
import type { RemoteVault } from "../account/remote-vault";
import { equal, utf8, type Bytes } from "../bytes";
import type { OwnDevice } from "../channel/host";
import { POSTING_PREFIX } from "../channel/outbox";
import { groupKeys } from "../channel/session-rows";
import type { Publisher } from "../channel/publishing";
import { decode, uint } from "../codec";
import { CencommError } from "../errors";
import { RolledBack } from "../operation/operation";
import type { Entropy } from "../primitives/entropy";
import { MailboxRoutes, type HeldMailbox } from "../relay/mailbox-routes";
import type { RelayClient } from "../relay/relay-client";
import { COLD_TALLIES_KEY } from "./cold-tallies";
import { AnotherProgram, OutboxNotEmpty } from "./errors";
import { fetchMailbox, loadMailbox, type Loaded } from "./loading";
import { RoamingPublisher } from "./publishing";
import { reseal } from "./resealing";
import { LEAST_KEYS, MailboxSealing } from "./sealing";
import { RoamingStore } from "./store";
import type { StateStore, Writes } from "../store/state-store";
import type { TabLock } from "./tab-lock";

export const PROGRAM_KEY = "program"; // whose mailbox it is (ADR 0027)
const PROGRAM = utf8("browser 2");
const EARLIER = utf8("browser 1"); // did not count cold rows: opened, it is of the newest form from then on (ADR 0029)
const NEWEST_FORM: Writes = new Map([
  [PROGRAM_KEY, PROGRAM],
  [COLD_TALLIES_KEY, new Uint8Array(0)], // the store counts, in every write from this one on
]);
const DEVICE_KEY = "device";
const VAULT_VERSION_KEY = "vault-version"; // the newest that an opening saw

type OpenedVault = Awaited<ReturnType<typeof changeVault>>;

/** What taking needs of the world; `now` in seconds. */
export interface Place {
  readonly lockTab: TabLock;
  readonly entropy: Entropy;
  readonly now: () => number;
}

/** The mailbox is ours alone until somebody takes it over. `relay` sends nothing before the store is saved (D4). */
export interface Holding {
  readonly store: RoamingStore;
  readonly relay: RelayClient;
  readonly publisher: Publisher;
  readonly device: OwnDevice;
  readonly vault: RemoteVault;
  readonly clean: boolean; // whoever had it before gave it back
  readonly since: number; // seconds; when they took it
  readonly isNew: boolean; // nobody ever had it
  readonly unlockTab: () => void;
}

/**
 * Hold the account's mailbox, with a device in it that others can add.
 *
 * @throws OpenInAnotherTab another tab of this browser has it.
 * @throws RelayRefuses `mailbox_held`: another computer has it, and `takeOver` was not said.
 * @throws MailboxAltered what the relay gives was never sealed as a whole.
 * @throws AnotherProgram it is the Python client's (ADR 0027).
 * @throws RolledBack, WrongPassword about the account's vault.
 */
export async function takeMailbox(access: Access, takeOver: boolean, place: Place): Promise<Holding> {
  const unlockTab = await place.lockTab();
  try {
    const opened = await changeVault(access, (before) => withMailboxKeys(before, place.entropy), place.entropy);
    const routes = new MailboxRoutes(access.relay);
    const held = await routes.hold(takeOver);
    try {
      return { ...(await open(access, opened, held, place)), unlockTab };
    } catch (error) {
      await routes.release(held.holder).catch(passing); // who tries again need not take it over
      throw error;
    }
  } catch (error) {
    unlockTab();
    throw error;
  }
}

/**
 * Give the mailbox back, with everything saved: the next computer goes on without a loss.
 *
 * @throws OutboxNotEmpty messages wait here; nothing was given back (D4).
 * @throws RelayRefuses `not_holder`: another computer took the mailbox.
 */
export async function handOver({ store, unlockTab }: Holding): Promise<void> {
  const left = await store.scan(POSTING_PREFIX);
  if (left.length > 0) {
    throw new OutboxNotEmpty(left.length);
  }
  await store.release();
  unlockTab();
}

/** Leave with what waits still here, saved: it goes out at the next opening, which is no clean hand-over. Throws as `save`. */
export async function abandon({ store, unlockTab }: Holding): Promise<void> {
  await store.save();
  unlockTab();
}

async function open(
  access: Access,
  { vault, version }: OpenedVault,
  held: HeldMailbox,
  { entropy, now }: Place,
): Promise<Omit<Holding, "unlockTab">> {
  const sealing = new MailboxSealing(vault.mailboxKeys, access.account, entropy);
  const routes = new MailboxRoutes(access.relay);
  const loaded = loadMailbox(await fetchMailbox(routes, held, sealing, groupKeys), sealing);
  requireOwnProgram(loaded);
  requireNoOlderVault(loaded, version);
  const store = new RoamingStore(routes, sealing, held.holder, loaded, now);
  if (!isOfNewestForm(loaded)) {
    await store.apply(NEWEST_FORM, store.version); // in the first write: never one without it
  }
  await reseal(store, sealing);
  const device = await settle(store, access, vault, now(), entropy);
  const { vault: kept, version: seen } = await keepDevice(access, { vault, version }, device, entropy);
  await store.apply(vaultSeen(seen), store.version);
  const relay = access.relay.keptBy(store);
  return {
    store,
    relay,
    publisher: new RoamingPublisher(relay, store),
    device,
    vault: kept,
    clean: held.clean,
    since: held.since,
    isNew: held.version === 0,
  };
}

/** @throws AnotherProgram its rows mean something else. */
function requireOwnProgram({ stored, values }: Loaded): void {
  const program = values.get(PROGRAM_KEY);
  if (program === undefined ? stored.version > 0 : !equal(program, PROGRAM) && !equal(program, EARLIER)) {
    throw new AnotherProgram("this account's mailbox was written by the program cencomm: open it there");
  }
}

function isOfNewestForm({ values }: Loaded): boolean {
  const program = values.get(PROGRAM_KEY);
  return program !== undefined && equal(program, PROGRAM);
}

/** That the vault reached this version, for the next opening. */
export function vaultSeen(version: number): Writes {
  return new Map([[VAULT_VERSION_KEY, uint(version, 8)]]);
}

/** Of the vault, the newest version that an opening of this mailbox saw; 0: none. */
export async function newestVaultSeen(store: Pick<StateStore, "get">): Promise<number> {
  const seen = await store.get(VAULT_VERSION_KEY);
  return seen === null ? 0 : Number(decode(seen, (reader) => reader.uint64()));
}

/**
 * A relay that gives yesterday's vault with today's mailbox would take back pins, and have rows sealed under a key of a
 * former password again (L2, D2).
 *
 * @throws RolledBack an opening of this mailbox saw a newer one.
 */
function requireNoOlderVault({ values }: Loaded, version: number): void {
  const seen = values.get(VAULT_VERSION_KEY);
  if (seen !== undefined && BigInt(version) < decode(seen, (reader) => reader.uint64())) {
    throw new RolledBack("the relay shows an older vault of this account than before: tell its operator");
  }
}

/** The mailbox's device: the one that is in it, else a new one, which is kept before anybody hears of it. */
async function settle(
  store: RoamingStore,
  { account }: Access,
  { identityKey }: RemoteVault,
  now: number,
  entropy: Entropy,
): Promise<OwnDevice> {
  const kept = await store.get(DEVICE_KEY);
  if (kept !== null) {
    return decodeDevice(kept, account, identityKey.publicKey);
  }
  const device = newDevice(account, identityKey, now, entropy);
  await store.apply(new Map([[DEVICE_KEY, encodeDevice(device)]]), store.version);
  await store.save();
  return device;
}

/**
 * The vault names the device, and of the keys for rows the one that all rows are sealed under now (D2). Where it did when
 * the mailbox was taken it is not asked for again.
 */
async function keepDevice(
  access: Access,
  opened: OpenedVault,
  { device }: OwnDevice,
  entropy: Entropy,
): Promise<OpenedVault> {
  const newest = opened.vault.mailboxKeys.at(-1);
  const naming = (before: RemoteVault): RemoteVault => withOnlyNewest(withDevice(before, device), newest);
  return naming(opened.vault) === opened.vault ? opened : changeVault(access, naming, entropy);
}

function withDevice(vault: RemoteVault, device: Bytes): RemoteVault {
  return vault.devices.some((one) => equal(one, device)) ? vault : { ...vault, devices: [...vault.devices, device] };
}

/** Rows under keys of former passwords are accepted no more; a key that came meanwhile stays. */
function withOnlyNewest(vault: RemoteVault, newest: Bytes | undefined): RemoteVault {
  const [names, ...rows] = vault.mailboxKeys;
  const place = rows.findIndex((key) => newest !== undefined && equal(key, newest));
  return names === undefined || place <= 0 || vault.mailboxKeys.length <= LEAST_KEYS
    ? vault
    : { ...vault, mailboxKeys: [names, ...rows.slice(place)] };
}

/** Nobody is told of a defect of ours by silence. */
function passing(error: unknown): void {
  if (!(error instanceof CencommError)) {
    throw error;
  }
}
