/** The relay's routes for whoever sends: publishing, turns, key packages (docs/protocol.md section 8). */

import { hex, type Bytes } from "../bytes";
import { MalformedError } from "../errors";
import { asDocument, bytesOf, flagOf, listOf, numberOf } from "./answers";
import { fromBase64, toBase64 } from "./base64";
import type { Caller } from "./caller";

const ID_BYTES = 16;
const MAX_FURTHER_DEVICES = 10_000; // in one answer (section 9)

/** Key packages of a device that wait at the relay. */
export interface WaitingKeyPackages {
  readonly remaining: number; // one-time ones, neither reserved nor consumed
  readonly lastResort: boolean; // one that no Commit has consumed
}

/** What a device publishes, so that others can add it; `alone`: what was there before serves nobody any more. */
export interface PublishedKeyPackages {
  readonly oneTime: readonly Bytes[];
  readonly lastResort: Bytes | null;
  readonly alone: boolean;
}

/** A device that somebody else of its account's stands beside, by the relay's word alone. */
export interface FurtherDevice {
  readonly account: Bytes;
  readonly device: Bytes;
}

/** A log of a channel. */
export interface ChannelPlace {
  readonly operation: Bytes;
  readonly channel: Bytes;
  readonly generation: number;
}

/** What enacting and key packages need of the relay. Every call throws as `Caller.ask`. */
export class SendingRoutes {
  constructor(private readonly relay: Caller) {}

  /** One key package of each device of these accounts, reserved for our next Commit. */
  async claim(operation: Bytes, channel: Bytes, accounts: readonly Bytes[]): Promise<readonly Bytes[]> {
    const path = `${channelPath(operation, channel)}/claims`;
    const answer = await this.relay.ask("POST", path, { accounts: accounts.map(toBase64) });
    return listOf(answer, "packages", (item) => bytesOf(asDocument(item), "key_package"));
  }

  /** Of members who ever registered more than one device, those that can be claimed now. */
  async furtherDevices(operation: Bytes): Promise<readonly FurtherDevice[]> {
    const devices = listOf(await this.relay.ask("GET", `/v1/operations/${hex(operation)}/devices`), "devices", readDevice);
    if (devices.length > MAX_FURTHER_DEVICES) {
      throw new MalformedError(`the relay lists more than ${MAX_FURTHER_DEVICES} devices`);
    }
    return devices;
  }

  /** The next turn to commit is ours for a few seconds (C7). */
  async reserveTurn(operation: Bytes, channel: Bytes, generation: number): Promise<void> {
    await this.relay.ask("POST", `${channelPath(operation, channel)}/${generation}/turn`);
  }

  /** What devices say of a log's Commits and Welcomes, the newest first; nothing of it is verified. */
  async rejections(place: ChannelPlace): Promise<readonly Bytes[]> {
    const path = `${channelPath(place.operation, place.channel)}/${place.generation}/rejections`;
    return listOf(await this.relay.ask("GET", path), "rejections", fromBase64);
  }

  async registerDevice(certificate: Bytes): Promise<void> {
    await this.relay.ask("POST", "/v1/devices", { certificate: toBase64(certificate) });
  }

  async waitingKeyPackages(device: Bytes): Promise<WaitingKeyPackages> {
    const answer = await this.relay.ask("GET", keyPackagePath(device));
    return { remaining: numberOf(answer, "remaining"), lastResort: flagOf(answer, "last_resort") };
  }

  async putKeyPackages(device: Bytes, published: PublishedKeyPackages): Promise<void> {
    await this.relay.ask("POST", keyPackagePath(device), {
      one_time: published.oneTime.map(toBase64),
      ...(published.lastResort === null ? {} : { last_resort: toBase64(published.lastResort) }),
      alone: published.alone,
    });
  }
}

function readDevice(item: unknown): FurtherDevice {
  const listed = asDocument(item);
  return { account: bytesOf(listed, "account", ID_BYTES), device: bytesOf(listed, "device", ID_BYTES) };
}

function channelPath(operation: Bytes, channel: Bytes): string {
  return `/v1/operations/${hex(operation)}/channels/${hex(channel)}`;
}

function keyPackagePath(device: Bytes): string {
  return `/v1/devices/${hex(device)}/key-packages`;
}
