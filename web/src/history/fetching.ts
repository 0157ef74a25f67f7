/**
 * Taking in an answer: chunk for chunk, each verified as a whole and kept before the next (H2).
 *
 *     chunk --signature, server, place in the answer--> items --each against the log--> messages, wrong ones, missing ones
 *
 * Each server has an answer of its own at the relay. One that signs what is no answer is passed over, named, and the next
 * one's is taken: the request and its key stay until every entry has its answer. As `cencomm/client/history/fetching.py`.
 */

import { hex, type Bytes } from "../bytes";
import type { Fetched } from "../channel/events";
import { Unavailable } from "../errors";
import { HistoryRefused } from "../ledger/history";
import type { Chunk } from "../ledger/history-chunk";
import { HistoryRoutes } from "../relay/history-routes";
import { RelayRefuses } from "../relay/relay-client";
import type { Writes } from "../store/state-store";
import { fetchedWrites } from "./attendance";
import { AnswerRefused } from "./errors";
import type { HistoryHost } from "./host";
import { judgeItems } from "./items";
import { judgeChunk, openAnswer, readChunk, type Answered } from "./judging";
import { foundWrites, loadMissing, missingWrites } from "./missing";
import { passedOverWrites } from "./passed-over";
import { askedWrites, endWrites, loadOutline, loadRequest, wasPassedOver, type Asked } from "./request";
import type { Outline } from "./verifying";

/**
 * The request after what of its answers is at the relay now; null when every entry has its answer.
 *
 * It goes on from what is kept, whatever an earlier tab that was killed did not get to say.
 *
 * @throws AnswerRefused what the relay hands out is no part of an answer, whoever signed it; request and key are kept.
 * @throws Unavailable the relay, for now: call again.
 * @throws DOMException `signal` was aborted.
 */
export async function takeAnswer(host: HistoryHost, request: Asked, signal: AbortSignal): Promise<Asked | null> {
  const kept = await loadRequest(host.store, request);
  if (kept === null) {
    return null;
  }
  const outline = await loadOutline(host.store, kept);
  const routes = new HistoryRoutes(host.relay);
  const refused = new Set<string>();
  let asked = kept;
  for (;;) {
    const chunks = await routes.chunks(asked, asked.following);
    if (chunks.length === 0) {
      return asked;
    }
    signal.throwIfAborted();
    await host.turns.run(() => host.followLedger(asked.operation)); // servers may stand on more of it than we did
    const after = await takeChunks(host, asked, outline, chunks, { refused, signal });
    if (after === null) {
      await courtesy(routes.drop(asked)); // what is not dropped expires, and opens for nobody now that the key is gone
      return null;
    }
    if (after.following > asked.following) {
      await courtesy(routes.take(after, after.following - 1)); // that makes room for more
    }
    asked = after;
  }
}

/** What lasts as long as the taking. `refused`: accounts of servers, in hexadecimal. */
interface Taking {
  readonly refused: Set<string>;
  readonly signal: AbortSignal;
}

/** As far as one server's chunks are an answer; what follows one that is none is of another server. */
async function takeChunks(
  host: HistoryHost,
  request: Asked,
  outline: Outline,
  chunks: readonly Bytes[],
  { refused, signal }: Taking,
): Promise<Asked | null> {
  let asked = request;
  for (const encoded of chunks) {
    const { ledger } = host.operation(asked.operation);
    const chunk = readChunk(encoded, asked, ledger, host.device.account);
    const server = chunk.certificate.account;
    if (refused.has(hex(server))) {
      throw new AnswerRefused("the relay hands out again what was refused: tell the unit");
    }
    let after: Asked | null;
    try {
      after = await takeChunk(host, asked, outline, chunk, signal);
    } catch (error) {
      if (!(error instanceof HistoryRefused)) {
        throw error;
      }
      refused.add(hex(server));
      return passOver(host, asked, server, error.message);
    }
    if (after === null) {
      return null;
    }
    asked = after;
  }
  return asked;
}

/** The request goes on without this server; its answer goes at the relay, so that another's is handed out. */
async function passOver(host: HistoryHost, asked: Asked, server: Bytes, why: string): Promise<Asked> {
  let after = asked;
  if (!wasPassedOver(asked, server)) {
    after = { ...asked, passedOver: [...asked.passedOver, { server, why }] };
    const named = passedOverWrites(asked.operation, { server, why });
    const history = { operation: asked.operation, fetched: [] };
    await host.turns.run(() => host.write(new Map([...askedWrites(after), ...named]), { history }));
  }
  await new HistoryRoutes(host.relay).refuse(asked, server);
  return after;
}

/** Nothing depends on it. */
async function courtesy(said: Promise<void>): Promise<void> {
  try {
    await said;
  } catch (error) {
    if (!(error instanceof Unavailable || error instanceof RelayRefuses)) {
      throw error;
    }
  }
}

/**
 * The request after the next chunk; null: it was the last.
 *
 * @throws HistoryRefused it is no answer, and its server signed that; nothing was changed.
 */
async function takeChunk(
  host: HistoryHost,
  asked: Asked,
  outline: Outline,
  chunk: Chunk,
  signal: AbortSignal,
): Promise<Asked | null> {
  judgeChunk(chunk, asked, host.operation(asked.operation).ledger, host.device.device);
  const said = openAnswer(chunk, asked, outline);
  return host.turns.run(async () => {
    signal.throwIfAborted(); // it may have waited for its turn
    const wanted = await wantedOf(host, asked, said);
    const taken = await judgeItems(host, outline, wanted);
    const last = Number(chunk.header.last);
    const after = {
      ...asked,
      taken: asked.taken + 1,
      following: last + 1,
      messages: asked.messages + taken.messages.length,
      wrong: asked.wrong + taken.wrong.length,
      missing: asked.missing + taken.missing.length,
    };
    const { isLast } = chunk.header;
    const writes: Writes = new Map([
      ...taken.seen,
      ...foundWrites(asked, wanted.filter(({ item }) => item.kind === "opened").map(({ entry }) => entry.sequence)),
      ...missingWrites(asked, taken.missing, chunk.certificate.account),
      ...(asked.lacking ? [] : fetchedWrites(asked, { first: asked.span.first, last })), // noted by the first request
      ...(isLast ? await endWrites(host.store, asked) : askedWrites(after)),
    ]);
    const fetched = inOrder([...taken.messages, ...taken.decisions, ...taken.wrong]);
    await host.write(writes, { history: { operation: asked.operation, fetched } });
    return isLast ? null : after;
  });
}

/** What another server's chunk has not answered for already; of a second request, what was missing. */
async function wantedOf(host: HistoryHost, asked: Asked, said: readonly Answered[]): Promise<readonly Answered[]> {
  const behind = said.filter(({ entry }) => entry.sequence >= asked.following);
  if (!asked.lacking) {
    return behind;
  }
  const missing = await loadMissing(host.store, asked.operation);
  const here = missing.filter((one) => hex(one.channel) === hex(asked.channel) && one.generation === asked.generation);
  const lacking = new Set(here.map((one) => one.sequence));
  return behind.filter(({ entry }) => lacking.has(entry.sequence));
}

function inOrder(fetched: readonly Fetched[]): readonly Fetched[] {
  return [...fetched].sort((a, b) => a.place.sequence - b.place.sequence);
}
