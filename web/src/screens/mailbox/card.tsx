/** One message of a story, whole: who wrote it, under which rule, what it says, who has seen it. */

import type { JSX } from "preact";

import type { Entry } from "../../mailbox/boxes";
import type { MessageView } from "../../mailbox/views";
import { useWords } from "../../words";
import { CountryBadge, memberName } from "../people";
import type { MailboxActions } from "./actions";
import { memberOf, operationOf, readingOf, useBoard } from "./board";
import { Duty } from "./duty";
import { Files } from "./files";
import { Moment } from "./moment";
import { Passages } from "./passages";
import { KindName } from "./row";
import { evaluationMeaning } from "./terms";

interface Props {
  readonly id: string;
  readonly entry: Entry;
  readonly isFirst: boolean;
  readonly actions: MailboxActions;
}

export function Card({ id, entry, isFirst, actions }: Props): JSX.Element {
  const words = useWords();
  const board = useBoard();
  const { view } = entry;
  const { body } = view;
  const found = readingOf(board, view.operation, view);
  return (
    <article id={id} class={`letter k-${entry.form}`} aria-labelledby={`${id}-head`}>
      <header class="letter-head">
        <h2 id={`${id}-head`}>
          <KindName operation={view.operation} entry={entry} /> <Author message={view} />
        </h2>
        <p>
          <span class="tlp-tag">TLP:{body.tlp}</span> <span class="mono">{body.handling}</span>{" "}
          <Moment at={body.writtenAt} whole />
        </p>
      </header>
      {view.authorRevoked && (
        <p class="caution">{words.say("Caution: the author has left the operation since.")}</p>
      )}
      {view.fromHistory && (
        <p class="hint pad">{words.say("Written before you came; given to you from history and verified.")}</p>
      )}
      {!isFirst && body.to.length > 0 && (
        <div class="pad">
          <Duty entry={entry} />
        </div>
      )}
      {view.extent !== "whole" ? (
        <p class="pad hint">{words.say("Being fetched …")}</p>
      ) : found === null ? (
        <p class="caution">{words.say("Cannot be shown: its form is not here yet")}</p>
      ) : (
        <>
          {!found.whole && (
            <p class="caution">{words.say("Not all that was said answers the form: what does not is left out here.")}</p>
          )}
          <Passages reading={found.reading} untitled={isFirst} />
        </>
      )}
      {body.evaluation !== null && (
        <p class="pad hint">
          <b class="mono">
            {body.evaluation.source}
            {body.evaluation.information}
          </b>{" "}
          {evaluationMeaning(words, body.evaluation.source, body.evaluation.information)}
        </p>
      )}
      <Files message={view} fetchFile={actions.fetchFile} />
      <Seen message={view} />
    </article>
  );
}

export function Author({ message }: { readonly message: MessageView }): JSX.Element {
  const words = useWords();
  const board = useBoard();
  const member = memberOf(board, message);
  return (
    <span class="author">
      <CountryBadge country={member?.profile?.country ?? null} />{" "}
      <bdi>{member === null ? message.author.slice(0, 8) : memberName(words, member)}</bdi>
      {member?.profile != null && (
        <>
          {words.direction === "rtl" ? "، " : ", "}
          <bdi class="service">{member.profile.organisation}</bdi>
        </>
      )}
      {message.own && <small class="tag">{words.say("you")}</small>}
    </span>
  );
}

function Seen({ message }: { readonly message: MessageView }): JSX.Element | null {
  const words = useWords();
  const board = useBoard();
  const members = operationOf(board, message.operation)?.members;
  const seen = message.acknowledgedBy.filter((account) => account !== message.author);
  if (seen.length === 0) {
    return null;
  }
  return (
    <p class="pad hint">
      {words.say("Acknowledged by:")}{" "}
      {seen.map((account) => {
        const member = members?.get(account);
        return (
          <span key={account} class="reader">
            <bdi>{member === undefined ? account.slice(0, 8) : memberName(words, member)}</bdi>
          </span>
        );
      })}
    </p>
  );
}
