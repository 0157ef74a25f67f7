/** The channels of tests/vectors/channel/ as Vera reads them, and the relay that shows them to her. */

import { concat, fromHex, hex, type Bytes } from "../../src/bytes";
import type { ChannelEvent } from "../../src/channel/events";
import { ALARMS } from "../../src/channel/events";
import { opaque, uint } from "../../src/codec";
import { MalformedError, Unavailable } from "../../src/errors";
import { verifyCertificate } from "../../src/ledger/certificate";
import { decodeSignedEntry } from "../../src/ledger/entry";
import type { LogKind } from "../../src/ledger/kinds";
import * as labels from "../../src/ledger/labels";
import { replay, type Ledger } from "../../src/ledger/ledger";
import { logHash } from "../../src/ledger/log";
import { restoreKeyPackage, type OwnKeyPackage } from "../../src/mls/key-package";
import { SigningKey, signWithLabel } from "../../src/primitives/signatures";
import type { Document } from "../../src/relay/answers";
import { fromBase64, toBase64 } from "../../src/relay/base64";
import type { Caller } from "../../src/relay/caller";
import type { LogEntry } from "../../src/relay/channel-routes";
import { RelayRefuses } from "../../src/relay/relay-client";
import { stockWrites } from "../../src/account/key-package-stock";
import { ChannelDevice, NOW } from "../fakes/channel-host";

const KEY_PACKAGE_SECRET_VERSION = 1;

export interface EntryTold {
  readonly sequence: number;
  readonly kind: number;
  readonly epoch: number;
  readonly message: string;
}

export interface InvitationTold {
  readonly sequence: number;
  readonly welcome: string;
  readonly ratchet_tree: string;
  readonly log: readonly EntryTold[];
  readonly last_epoch: number | null;
}

export interface Ground {
  readonly channel: string;
  readonly ledger: readonly string[];
  readonly account: string;
  readonly identity_key: string;
  readonly certificate: string;
  readonly device_seed: string;
  readonly key_package: string;
  readonly init_private_key: string;
  readonly leaf_private_key: string;
  readonly previous: readonly string[]; // our log hashes before entries 1 and 2
  readonly relay_seed: string;
  readonly ill_formed: string;
}

export type EventTold = Readonly<Record<string, unknown>> & { readonly kind: string };

export function ledgerOf(ground: Ground): Ledger {
  return replay(ground.ledger.map((entry) => decodeSignedEntry(fromHex(entry))));
}

export function keyPackageOf(ground: Ground): OwnKeyPackage {
  const parts = [ground.key_package, ground.init_private_key, ground.leaf_private_key].map(fromHexed);
  return restoreKeyPackage(concat(uint(KEY_PACKAGE_SECRET_VERSION, 2), ...parts));
}

/** Vera's device before she comes in, with her key package in stock. */
export async function veraOf(ground: Ground, relay: Caller, ledger = ledgerOf(ground)): Promise<ChannelDevice> {
  const certificate = fromHex(ground.certificate);
  const { account, device, identityKey } = verifyCertificate(certificate);
  const signingKey = new SigningKey(fromHex(ground.device_seed));
  const own = { account, device, identityKey, certificate, signingKey };
  const vera = new ChannelDevice(own, ledger, relay, (_, envelope) => {
    if (envelope.body.values.has(ground.ill_formed)) {
      throw new MalformedError("the values do not answer the form");
    }
  }, () => ledgerOf(ground));
  await vera.write(stockWrites([keyPackageOf(ground)]));
  return vera;
}

/** Shows a log, a Welcome and one signed head, and remembers what it was asked to do. */
export class ScriptedRelay implements Caller {
  readonly asked: string[] = [];
  readonly rejections: Bytes[] = [];
  answersBeforeBreaking = Infinity; // pages of the log before the line breaks
  takesRejections = true;
  refusesCursor = false;

  constructor(
    private readonly ground: Ground,
    private readonly invitation: InvitationTold,
    private entries: readonly EntryTold[],
    private head: string,
    private readonly pageEntries = 7,
  ) {}

  /** From now on it shows these behind the way in, under a true head of the log up to `sequence`. */
  show(entries: readonly EntryTold[], all: readonly EntryTold[], sequence: number): void {
    this.entries = entries;
    const upTo = [...this.invitation.log, ...all].filter((entry) => entry.sequence <= sequence);
    this.head = signedHead(this.ground, sequence, hashBehind(this.ground, upTo));
  }

  showHead(head: string): void {
    this.head = head;
  }

