/** What the mailbox asks for. Whoever shows it decides how: the worker is not known here. */

import type { Progress } from "../../attachments/uploading";
import type { FetchedFile } from "../../mailbox/files";
import type { DraftView, MessageView } from "../../mailbox/views";
import type { Finding, Sought } from "../../worker/calls";

export interface MailboxActions {
  readonly onMark: (message: MessageView, mark: { readonly read?: boolean; readonly flagged?: boolean }) => void;
  /** More of these messages comes, if it can: first words, or all. Whether it came. */
  readonly onShow: (keys: readonly string[], extent: "brief" | "whole") => Promise<boolean>;
  /** Search everything; the first finding is what was found at once, each other one adds to it. Whether all was searched. */
  readonly onSearch: (sought: Sought, hear: (finding: Finding) => void) => Promise<boolean>;
  readonly onAcknowledge: (message: MessageView) => void;
  /** Answer `message` under another form, carrying over what is known: `response`, `seizure`. */
  readonly onRespond: (message: MessageView, form: "response" | "seizure") => void;
  /** One box and Enter: a note to everybody in the message's channel. `draft` is the one that was kept of it. */
  readonly onNote: (message: MessageView, text: string, draft: string | null) => void;
  /** What stands in that box is kept as a draft, whose id is given; nothing in it: the draft goes. */
  readonly onNoteTyped: (message: MessageView, text: string, draft: string | null) => string | null;
  readonly onNew: (operation: string, formHash: string) => void;
  readonly onOpenDraft: (draft: DraftView) => void;
  readonly onDropDraft: (draft: DraftView) => void;
  /** A file of a message, whole and verified. @throws CallFailed it cannot be had, or is not what its author sent. */
  readonly fetchFile: (message: MessageView, attachment: string, progress: Progress) => Promise<FetchedFile>;
  readonly onAccount: () => void;
  readonly onLook: () => void; // the officer turns to boxes and messages
  readonly onLeave: () => void; // what is being written is closed, and kept as a draft
  /** Ask others for what is missing of what was said before. */
  readonly onAskOthers: (operation: string, channel: string) => void;
  readonly onSignOut: () => void;
}
