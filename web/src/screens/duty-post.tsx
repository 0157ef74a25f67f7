/** The duty post: the mailbox, and beside it what its officer writes. Nothing that was typed is lost. */

import type { JSX } from "preact";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";

import type { Progress } from "../attachments/uploading";
import { hex } from "../bytes";
import { ProtocolError } from "../errors";
import type { DraftView, MessageView, OperationMailbox } from "../mailbox/views";
import type { Overview } from "../operation/overview";
import type { PageState } from "../page-state";
import { systemEntropy } from "../primitives/entropy";
import type { Resources } from "../resources";
import type { CallName, Calls, Failure, Finding, Home, Step } from "../worker/calls";
import { CallFailed } from "../worker/worker-client";
import { useWords } from "../words";
import { AccountScreen } from "./account/account-screen";
import { seconds, useClock } from "./clock";
import type { Attach } from "./compose/attaching";
import { ComposeScreen } from "./compose/compose-screen";
import { answerDraft, currentForm, newDraft, noteDraft, type Writer } from "./compose/drafting";
import { failed, mainChannel, overviewIn, titleOf, whyNothing } from "./home";
import type { MailboxActions } from "./mailbox/actions";
import { MailboxScreen } from "./mailbox/mailbox-screen";
import { useShowing } from "./mailbox/showing";
import { useKeptDraft } from "./kept-draft";
import { useReadings } from "./readings";

const UPLOAD_NAME_BYTES = 16;

interface Props {
  readonly home: Home;
  readonly state: PageState;
  readonly resources: Resources;
  /** Whether it was done; why not is shown by whoever gave this. */
  readonly ask: <Name extends CallName>(call: Name, asked: Calls[Name]["ask"]) => Promise<boolean>;
  /** The answer, for whoever shows beside what was asked why there is none. @throws CallFailed */
  readonly call: <Name extends CallName>(
    call: Name,
    asked: Calls[Name]["ask"],
    report: (step: Step) => void,
  ) => Promise<Calls[Name]["answer"]>;
  readonly onFailure: (failure: Failure) => void;
  readonly onSignOut: () => void;
}

