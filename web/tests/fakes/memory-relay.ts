/**
 * A relay in memory: one channel's log, key packages, receipts. It orders, judges epochs and anchors, and believes the
 * rest, as the real one does; `cut` makes its line break before or after a publish counted.
 */

import { concat, equal, hex, type Bytes } from "../../src/bytes";
import type { Publish, Publisher } from "../../src/channel/publishing";
import { opaque, Reader, uint } from "../../src/codec";
import { Unavailable } from "../../src/errors";
import { decodeAnchor } from "../../src/ledger/anchor";
import { LogKind } from "../../src/ledger/kinds";
import * as labels from "../../src/ledger/labels";
import type { Ledger } from "../../src/ledger/ledger";
import { logHash } from "../../src/ledger/log";
import { parseCommit } from "../../src/mls/commit";
import { sha256 } from "../../src/primitives/hashes";
import { signWithLabel, type SigningKey } from "../../src/primitives/signatures";
import type { Document } from "../../src/relay/answers";
import { fromBase64, toBase64 } from "../../src/relay/base64";
import type { Caller } from "../../src/relay/caller";
import { RelayRefuses } from "../../src/relay/relay-client";

export interface LoggedEntry {
  readonly sequence: number;
  readonly kind: LogKind;
  readonly message: Bytes;
  readonly hash: Bytes;
  readonly welcome: Bytes | null;
  readonly ratchetTree: Bytes | null;
}

type Cut = "before" | "after";

export class MemoryRelay implements Publisher, Caller {
  readonly log: LoggedEntry[] = [];
  readonly published: Publish[] = []; // everything that reached it, accepted or not
  readonly packages = new Map<string, Bytes[]>(); // by account: what waits to be claimed
  readonly rejections: Bytes[] = []; // the newest first
  readonly welcomes: Document[] = []; // those that wait, as a device is told
  readonly turns: number[] = []; // how many entries there were when somebody asked for one
  readonly refusals: RelayRefuses[] = []; // what the next publishes are answered
  cut: Cut | null = null; // for the next publish
  #receipts = new Map<string, Bytes>();
  #epoch = 0n;

  constructor(
    public ledger: Ledger,
    readonly channel: Bytes,
    private readonly key: SigningKey,
  ) {}

  async publish(request: Publish): Promise<Bytes> {
    const { cut } = this;
    this.cut = null;
    if (cut === "before") {
      throw new Unavailable("the line broke");
    }
    this.published.push(request);
    const refusal = this.refusals.shift();
    if (refusal !== undefined) {
      throw refusal;
    }
    const receipt = this.#receipts.get(hex(request.sendId)) ?? this.accept(request);
    if (cut === "after") {
      throw new Unavailable("the line broke");
    }
    return receipt;
  }

  /** As if somebody else's message were behind the newest: what `request` says, whoever it is from. */
  accept(request: Publish): Bytes {
    const epoch = request.kind === LogKind.commit ? this.judgeCommit(request.message) : epochOf(request.message);
    if (epoch !== this.#epoch) {
      throw refuse("stale_epoch");
    }
    if (request.kind === LogKind.commit) {
      this.#epoch += 1n;
    }
    const sequence = this.log.length + 1;
    const place = { channel: this.channel, generation: request.generation };
    const hash = logHash(place, this.log.at(-1)?.hash ?? new Uint8Array(32), sequence, request.kind, request.message);
    const { kind, message, welcome, ratchetTree } = request;
    this.log.push({ sequence, kind, message, hash, welcome, ratchetTree });
    const receipt = this.sign(request, epoch, sequence, hash);
    this.#receipts.set(hex(request.sendId), receipt);
    return receipt;
  }

  claim(accounts: readonly Bytes[]): readonly Bytes[] {
    const without = accounts.filter((account) => (this.packages.get(hex(account)) ?? []).length === 0);
    if (without.length > 0) {
      throw refuse("no_key_package", { accounts: without.map((account) => Buffer.from(account).toString("base64")) });
    }
    return accounts.flatMap((account) => this.packages.get(hex(account))!.splice(0, 1));
  }

  /** What is asked for by HTTP here: pages of the log, of one entry, the Welcomes that wait, and what members refuse. */
  async ask(_method: string, path: string, document?: Document): Promise<Document> {
    if (path.endsWith("/rejections")) {
      this.rejections.unshift(fromBase64(document?.["rejection"]));
      return {};
    }
    if (path.endsWith("/welcomes")) {
      return { welcomes: this.welcomes };
    }
    const after = Number(new URL(path, "http://relay.example").searchParams.get("after"));
    const entries = this.log.slice(after, after + 1).map(({ sequence, kind, message }) => ({
      sequence,
      kind,
      epoch: 0,
      message: toBase64(message),
    }));
    return { previous: toBase64(this.log[after - 1]?.hash ?? new Uint8Array(32)), entries, head: toBase64(new Uint8Array(0)) };
  }

  private judgeCommit(message: Bytes): bigint {
    const { epoch, authenticatedData } = parseCommit(message);
    if (!equal(decodeAnchor(authenticatedData).ledgerHash, this.ledger.headHash)) {
      throw refuse("ledger_moved");
    }
    return epoch;
  }

  private sign(request: Publish, epoch: bigint, sequence: number, hash: Bytes): Bytes {
    const { operation, channel, generation, sendId, message } = request;
    const numbers = concat(uint(epoch, 8), uint(sequence, 8));
    const content = concat(operation, channel, uint(generation, 4), numbers, hash, sendId, sha256(message));
    return concat(opaque(content), opaque(signWithLabel(this.key, labels.LOG_RECEIPT, content)));
  }
}

export function refuse(code: string, details: Readonly<Record<string, unknown>> = {}): RelayRefuses {
  const { retry_after: retryAfter } = details;
  return new RelayRefuses(code, `refused: ${code}`, typeof retryAfter === "number" ? retryAfter : null, details);
}

/** Of a PrivateMessage: version, wire format, group id, epoch (RFC 9420 section 6.3.1). */
function epochOf(message: Bytes): bigint {
  const reader = new Reader(message);
  reader.fixed(4);
  reader.opaque();
  return reader.uint64();
}