  async ask(method: string, path: string, document?: Document): Promise<Document> {
    const address = new URL(path, "https://relay.example");
    if (address.pathname.endsWith("/rejections")) {
      return this.takeRejection(document);
    }
    if (method !== "GET") {
      this.asked.push(`${method} ${address.pathname.split("/").slice(7).join("/")}`);
      return {};
    }
    if (address.pathname.endsWith("/welcomes")) {
      return this.welcomes();
    }
    if (this.answersBeforeBreaking === 0) {
      throw new Unavailable("the line is broken");
    }
    this.answersBeforeBreaking -= 1;
    return this.log(address.searchParams);
  }

  private takeRejection(document: Document | undefined): Document {
    if (!this.takesRejections) {
      throw new Unavailable("the line is broken");
    }
    this.rejections.push(fromBase64(document?.["rejection"]));
    return {};
  }

  private welcomes(): Document {
    const { sequence, welcome, ratchet_tree } = this.invitation;
    const { device } = verifyCertificate(fromHex(this.ground.certificate));
    const waiting = { device: toBase64(device), sequence, welcome: base64(welcome), ratchet_tree: base64(ratchet_tree) };
    return { welcomes: [waiting] };
  }

  private log(cursor: URLSearchParams): Document {
    const after = Number(cursor.get("after"));
    if (this.refusesCursor && cursor.has("hash")) {
      throw new RelayRefuses("log_diverged", "another log", null);
    }
    const limit = Number(cursor.get("limit") ?? this.pageEntries);
    const shown = [...this.invitation.log, ...this.entries].filter((entry) => entry.sequence > after).slice(0, limit);
    const previous = cursor.get("hash") ?? this.ground.previous[after];
    return {
      previous: base64(previous ?? ""),
      entries: shown.map((entry) => ({ ...entry, message: base64(entry.message) })),
      head: base64(this.head),
    };
  }
}

/** What the operation's relay signs of that log. */
export function signedHead(ground: Ground, sequence: number, hash: Bytes): string {
  const { operation } = ledgerOf(ground);
  const log = concat(fromHex(ground.channel), uint(1, 4));
  const content = concat(operation, log, uint(sequence, 8), hash, uint(NOW, 8));
  const signature = signWithLabel(new SigningKey(fromHex(ground.relay_seed)), labels.LOG_HEAD, content);
  return hex(concat(opaque(content), opaque(signature)));
}

/** Our log hash behind these, of which the first is Vera's way in. */
export function hashBehind(ground: Ground, entries: readonly EntryTold[]): Bytes {
  const log = { channel: fromHex(ground.channel), generation: 1 };
  return entries.reduce(
    (previous, one) => logHash(log, previous, one.sequence, entryOf(one).kind as LogKind, fromHex(one.message)),
    fromHex(ground.previous[1]!),
  );
}

export function entryOf(told: EntryTold): LogEntry {
  return { sequence: told.sequence, kind: told.kind, epoch: BigInt(told.epoch), message: fromHex(told.message) };
}

/** As `tests/vectors/channel/told.py`; sentences that MLS or a decoder words stay out of it, as there. */
export function eventTold(event: ChannelEvent, like: EventTold): EventTold {
  const place = { kind: event.kind, log_hash: hex(event.place.logHash), epoch: Number(event.place.epoch) };
  switch (event.kind) {
    case "message":
    case "control":
      return {
        ...place,
        account: hex(event.account),
        identity_key: hex(event.identityKey),
        message: hex(event.kind === "message" ? event.envelope.message : event.control.message),
        salt: hex(event.salt),
        own: event.own,
        author_revoked: event.authorRevoked,
      };
    case "repeated":
      return place;
    case "quarantined":
      return {
        ...place,
        reason: event.reason,
        detail: like["detail"] === null ? null : event.detail,
        account: event.account === null ? null : hex(event.account),
        alarm: ALARMS.has(event.reason),
      };
    case "epoch":
      return {
        ...place,
        committer: hex(event.committer),
        added: event.added.map(hex),
        removed: event.removed.map(hex),
        own: event.own,
      };
    case "removed":
      return { ...place, committer: hex(event.committer) };
    case "stalled":
      return {
        ...place,
        rule: event.rule,
        detail: like["detail"] === null ? null : event.detail,
        commit_hash: hex(event.commitHash),
      };
  }
}

function fromHexed(text: string): Bytes {
  return opaque(fromHex(text));
}

function base64(text: string): string {
  return toBase64(fromHex(text));
}
