/** Who must answer a message, each with a clock: right under the title. */

import type { JSX } from "preact";

import type { Addressee } from "../../forms/envelope";
import type { Demand } from "../../mailbox/answering";
import type { Entry } from "../../mailbox/boxes";
import { clockOfDemand } from "../../mailbox/clock";
import { useWords } from "../../words";
import { CountryBadge, memberName } from "../people";
import { role } from "../terms";
import { operationOf, useBoard } from "./board";
import { ClockBadge } from "./clock-badge";
import { roleNumber } from "./roles";

export function Duty({ entry }: { readonly entry: Entry }): JSX.Element {
  const words = useWords();
  const board = useBoard();
  const { asked, view } = entry;
  if (view.body.to.length === 0) {
    return <p class="duty-none">{words.say("To all, for information: nobody is asked to answer.")}</p>;
  }
  return (
    <ul class="duty" aria-label={words.say("Who must answer")}>
      {asked.demands.map((demand) => {
        const isOurs = demand.people.some((member) => member.account === board.account);
        return (
          <li key={JSON.stringify(demand.addressee)} class={isOurs && !demand.settled ? "ours" : undefined}>
            <AddresseeName operation={view.operation} addressee={demand.addressee} />
            {isOurs && <small class="tag">{words.say("you")}</small>}{" "}
            <DemandState demand={demand} answerBy={asked.answerBy} />
          </li>
        );
      })}
    </ul>
  );
}

function DemandState({ demand, answerBy }: { readonly demand: Demand; readonly answerBy: number | null }): JSX.Element {
  const words = useWords();
  const { now } = useBoard();
  if (demand.people.length === 0 && !demand.settled) {
    return <span class="hint">{words.say("nobody there any more")}</span>;
  }
  const clock = clockOfDemand(demand, answerBy, now);
  const seen = demand.acknowledged.length > 0;
  return (
    <>
      {seen && demand.answers.length === 0 && <span class="seen">{words.say("acknowledged")}</span>}
      <ClockBadge clock={clock} />
      {clock === null && !seen && <span class="hint">{words.say("not acknowledged yet")}</span>}
    </>
  );
}

function AddresseeName({
  operation,
  addressee,
}: {
  readonly operation: string;
  readonly addressee: Addressee;
}): JSX.Element {
  const words = useWords();
  const board = useBoard();
  if ("country" in addressee) {
    return (
      <>
        <CountryBadge country={addressee.country} /> {words.country(addressee.country)}
      </>
    );
  }
  if ("role" in addressee) {
    return <span>{role(words, roleNumber(addressee.role))}</span>;
  }
  const member = operationOf(board, operation)?.members.get(addressee.account);
  return (
    <>
      <CountryBadge country={member?.profile?.country ?? null} />{" "}
      <bdi>{member === undefined ? addressee.account.slice(0, 8) : memberName(words, member)}</bdi>
    </>
  );
}
