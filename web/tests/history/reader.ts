/** Vera of tests/vectors/history/, who came late, and the relay at which servers of history answer her. */

import { fromHex, hex, type Bytes } from "../../src/bytes";
import type { Fetched } from "../../src/channel/events";
import type { Change } from "../../src/channel/host";
import type { SendingHost } from "../../src/channel/sending-host";
import type { ChannelSession } from "../../src/channel/session";
import { MalformedError } from "../../src/errors";
import type { HistoryHost } from "../../src/history/host";
import { decodeOutline, type LoggedEntry } from "../../src/history/outline";
import { beginWrites, type Asked } from "../../src/history/request";
import { verifyCertificate } from "../../src/ledger/certificate";
import { decodeSignedEntry } from "../../src/ledger/entry";
import { verifyChunk } from "../../src/ledger/history-chunk";
import { replay, type Ledger } from "../../src/ledger/ledger";
import { OneAtATime } from "../../src/one-at-a-time";
import { SigningKey } from "../../src/primitives/signatures";
import type { Document } from "../../src/relay/answers";
import { toBase64 } from "../../src/relay/base64";
import type { Caller } from "../../src/relay/caller";
import type { Writes } from "../../src/store/state-store";
import type { EntryTold, EventTold } from "../channel/fixture";
import { ChannelDevice } from "../fakes/channel-host";
import { vectors } from "../vectors";

export interface Taken {
  readonly following: number;
  readonly messages: number;
  readonly wrong: number;
  readonly events: readonly (EventTold & { readonly sequence: number })[];
  readonly missing: readonly { readonly sequence: number; readonly why: number; readonly reason: string }[];
}

export interface Case {
  readonly name: string;
  readonly chunks: readonly string[];
  readonly verdict:
    | Taken
    | { readonly passed_over: string; readonly why: string | null }
    | { readonly refused: string | null };
}

interface Fixture {
  readonly channel: string;
  readonly ledger: readonly string[];
  readonly certificate: string;
  readonly device_seed: string;
  readonly ill_formed: string;
  readonly entered: number;
  readonly log: readonly EntryTold[];
  readonly hashes: readonly string[];
  readonly places: Readonly<Record<string, number>>;
  readonly request: string;
  readonly private_key: string;
  readonly first: number;
  readonly last: number;
  readonly body: string;
  readonly outline: string;
  readonly cases: readonly Case[];
}

export const FIXTURE = vectors<Fixture>("history/answers.json");

const LEDGER = replay(FIXTURE.ledger.map((entry) => decodeSignedEntry(fromHex(entry))));

export function ledgerOf(): Ledger {
  return LEDGER;
}

export function outlineOf(): readonly LoggedEntry[] {
  return decodeOutline(fromHex(FIXTURE.outline));
}

export function askedOf(): Asked {
  const { first, last } = FIXTURE;
  return {
    operation: ledgerOf().operation,
    channel: fromHex(FIXTURE.channel),
    generation: 1,
    request: fromHex(FIXTURE.request),
    span: { first, last },
    privateKey: fromHex(FIXTURE.private_key),
    askedAt: 1,
    taken: 0,
    following: first,
    messages: 0,
    wrong: 0,
    missing: 0,
    lacking: false,
    passedOver: [],
  };
}

export function chunksOf(name: string): readonly Bytes[] {
  const found = FIXTURE.cases.find((one) => one.name === name);
  if (found === undefined) {
    throw new Error(`there is no case ${name}`);
  }
  return found.chunks.map((chunk) => fromHex(chunk));
}

/** Hands out of what lies here what answers for the wanted entry, whoever made it, and is told what became of it. */
export class AnsweringRelay implements Caller {
  readonly said: string[] = [];

  constructor(public chunks: readonly Bytes[]) {}

  async ask(method: string, path: string, document?: Document): Promise<Document> {
    const address = new URL(path, "https://relay.example");
    if (method === "GET") {
      return { chunks: this.handedOut(Number(address.searchParams.get("first"))).map(toBase64) };
    }
    const told = address.pathname.split("/").slice(6).join("/");
    this.said.push(`${method} ${told}${document === undefined ? "" : ` ${JSON.stringify(document)}`}`.trim());
    const [what, server] = told.split("/");
    if (what === "answers") {
      this.chunks = this.chunks.filter((chunk) => hex(verifyChunk(chunk).certificate.account) !== server);
    }
    return {};
  }

  protected handedOut(first: number): readonly Bytes[] {
    return this.chunks.filter((chunk) => verifyChunk(chunk).header.last >= BigInt(first)).slice(0, 1);
  }
}

export class Reader extends ChannelDevice implements HistoryHost {
  readonly turns = new OneAtATime();
  readonly fetched: Fetched[] = [];

  constructor(relay: Caller) {
    const certificate = fromHex(FIXTURE.certificate);
    const { account, device, identityKey } = verifyCertificate(certificate);
    const signingKey = new SigningKey(fromHex(FIXTURE.device_seed));
    super({ account, device, identityKey, certificate, signingKey }, ledgerOf(), relay, (_, envelope) => {
      if (envelope.body.values.has(FIXTURE.ill_formed)) {
        throw new MalformedError("the values do not answer the form");
      }
    });
  }

  /** The request is in the log, and everything that belongs to it is kept. */
  static async asking(relay: Caller): Promise<Reader> {
    const reader = new Reader(relay);
    await reader.write(beginWrites(askedOf(), outlineOf()));
    return reader;
  }

  override async write(writes: Writes, change: Change<ChannelSession> = {}): Promise<void> {
    await super.write(writes, change);
    this.fetched.push(...(change.history?.fetched ?? []));
  }

  get publisher(): SendingHost["publisher"] {
    throw new Error("taking in history publishes nothing");
  }

  get routes(): SendingHost["routes"] {
    throw new Error("taking in history commits nothing");
  }

  readonly sleep = async (): Promise<void> => undefined;

  readonly followLog = async (): Promise<void> => undefined;
}
