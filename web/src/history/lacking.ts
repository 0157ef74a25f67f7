/**
 * Asking once more for what is missing on the word of servers that may err or lie: of others than who gave it (H2).
 *
 * An officer asks for it. By itself it would be asked for without end, where nobody holds it any more.
 */

import { equal, fromHex, hex, type Bytes } from "../bytes";
import { channelKey, Standing } from "../channel/session";
import { historyOpensAt } from "../ledger/history";
import { begun, endOf, openPart } from "./asking";
import type { Span } from "./attendance";
import type { HistoryHost } from "./host";
import { loadMissing, type MissingEntry } from "./missing";
import { beginWrites, loadAsked } from "./request";

const LACKING_AT_ONCE = 4; // requests, of one generation: a server notes few of a device
const NEAR_ENTRIES = 100; // between two places that are asked for in one request

/**
 * Requests for what is missing in a channel are begun; `ask` sends them. What is asked for again already is not.
 *
 * @throws HistoryRefused the charter gives no history, or we are not entitled to the channel.
 * @throws LogContradicted the relay shows another past than the one that the members followed.
 * @throws Unavailable the relay, for now.
 */
export async function askOthers(host: HistoryHost, operation: Bytes, channel: Bytes): Promise<void> {
  const session = host.sessions.get(channelKey(operation, channel));
  if (session === undefined || session.standing !== Standing.live) {
    return;
  }
  const opensAt = historyOpensAt(host.operation(operation).ledger, host.device.account, channel);
  const again = (await loadAsked(host.store)).filter((one) => one.lacking && equal(one.channel, channel));
  const missing = (await loadMissing(host.store, operation)).filter((one) => equal(one.channel, channel));
  const generations = new Set(missing.map(({ generation }) => generation));
  again.forEach(({ generation }) => generations.delete(generation));
  for (const generation of generations) {
    const here = missing.filter((one) => one.generation === generation);
    const { sequence: knownAt, logHash: knownHash } = endOf(host, session, generation);
    for (const span of runs(here.map(({ sequence }) => sequence)).slice(0, LACKING_AT_ONCE)) {
      const gap = { operation, channel, generation, span, knownAt, knownHash };
      const outline = await openPart(host, gap, opensAt);
      const passedOver = saidBy(here, span).map((server) => ({ server, why: "" }));
      const asked = { ...begun(host, gap, span), lacking: true, passedOver };
      const history = { operation, fetched: [] };
      await host.turns.run(() => host.write(beginWrites(asked, outline), { history }));
    }
  }
}

/** Spans that hold all of `places`, which are in order, and few others. */
export function runs(places: readonly number[]): readonly Span[] {
  const spans: Span[] = [];
  for (const place of places) {
    const before = spans.at(-1);
    if (before !== undefined && place - before.last <= NEAR_ENTRIES) {
      spans[spans.length - 1] = { first: before.first, last: place };
    } else {
      spans.push({ first: place, last: place });
    }
  }
  return spans;
}

function saidBy(missing: readonly MissingEntry[], { first, last }: Span): readonly Bytes[] {
  const inside = missing.filter(({ sequence }) => first <= sequence && sequence <= last);
  const servers = new Set(inside.map((one) => hex(one.saidBy)));
  return [...servers].sort().map((server) => fromHex(server));
}
