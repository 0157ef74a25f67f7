/**
 * What a message asks of whom, and what was done about it, as `cencomm/client/answering.py` says it. Pure.
 *
 * A message asks its addressees: an account, a country, a role. Behind each stands a post where people take turns, so
 * one of them is enough: who answers from Paris answers for France, and for no other addressee. A response settles it;
 * where no time was set, an acknowledgement is enough. Who is asked is decided at the ledger head that the author
 * signed for, the same for every reader; whoever has left since is not waited for.
 */

import type { Addressee } from "../forms/envelope";
import { Role } from "../ledger/kinds";
import type { ChannelView, MemberView } from "../operation/overview";
import type { MessageView } from "./views";

const NODES: ReadonlySet<number> = new Set([Role.archive, Role.ncen, Role.cen]);

/** What a message asks of one addressee. `people` are those whom it names and who still belong. */
export interface Demand {
  readonly addressee: Addressee;
  readonly people: readonly MemberView[];
  readonly acknowledged: readonly string[]; // accounts
  readonly answers: readonly MessageView[]; // responses, in the order in which they came
  readonly settled: boolean; // nothing more is expected of this addressee
}

/** Everything that a message asks. The author's own answers and acknowledgements count for nothing. */
export interface Answering {
  readonly answerBy: number | null; // seconds
  readonly demands: readonly Demand[];
  readonly open: readonly Demand[];
}

const NOTHING: Answering = { answerBy: null, demands: [], open: [] };

/**
 * What `message` asks.
 *
 * @param members all that the operation's ledger ever named, `channel` the one in which the message stands.
 * @param responses messages under the form `response` that name it in their reply-to, of any author.
 */
export function answering(
  message: MessageView,
  members: readonly MemberView[],
  channel: ChannelView | null,
  responses: readonly MessageView[],
): Answering {
  const { to, answerBy } = message.body;
  if (to.length === 0) {
    return answerBy === null ? NOTHING : { ...NOTHING, answerBy };
  }
  const readers = readersThen(members, channel, message.ledgerSequence);
  const seen = message.acknowledgedBy.filter((account) => account !== message.author);
  const answers = responses.filter((response) => response.author !== message.author);
  const demands = to.map((addressee) => demand(addressee, message, readers, seen, answers));
  return { answerBy, demands, open: demands.filter((one) => one.people.length > 0 && !one.settled) };
}

/** Whether `account` is asked and nobody has done it for them. */
export function waitsFor(asked: Answering, account: string): boolean {
  return asked.open.some((one) => one.people.some((member) => member.account === account));
}

/** Whether the addressee names this member: by account, by the country of the post, by role. */
export function isNamedBy(member: MemberView, addressee: Addressee): boolean {
  if ("account" in addressee) {
    return addressee.account === member.account;
  }
  if ("country" in addressee) {
    return addressee.country === member.profile?.country;
  }
  return addressee.role === roleName(member.role);
}

export function isNode(member: MemberView): boolean {
  return NODES.has(member.role);
}

function demand(
  addressee: Addressee,
  message: MessageView,
  readers: readonly MemberView[],
  seen: readonly string[],
  answers: readonly MessageView[],
): Demand {
  const named = readers.filter((one) => one.account !== message.author && !isNode(one) && isNamedBy(one, addressee));
  const accounts = new Set(named.map((one) => one.account));
  const acknowledged = seen.filter((account) => accounts.has(account));
  const answered = answers.filter((answer) => accounts.has(answer.author));
  return {
    addressee,
    people: named.filter((one) => one.revokedAt === null),
    acknowledged,
    answers: answered,
    settled: answered.length > 0 || (message.body.answerBy === null && acknowledged.length > 0),
  };
}

/** Those who could read the channel at the head, as the newest ledger knows each account. */
function readersThen(members: readonly MemberView[], channel: ChannelView | null, at: number): readonly MemberView[] {
  const now = channel === null ? null : new Set(channel.readers);
  return members.filter(
    (member) =>
      member.firstAdmittedAt <= at &&
      (member.revokedAt === null ? (now?.has(member.account) ?? true) : at < member.revokedAt),
  );
}

function roleName(role: number): string | null {
  return Object.entries(Role).find(([, number]) => number === role)?.[0] ?? null;
}
