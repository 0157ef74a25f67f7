/** Below the oldest message: what was said before this device came, how far it is here, and what is missing. */

import type { JSX } from "preact";

import type { ChannelHistory } from "../../mailbox/views";
import { useWords } from "../../words";
import { channelTitle, memberName } from "../people";
import type { MailboxActions } from "./actions";
import { useBoard, type BoardOperation } from "./board";
import { operationsAt, type Place } from "./place";

interface Props {
  readonly place: Place;
  readonly actions: MailboxActions;
}

export function Past({ place, actions }: Props): JSX.Element | null {
  const board = useBoard();
  const parts = operationsAt(board, place).flatMap((one) => {
    const { channels, passedOver } = one.mailbox.history;
    const shown = channels.filter(({ channel }) => place.filter.channel === null || place.filter.channel === channel);
    return shown.length + passedOver.length === 0 ? [] : [{ one, channels: shown, passedOver }];
  });
  return parts.length === 0 ? null : (
    <footer class="past">
      {parts.map(({ one, channels, passedOver }) => (
        <div key={one.operation}>
          {passedOver.map((server) => (
            <PassedOver key={server} one={one} server={server} />
          ))}
          {channels.map((channel) => (
            <ChannelPast key={channel.channel} one={one} channel={channel} actions={actions} />
          ))}
        </div>
      ))}
    </footer>
  );
}

function PassedOver({ one, server }: { readonly one: BoardOperation; readonly server: string }): JSX.Element {
  const words = useWords();
  const member = one.members.get(server);
  const name = member === undefined ? server.slice(0, 8) : memberName(words, member);
  return (
    <p class="notice wrong" role="alert">
      {words.say(
        "{name} signed an answer about earlier messages that is none. Nothing of it was taken: tell the coordination unit, by voice.",
        { name },
      )}
    </p>
  );
}

function ChannelPast({
  one,
  channel,
  actions,
}: {
  readonly one: BoardOperation;
  readonly channel: ChannelHistory;
  readonly actions: MailboxActions;
}): JSX.Element {
  const words = useWords();
  const ours = (one.overview?.channels ?? []).filter(({ weRead }) => weRead);
  const view = ours.find((each) => each.channel === channel.channel);
  return (
    <section>
      {ours.length > 1 && view !== undefined && (
        <h3>
          <bdi>{channelTitle(words, view)}</bdi>
        </h3>
      )}
      {channel.state === "whole" ? (
        <Lacking channel={channel} onAskOthers={() => actions.onAskOthers(one.operation, channel.channel)} />
      ) : (
        <Underway state={channel.state} channel={channel} />
      )}
    </section>
  );
}

function Underway({
  state,
  channel: { answered, all },
}: {
  readonly state: Exclude<ChannelHistory["state"], "whole">;
  readonly channel: ChannelHistory;
}): JSX.Element {
  const words = useWords();
  switch (state) {
    case "none":
      return <p>{words.say("What was said before you came is not given: the charter of this operation says so.")}</p>;
    case "waiting":
      return (
        <p role="status">
          {words.say("What was said before you came is asked for. The archive has not answered yet: it follows by itself.")}
        </p>
      );
    case "reading":
      return (
        <label class="past-progress">
          {words.say("Reading what was said before: {answered} of {all}", { answered, all })}
          <progress value={answered} max={all} />
        </label>
      );
  }
}

/** Folded: it stands there all night, and the list needs the room. */
function Lacking({
  channel: { notHeld, setAside, notAddressed },
  onAskOthers,
}: {
  readonly channel: ChannelHistory;
  readonly onAskOthers: () => void;
}): JSX.Element {
  const words = useWords();
  return (
    <details>
      <summary>
        {words.say("Of what was said before, not here: {count}", { count: notHeld + setAside + notAddressed })}
      </summary>
      {notHeld > 0 && (
        <p>
          {words.say("Nobody who answered held it: {count}.", { count: notHeld })}{" "}
          <button class="link" onClick={onAskOthers}>
            {words.say("Ask others")}
          </button>
        </p>
      )}
      {setAside > 0 && <p>{words.say("Who answered could not read it either: {count}.", { count: setAside })}</p>}
      {notAddressed > 0 && <p>{words.say("TLP:RED, and not for you: {count}.", { count: notAddressed })}</p>}
    </details>
  );
}
