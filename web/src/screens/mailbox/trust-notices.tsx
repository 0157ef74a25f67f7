/** What an officer must know before believing or sending anything here: said above everything, in words that say what to do. */

import type { JSX } from "preact";

import { staleSince } from "../../channel/views";
import { useWords } from "../../words";
import { channelTitle, operationTitle } from "../people";
import type { BoardOperation } from "./board";

interface Props {
  readonly operations: readonly BoardOperation[];
  readonly now: number; // seconds
  readonly onDetails: (operation: string) => void;
}

export function TrustNotices({ operations, now, onDetails }: Props): JSX.Element | null {
  const notices = operations.flatMap((one) => [
    <Standing key={one.operation} one={one} onDetails={onDetails} />,
    <Freshness key={`${one.operation} fresh`} one={one} now={now} />,
  ]);
  return <div class="trust-notices">{notices}</div>;
}

/** Whether anything is to be sent in the operation at all. */
function Standing({ one, onDetails }: Pick<Props, "onDetails"> & { readonly one: BoardOperation }): JSX.Element | null {
  const words = useWords();
  const { overview } = one;
  if (overview === null) {
    return null;
  }
  const title = operationTitle(words, overview);
  if (overview.frozen !== null) {
    return (
      <p class="trust-notice grave" role="alert">
        <b>{words.say("{title} is frozen: the relay signed two histories of it.", { title })}</b>{" "}
        {words.say("What is here stays readable, nothing is sent. Call your coordination unit by telephone.")}{" "}
        <button class="quiet" onClick={() => onDetails(one.operation)}>
          {words.say("Show the evidence")}
        </button>
      </p>
    );
  }
  if (!overview.weBelong) {
    return (
      <p class="trust-notice grave" role="alert">
        <b>{words.say("Your membership of {title} has ended.", { title })}</b>{" "}
        {words.say("What you read stays here; nothing new comes and nothing is sent. Ask your coordination unit.")}
      </p>
    );
  }
  return null;
}

/** Channels of which nothing was heard for too long from those whom one counts on hearing (H3). */
function Freshness({ one, now }: { readonly one: BoardOperation; readonly now: number }): JSX.Element | null {
  const words = useWords();
  const { overview, mailbox } = one;
  const stale = mailbox.channels.flatMap(({ channel, signs }) => {
    const since = staleSince(signs, now);
    const shown = overview?.channels.find((each) => each.channel === channel);
    return since === null || shown === undefined ? [] : [{ since, title: channelTitle(words, shown) }];
  });
  if (overview === null || overview.frozen !== null || stale.length === 0) {
    return null;
  }
  const since = Math.min(...stale.map((channel) => channel.since));
  return (
    <p class="trust-notice" role="status">
      <b>{words.say("{title} may be out of date since {time} UTC.", { title: operationTitle(words, overview), time: words.moment(since) })}</b>{" "}
      {words.say("Nothing was heard from the archive or a coordinator in: {channels}. TLP:RED is not sent there until they are heard again.", {
        channels: stale.map((channel) => channel.title).join(words.direction === "rtl" ? "، " : ", "),
      })}
    </p>
  );
}
