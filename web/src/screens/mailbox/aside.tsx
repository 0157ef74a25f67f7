/** What was set aside instead of being shown, in words; who lies or lost keys is said first. */

import type { JSX } from "preact";

import type { AsideView } from "../../mailbox/views";
import { useWords } from "../../words";
import { channelTitle, memberName } from "../people";
import type { BoardOperation } from "./board";
import { asideReason, nothingThere } from "./terms";

export function AsideList({ operations }: { readonly operations: readonly BoardOperation[] }): JSX.Element {
  const words = useWords();
  const all = operations.flatMap((one) => one.mailbox.aside.map((aside) => ({ one, aside })));
  if (all.length === 0) {
    return <p class="nothing">{nothingThere(words, "aside")}</p>;
  }
  const alarmsFirst = [...all].sort((a, b) => Number(b.aside.alarm) - Number(a.aside.alarm));
  return (
    <ul class="papers">
      {alarmsFirst.map(({ one, aside }) => (
        <li key={aside.key} class={aside.alarm ? "paper refused" : "paper"}>
          <Aside one={one} aside={aside} />
        </li>
      ))}
    </ul>
  );
}

function Aside({ one, aside }: { readonly one: BoardOperation; readonly aside: AsideView }): JSX.Element {
  const words = useWords();
  const channel = one.overview?.channels.find((each) => each.channel === aside.channel);
  const sender = aside.account === null ? undefined : one.members.get(aside.account);
  return (
    <>
      <p>
        <b>{asideReason(words, aside.reason, aside.detail)}</b>
      </p>
      {aside.alarm && (
        <p class="wrong">{words.say("Alarm: tell the coordination unit at once, by voice.")}</p>
      )}
      <p class="hint">
        <bdi>{channel === undefined ? aside.channel.slice(0, 8) : channelTitle(words, channel)}</bdi>
        {" · "}
        {words.say("entry {sequence} of its log", { sequence: aside.sequence })}
        {aside.account !== null && (
          <>
            {" · "}
            <bdi>{sender === undefined ? aside.account.slice(0, 8) : memberName(words, sender)}</bdi>
          </>
        )}
      </p>
      <p class="hint" dir="ltr" lang="en">
        {aside.detail}
      </p>
    </>
  );
}
