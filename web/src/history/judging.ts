/** Whether a chunk is the next part of an answer to a request, made by somebody who may serve (H2). Pure. */

import { equal, hex, type Bytes } from "../bytes";
import { ProtocolError } from "../errors";
import { HistoryRefused, requireServer } from "../ledger/history";
import { openChunk, verifyChunk, type Chunk } from "../ledger/history-chunk";
import type { Item } from "../ledger/history-items";
import { LogKind } from "../ledger/kinds";
import type { Ledger } from "../ledger/ledger";
import { AnswerRefused } from "./errors";
import type { LoggedEntry } from "./outline";
import { wasPassedOver, type Asked } from "./request";
import type { Outline } from "./verifying";

/** An application entry of the log with what a server says of it. */
export interface Answered {
  readonly entry: LoggedEntry;
  readonly item: Item;
}

/** What answers for the next entry. @throws AnswerRefused it does not. */
export function readChunk(encoded: Bytes, asked: Asked, ledger: Ledger, account: Bytes): Chunk {
  let chunk: Chunk;
  try {
    chunk = verifyChunk(encoded);
  } catch (error) {
    if (error instanceof ProtocolError) {
      throw new AnswerRefused(`what the relay hands out is no answer: ${error.message}`);
    }
    throw error;
  }
  requireNext(chunk, asked, ledger, account);
  return chunk;
}

/** Of this request, and for its next entry. Whoever signed it did not put it here: only the relay can (ADR 0018). */
function requireNext({ header, certificate }: Chunk, asked: Asked, ledger: Ledger, account: Bytes): void {
  if (!ledger.members.has(hex(certificate.account))) {
    throw new AnswerRefused("the relay hands out an answer of somebody who never was a member");
  }
  const isOfThisRequest =
    equal(header.operation, asked.operation) &&
    equal(header.request, asked.request) &&
    equal(header.account, account);
  if (!isOfThisRequest) {
    throw new AnswerRefused("the relay hands out an answer to another request");
  }
  const next = BigInt(asked.following);
  if (next < header.first || next > header.last) {
    throw new AnswerRefused("the relay hands out another part of the answer than the next one");
  }
}

/**
 * An answer to this request, by a device that may serve it, whose answer is still wanted.
 *
 * @throws HistoryRefused it is of another log, device or range, or its signer may not serve (H2).
 */
export function judgeChunk({ header, certificate }: Chunk, asked: Asked, ledger: Ledger, device: Bytes): void {
  if (wasPassedOver(asked, certificate.account)) {
    throw new HistoryRefused("H2", "the answer of this server is not taken");
  }
  const isOfThisLog = equal(header.channel, asked.channel) && header.generation === asked.generation;
  if (!isOfThisLog || !equal(header.device, device)) {
    throw new HistoryRefused("H2", "the chunk is of another log, or for another device");
  }
  const { first, last } = asked.span;
  if (header.first < BigInt(first) || header.last > BigInt(last)) {
    throw new HistoryRefused("H2", "the chunk goes beyond what was asked for");
  }
  if (header.isLast !== (header.last === BigInt(last))) {
    throw new HistoryRefused("H2", "the answer ends elsewhere than was asked for");
  }
  const server = requireServer(ledger, certificate.account, asked.channel);
  const ended = ledger.hasEnded(certificate.account, certificate.device, ledger.sequence);
  if (!equal(server.identityKey, certificate.identityKey) || ended) {
    throw new HistoryRefused("H2", "the device that signed the chunk is none of a server's any more");
  }
}

/**
 * What it says of each entry. A chunk that was judged is what its signer made for this very place.
 *
 * @throws HistoryRefused it does not open, or does not fit the log: its signer's doing, or that of a relay which shows
 *   them another log (L4).
 */
export function openAnswer(chunk: Chunk, asked: Asked, outline: Outline): readonly Answered[] {
  const { first, last } = chunk.header;
  try {
    return pair(outline.between(Number(first), Number(last)), openChunk(chunk, asked.privateKey));
  } catch (error) {
    if (error instanceof ProtocolError) {
      throw new HistoryRefused("H2", `it signed what is no answer: ${error.message}`);
    }
    throw error;
  }
}

/** Each application entry with what is said of it. @throws HistoryRefused one is left out, or something is added (H2). */
export function pair(entries: readonly LoggedEntry[], items: readonly Item[]): readonly Answered[] {
  const said = new Map(items.map((item) => [Number(item.sequence), item]));
  const pairs: Answered[] = [];
  for (const entry of entries) {
    const item = said.get(entry.sequence);
    said.delete(entry.sequence);
    if (entry.kind === LogKind.commit) {
      if (item?.kind === "opened") {
        throw new HistoryRefused("H2", `entry ${entry.sequence} is a Commit, no message`);
      }
    } else if (item === undefined) {
      throw new HistoryRefused("H2", `the answer leaves out entry ${entry.sequence}`);
    } else {
      pairs.push({ entry, item });
    }
  }
  if (said.size > 0) {
    const added = [...said.keys()].reduce((least, sequence) => Math.min(least, sequence)); // a chunk holds more than a call takes
    throw new HistoryRefused("H2", `the answer adds entry ${added}, which the log does not hold there`);
  }
  return pairs;
}
