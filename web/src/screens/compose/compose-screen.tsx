/** A draft with all that writing it needs: its form, who reads its channel, code lists and words, which are fetched. */

import type { JSX } from "preact";
import { useCallback, useLayoutEffect, useMemo, useState } from "preact/hooks";

import { staleSince } from "../../channel/views";
import { ProtocolError } from "../../errors";
import type { CodeLists } from "../../forms/code-list";
import type { Form } from "../../forms/form";
import { read } from "../../forms/reading";
import { RELEASE } from "../../forms/release";
import type { Tongue } from "../../forms/tongue";
import { assess } from "../../forms/validation";
import { ChannelKind } from "../../ledger/kinds";
import type { DraftView, MessageView, OperationMailbox } from "../../mailbox/views";
import { label } from "../../operation/directory";
import type { Overview } from "../../operation/overview";
import type { Resources } from "../../resources";
import { useWords } from "../../words";
import type { Attach } from "./attaching";
import { Compose } from "./compose";
import { formOf, repeatedDraft } from "./drafting";
import type { Related } from "./entry";
import { Select } from "./inputs/select";

interface Props {
  readonly draft: DraftView;
  readonly mailbox: OperationMailbox;
  readonly overview: Overview;
  readonly resources: Resources;
  readonly now: () => number; // seconds
  readonly attach: Attach;
  readonly onChange: (draft: DraftView) => void;
  readonly onSend: (draft: DraftView) => void;
  readonly onDiscard: (draft: DraftView) => void;
  readonly onClose: () => void; // the draft stays
}

interface Fetched {
  readonly lists: CodeLists;
  readonly tongue: Tongue;
}

const MOST_RELATED = 100;

export function ComposeScreen(props: Props): JSX.Element {
  const { draft, mailbox, overview, resources } = props;
  const words = useWords();
  const [fetched, setFetched] = useState<Fetched | "missing" | null>(null);
  const [attempt, setAttempt] = useState(0);
  // At once, so that a form of which all is here stands before the next key.
  useLayoutEffect(() => {
    let current = true;
    Promise.all([resources.codes(), resources.tongue(words.language)]).then(
      ([lists, tongue]) => current && setFetched({ lists, tongue }),
      () => current && setFetched("missing"),
    );
    return () => {
      current = false;
    };
  }, [resources, words.language, attempt]);
  const form = useMemo(() => formOrNull(mailbox, draft.formHash), [mailbox, draft.formHash]);
  const release = useMemo(() => releaseFormOf(mailbox), [mailbox]);
  const loadTongue = useCallback((language: string) => resources.tongue(language), [resources]);
  const loadPlaces = useCallback(() => resources.places(), [resources]);
  const related = useMemo(
    () => (fetched === null || fetched === "missing" ? [] : relatedMessages(mailbox, fetched)),
    [mailbox, fetched],
  );
  const channels = overview.channels.filter((one) => one.weRead && one.kind !== ChannelKind.release);
  const channel = channels.find((one) => one.channel === draft.channel);
  const readers = useMemo(
    () => overview.members.filter((member) => channel?.readers.includes(member.account) ?? false),
    [overview, channel],
  );
  const state = mailbox.channels.find((one) => one.channel === draft.channel);
  const hasLast = mailbox.messages.some((one) => one.own && one.formHash === draft.formHash);

  if (form === null) {
    return <p class="notice wrong">{words.say("The form of this draft is not here. Load the page again.")}</p>;
  }
  if (fetched === "missing") {
    return (
      <div class="notice wrong" role="alert">
        <p>{words.say("Code lists could not be fetched: nothing can be written without them. The draft is safe.")}</p>
        <button onClick={() => setAttempt(attempt + 1)}>{words.say("Try again")}</button>
      </div>
    );
  }
  if (fetched === null) {
    return <p class="notice">{words.say("Fetching code lists …")}</p>;
  }
  return (
    <main class="compose-screen">
      <div class="beside">
        <button class="quiet" onClick={props.onClose}>
          {words.say("Back, and keep the draft")}
        </button>
        {channels.length > 1 && draft.replyTo === null && draft.body.attachments.length > 0 && (
          <small>{words.say("Files are sealed for their channel: take them off to choose another one.")}</small>
        )}
        {channels.length > 1 && draft.replyTo === null && draft.body.attachments.length === 0 && (
          <Select
            id="channel"
            label={words.say("Channel to send in")}
            value={draft.channel}
            without={words.say("Channel to send in")}
            options={channels.map((one) => ({
              value: one.channel,
              label: one.title === null ? one.channel.slice(0, 8) : label(one.title, words.language),
            }))}
            onChange={(chosen) => chosen !== undefined && props.onChange({ ...draft, channel: chosen })}
          />
        )}
      </div>
      <Compose
        key={draft.draft}
        form={form}
        release={release}
        draft={draft}
        readers={readers}
        staleSince={staleSince(state?.signs ?? null, props.now())}
        related={related}
        lists={fetched.lists}
        tongue={fetched.tongue}
        loadPlaces={loadPlaces}
        loadTongue={loadTongue}
        now={props.now}
        attach={props.attach}
        onChange={props.onChange}
        onSend={props.onSend}
        onDiscard={() => props.onDiscard(draft)}
        onRepeat={hasLast ? () => props.onChange(repeatedDraft(mailbox, draft) ?? draft) : null}
      />
    </main>
  );
}

function formOrNull(mailbox: OperationMailbox, hash: string): Form | null {
  try {
    return formOf(mailbox, hash);
  } catch (error) {
    if (!(error instanceof ProtocolError)) {
      throw error;
    }
    return null;
  }
}

/** The operation's own: it may release less than the program could. */
function releaseFormOf(mailbox: OperationMailbox): Form | null {
  const hash = [...mailbox.forms].findLast(([, form]) => form.get("name") === RELEASE)?.[0];
  return hash === undefined ? null : formOrNull(mailbox, hash);
}

/** What a field can refer to: the newest messages, each by its form and the first thing that it says. */
function relatedMessages(mailbox: OperationMailbox, { lists, tongue }: Fetched): readonly Related[] {
  const newest = mailbox.messages.slice(-MOST_RELATED).toReversed();
  const hashes = new Set(newest.map((one) => one.formHash));
  const forms = new Map(Array.from(hashes, (hash) => [hash, formOrNull(mailbox, hash)]));
  return newest.flatMap((message) => {
    const form = forms.get(message.formHash) ?? null;
    return form === null ? [] : [{ message: message.message, title: titleOf(form, message, lists, tongue) }];
  });
}

function titleOf(form: Form, message: MessageView, lists: CodeLists, tongue: Tongue): string {
  const { values, variant, writtenAt, language } = message.body;
  const reading = read(assess(form, values, { variant, lists, writtenAt }), tongue, language);
  const first = reading.passages[0]?.lines[0]?.text ?? message.message.slice(0, 8);
  return `${reading.title}: ${first.split("\n")[0] ?? ""}`;
}
