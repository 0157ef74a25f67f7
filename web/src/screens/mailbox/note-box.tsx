/** A note: one box and Enter. Who will read it stands beside it before it is sent. */

import type { JSX, RefObject } from "preact";

import { typedText } from "../../forms/typing";
import type { ChannelView, MemberView } from "../../operation/overview";
import { useWords } from "../../words";
import { memberName } from "../people";
import { isNode } from "../terms";

interface Props {
  readonly box: RefObject<HTMLTextAreaElement | null>;
  readonly channel: ChannelView;
  readonly members: ReadonlyMap<string, MemberView>;
  readonly text: string;
  readonly onType: (text: string) => void;
  readonly onSend: (text: string) => void;
}

const MAX_LETTERS = 10_000; // of the form `note`

export function NoteBox({ box, channel, members, text, onType, onSend }: Props): JSX.Element {
  const words = useWords();
  const send = (): void => {
    if (text.trim() !== "") {
      onSend(text.trim());
    }
  };
  return (
    <form
      class="reply-box"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <label>
        {words.say("Note to everybody in this channel")}
        <textarea
          ref={box}
          rows={2}
          dir="auto"
          autocomplete="off"
          maxLength={MAX_LETTERS}
          value={text}
          aria-describedby="note-hint"
          onInput={(event) => onType(typedText(event.currentTarget.value))}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
              event.preventDefault();
              send();
            }
          }}
        />
      </label>
      <div class="note-foot">
        <Readers channel={channel} members={members} />
        <span id="note-hint" class="hint">
          {words.say("Enter sends, Shift and Enter begins a line")}
        </span>
        <button disabled={text.trim() === ""}>{words.say("Send note")}</button>
      </div>
    </form>
  );
}

/** Named before anything is sent: who can read is the channel, never the addressees. */
export function Readers({
  channel,
  members,
}: {
  readonly channel: ChannelView;
  readonly members: ReadonlyMap<string, MemberView>;
}): JSX.Element {
  const words = useWords();
  const readers = channel.readers.flatMap((account) => members.get(account) ?? []);
  const stores = readers.filter((member) => isNode(member.role)).length;
  const countries = new Set(readers.flatMap((member) => member.profile?.country ?? [])).size;
  return (
    <details class="readers">
      <summary>
        {words.say("Read by: people {people}, countries {countries}, stores {stores}", {
          people: readers.length - stores,
          countries,
          stores,
        })}
      </summary>
      <p>
        {readers.map((member) => (
          <span key={member.account} class={isNode(member.role) ? "reader node" : "reader"}>
            <bdi>{memberName(words, member)}</bdi>
          </span>
        ))}
      </p>
    </details>
  );
}
