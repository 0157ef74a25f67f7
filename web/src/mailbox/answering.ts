/**
 * What a message asks of whom, and what was done about it, as `cencomm/client/answering.py` says it. Pure.
 *
 * A message asks its addressees: an account, a country, a role. Behind each stands a post where people take turns, so
 * one of them is enough: who answers from Paris answers for France, and for no other addressee. A response settles it;
 * where no time was set, an acknowledgement is enough. Who is asked is decided at the ledger head that the author
 * signed for, the same for every reader; whoever has left since is not waited for.
 */

import type { Addressee } from "../forms/envelope";
import type { MemberView } from "../operation/overview";
import type { Roster } from "./roster";
import type { MessageView } from "./views";

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
  readonly unlisted: number; // others who are asked, none of them we: what they did is told once the message is whole
}

const NOTHING: Answering = { answerBy: null, demands: [], open: [], unlisted: 0 };

/**
 * What `message` asks.
 *
 * @param roster who could read its channel at the head that its author signed for.
 * @param responses messages under the form `response` that name it in their reply-to, of any author.
 */
export function answering(message: MessageView, roster: Roster, responses: readonly MessageView[]): Answering {
  const { unlisted } = message;
  const { to, answerBy } = message.body;
  if (to.length === 0) {
    return answerBy === null ? NOTHING : { ...NOTHING, answerBy };
  }
  const seen = message.acknowledgedBy.filter((account) => account !== message.author);
  const answers = responses.filter((response) => response.author !== message.author);
  const demands = to.map((addressee) => demand(addressee, message, roster, seen, answers));
  return { answerBy, demands, unlisted, open: demands.filter((one) => one.people.length > 0 && !one.settled) };
}

/** Whether `account` is asked and nobody has done it for them. */
export function waitsFor(asked: Answering, account: string): boolean {
  return asked.open.some((one) => one.people.some((member) => member.account === account));
}

function demand(
  addressee: Addressee,
  message: MessageView,
  roster: Roster,
  seen: readonly string[],
  answers: readonly MessageView[],
): Demand {
  const named = roster.named(addressee).filter((one) => one.account !== message.author);
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
