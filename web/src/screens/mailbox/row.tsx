/** A message in the list: what kind, how urgent, when, what, from whom to whom, how long there is. */

import type { JSX } from "preact";

import type { Addressee } from "../../forms/envelope";
import type { Entry } from "../../mailbox/boxes";
import { clockOf } from "../../mailbox/clock";
import { isUnread, isUrgent } from "../../mailbox/filters";
import type { MessageView } from "../../mailbox/views";
import { useWords, type Words } from "../../words";
import { CountryBadge, memberName } from "../people";
import { role } from "../terms";
import { headlineOf, memberOf, operationOf, readingOf, useBoard } from "./board";
import { ClockBadge } from "./clock-badge";
import { Moment } from "./moment";
import { roleNumber } from "./roles";
import { priorityName } from "./terms";

interface Props {
  readonly entry: Entry;
  readonly id: string;
  readonly chosen: boolean;
  readonly place: number;
  readonly count: number;
  readonly onChoose: () => void;
}

const SHOWN_ADDRESSEES = 4;

export function Row({ entry, id, chosen, place, count, onChoose }: Props): JSX.Element {
  const words = useWords();
  const board = useBoard();
  const { view } = entry;
  const author = memberOf(board, view);
  const unread = isUnread(entry);
  const title = headlineOf(board, view.operation, view);
  return (
    <div
      id={id}
      class={`arrival k-${entry.form}${unread ? " unread" : ""}`}
      role="option"
      aria-selected={chosen}
      aria-setsize={count}
      aria-posinset={place + 1}
      onClick={onChoose}
    >
      <p class="arrival-top">
        <KindName operation={view.operation} entry={entry} />
        {isUrgent(view.body.priority) && <b class="urgent">{priorityName(words, view.body.priority)}</b>}
        {unread && <span class="dot">{words.say("unread")}</span>}
        {view.marks.flagged && <span class="flag">{words.say("flagged")}</span>}
        <Moment at={view.body.writtenAt} />
      </p>
      <p class="arrival-title" dir="auto">
        {title || missing(words, view)}
      </p>
      <p class="arrival-foot">
        <span class="from">
          <CountryBadge country={author?.profile?.country ?? null} />{" "}
          <bdi>{author === null ? view.author.slice(0, 8) : memberName(words, author)}</bdi>
        </span>
        <Addressees operation={view.operation} to={view.body.to} unlisted={view.unlisted} />
        <ClockBadge clock={clockOf(entry.asked, board.now)} />
      </p>
    </div>
  );
}

/** Why nothing can be read of it. */
export function missing(words: Words, { extent }: MessageView): string {
  return extent === "whole" ? words.say("Cannot be shown: its form is not here yet") : words.say("Being fetched …");
}

/** The name of the message's form in the reader's language. */
export function KindName({ operation, entry }: { readonly operation: string; readonly entry: Entry }): JSX.Element {
  const board = useBoard();
  const words = useWords();
  const reading = readingOf(board, operation, entry.view)?.reading;
  return <span class="kind">{reading?.title ?? (entry.form || words.say("Message"))}</span>;
}

function Addressees({
  operation,
  to,
  unlisted,
}: {
  readonly operation: string;
  readonly to: readonly Addressee[];
  readonly unlisted: number;
}): JSX.Element | null {
  const others = Math.max(to.length - SHOWN_ADDRESSEES, 0) + unlisted;
  if (to.length === 0) {
    return null;
  }
  return (
    <span class="to">
      <span class="arrow" aria-hidden="true" />
      {to.slice(0, SHOWN_ADDRESSEES).map((addressee) => (
        <AddresseeBadge key={JSON.stringify(addressee)} operation={operation} addressee={addressee} />
      ))}
      {others > 0 && <span>+{others}</span>}
    </span>
  );
}

/** Who must act, as short as a list allows. */
export function AddresseeBadge({
  operation,
  addressee,
}: {
  readonly operation: string;
  readonly addressee: Addressee;
}): JSX.Element {
  const words = useWords();
  const board = useBoard();
  if ("country" in addressee) {
    return <CountryBadge country={addressee.country} />;
  }
  if ("role" in addressee) {
    return <span class="addressee">{role(words, roleNumber(addressee.role))}</span>;
  }
  const member = operationOf(board, operation)?.members.get(addressee.account);
  return <bdi class="addressee">{member === undefined ? addressee.account.slice(0, 8) : memberName(words, member)}</bdi>;
}
