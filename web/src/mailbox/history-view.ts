/** What the page is told of history: how far it has come, what is missing, who gave what is no answer. */

import { hex } from "../bytes";
import { Standing, type ChannelSession } from "../channel/session";
import { loadAttendance } from "../history/attendance";
import { loadMissing, type MissingEntry } from "../history/missing";
import { loadPassedOver } from "../history/passed-over";
import { loadAsked, type Asked } from "../history/request";
import { Missing } from "../ledger/history-items";
import { History } from "../ledger/kinds";
import type { Operation } from "../operation/operation";
import type { Mailbox } from "./mailbox";
import type { ChannelHistory, HistoryView } from "./views";

const CONTROL_MESSAGE = "control_message"; // what members' programs said to each other: nobody misses it

export async function historyView(mailbox: Mailbox, { ledger }: Operation): Promise<HistoryView> {
  const { store } = mailbox;
  const { operation } = ledger;
  const isOurs = (one: { readonly operation: Uint8Array }): boolean => hex(one.operation) === hex(operation);
  const requests = (await loadAsked(store)).filter(isOurs);
  const missing = await loadMissing(store, operation);
  const channels: ChannelHistory[] = [];
  for (const session of mailbox.sessions.values()) {
    if (isOurs(session) && session.standing === Standing.live) {
      const found = channelHistory(session, requests, missing);
      const isNone = ledger.charter.policy.history === History.none && (await cameLate(mailbox, session));
      channels.push(isNone ? { ...found, state: "none" } : found);
    }
  }
  const passedOver = (await loadPassedOver(store, operation)).map(({ server }) => hex(server));
  return { channels: channels.filter((one) => one.state !== "whole" || lacksSomething(one)), passedOver };
}

/** Something may have been said before we came: the Commit that added us was not the log's first entry. */
async function cameLate(mailbox: Mailbox, session: ChannelSession): Promise<boolean> {
  const { entered } = await loadAttendance(mailbox.store, session);
  return entered.some(({ sequence }) => sequence > 1);
}

function channelHistory(
  { channel }: ChannelSession,
  requests: readonly Asked[],
  missing: readonly MissingEntry[],
): ChannelHistory {
  const name = hex(channel);
  const open = requests.filter((one) => hex(one.channel) === name);
  const absent = missing.filter((one) => hex(one.channel) === name && one.reason !== CONTROL_MESSAGE);
  const count = (why: Missing): number => absent.filter((one) => one.why === why).length;
  const answered = open.reduce((sum, { following, span }) => sum + following - span.first, 0);
  return {
    channel: name,
    state: open.length === 0 ? "whole" : answered === 0 ? "waiting" : "reading",
    answered,
    all: open.reduce((sum, { span }) => sum + span.last - span.first + 1, 0),
    notHeld: count(Missing.notHeld),
    setAside: count(Missing.setAside),
    notAddressed: count(Missing.notAddressed),
  };
}

function lacksSomething({ notHeld, setAside, notAddressed }: ChannelHistory): boolean {
  return notHeld + setAside + notAddressed > 0;
}