export function DutyPost({ home, state, resources, ask, call, onFailure, onSignOut }: Props): JSX.Element {
  const words = useWords();
  const now = useClock();
  const readings = useReadings(resources, words.language);
  const mailboxes = useMemo(() => [...state.mailboxes.values()], [state.mailboxes]);
  const { draft, write, leave } = useKeptDraft((kept) => ask("saveDraft", kept));
  const note = useKeptDraft((kept) => ask("saveDraft", kept));
  const writer = (operation: string): Writer => ({
    language: words.language,
    country: overviewOf(operation)?.members.find((one) => one.isUs)?.profile?.country ?? null,
    now: seconds(),
    entropy: systemEntropy,
  });
  const [atAccount, setAtAccount] = useState(false);
  useEffect(() => setAtAccount(false), [draft?.draft]); // something is written now
  const mailboxOf = (operation: string): OperationMailbox | null => state.mailboxes.get(operation) ?? null;
  const overviewOf = (operation: string): Overview | null => overviewIn(home, operation);

  /** What stands in the note box, as the draft that it was kept as. */
  const noteOf = (message: MessageView, text: string, kept: string | null): DraftView | null => {
    const mailbox = mailboxOf(message.operation);
    const written = mailbox === null ? null : noteDraft(mailbox, message, text, writer(message.operation));
    if (written === null || kept === null) {
      return written;
    }
    const before = mailbox?.drafts.find(({ draft }) => draft === kept)?.body ?? written.body; // more may be said there
    return { ...written, draft: kept, body: { ...before, values: written.body.values } };
  };
  const send = async (given: DraftView): Promise<void> => {
    if (await ask("send", given)) {
      leave();
    }
  };
  const actions: MailboxActions = {
    onMark: ({ key }, mark) => void ask("mark", { key, ...mark }),
    onShow: (keys, extent) => call("show", { keys, extent }, () => undefined).then(...unlessFailed(onFailure)),
    onSearch: (sought, hear) => call("search", sought, findings(hear)).then(...unlessFailed(onFailure)),
    onAcknowledge: ({ key }) => void ask("acknowledge", { key }),
    onRespond: (message, name) => {
      const mailbox = mailboxOf(message.operation);
      const form = mailbox === null ? null : currentForm(mailbox, name);
      if (mailbox !== null && form !== null) {
        void resources.codes().then(
          (lists) => begin(() => answerDraft(mailbox, message, form, lists, writer(message.operation))),
          () => onFailure(failed("unreachable")),
        );
      }
    },
    onNote: (message, text, kept) => {
      const written = noteOf(message, text, kept);
      if (written !== null) {
        note.leave();
        void ask("send", written).then((sent) => sent || ask("saveDraft", written)); // what was written is never gone
      }
    },
    onNoteTyped: (message, text, kept) => {
      const written = noteOf(message, text, kept);
      if (written === null) {
        return null;
      }
      if (text.trim() !== "") {
        note.write(written);
        return written.draft;
      }
      note.leave();
      if (kept !== null) {
        void ask("dropDraft", { draft: kept });
      }
      return null;
    },
    onNew: (operation, formHash) => {
      const mailbox = mailboxOf(operation);
      const channel = mainChannel(overviewOf(operation));
      if (mailbox !== null && channel !== null) {
        begin(() => newDraft(mailbox, channel, formHash, writer(operation)));
      }
    },
    onOpenDraft: (kept) => write(kept),
    onDropDraft: (kept) => void ask("dropDraft", { draft: kept.draft }),
    fetchFile: ({ key }, attachment, progress) => call("fetchFile", { key, attachment }, parts(progress)),
    onAccount: () => setAtAccount(true),
    onLook: () => setAtAccount(false),
    onLeave: () => leave(true),
    onAskOthers: (operation, channel) => void ask("askOthers", { operation, channel }),
    onSignOut,
  };
  const attach = useCallback<Attach>(
    (asked, progress, signal) => {
      const upload = hex(systemEntropy(UPLOAD_NAME_BYTES));
      signal.addEventListener("abort", () => void ask("stopAttaching", { upload }));
      return call("attach", { ...asked, upload }, parts(progress));
    },
    [ask, call],
  );
  const begin = (make: () => DraftView): void => {
    try {
      write(make());
    } catch (error) {
      if (!(error instanceof ProtocolError)) {
        throw error;
      }
      onFailure({ ...failed("not_believed"), sentence: error.message });
    }
  };

  const related = useMemo(() => relatedTo(draft, mailboxOf), [draft?.draft, state.mailboxes]);
  useShowing(related, "whole", actions.onShow);

  const writing = draft === null ? null : { draft, mailbox: mailboxOf(draft.operation), overview: overviewOf(draft.operation) };
  return (
    <MailboxScreen
      home={home}
      mailboxes={mailboxes}
      readings={readings}
      now={now}
      online={state.online}
      failure={state.failure ?? whyNothing(home)}
      actions={actions}
    >
      {atAccount ? (
        <AccountScreen
          ask={(name, asked) => call(name, asked, () => undefined)}
          program={() => call("program", null, () => undefined)}
          titleOf={(operation) => titleOf(words, overviewOf(operation))}
          onClose={() => setAtAccount(false)}
        />
      ) : writing !== null && writing.mailbox !== null && writing.overview !== null ? (
        <ComposeScreen
          draft={writing.draft}
          mailbox={writing.mailbox}
          overview={writing.overview}
          resources={resources}
          now={seconds}
          attach={attach}
          onChange={write}
          onSend={(given) => void send(given)}
          onDiscard={(given) => {
            leave();
            void ask("dropDraft", { draft: given.draft });
          }}
          onClose={() => leave(true)}
        />
      ) : null}
    </MailboxScreen>
  );
}

/** Whether it was done; a failure is shown. */
function unlessFailed(show: (failure: Failure) => void): [() => boolean, (error: unknown) => boolean] {
  return [
    () => true,
    (error) => {
      if (!(error instanceof CallFailed)) {
        throw error;
      }
      show(error.failure);
      return false;
    },
  ];
}

/** Steps of a search, told as what was found. */
function findings(hear: (finding: Finding) => void): (step: Step) => void {
  return (step) => {
    if (step.step === "searching") {
      hear(step);
    }
  };
}

/** Steps of a file on its way, told as its parts. */
function parts(progress: Progress): (step: Step) => void {
  return (step) => {
    if (step.step === "carrying") {
      progress(step.done, step.all);
    }
  };
}

/** Messages of which all has to be here while a draft is written: the one that it answers, and one's last of its form. */
function relatedTo(draft: DraftView | null, mailboxOf: (operation: string) => OperationMailbox | null): readonly MessageView[] {
  const messages = draft === null ? [] : (mailboxOf(draft.operation)?.messages ?? []);
  const answered = messages.find((one) => one.message === draft?.replyTo && one.channel === draft.channel);
  const last = messages.findLast((one) => one.own && one.formHash === draft?.formHash);
  return [answered, last].flatMap((one) => one ?? []);
}
