/** What the officer does at the mailbox without anybody's hearing of it: marks and drafts, kept sealed like the rest. */

import { UsageError } from "../errors";
import type { StateStore } from "../store/state-store";
import { DraftFiles } from "./draft-files";
import { decodeDraft, DRAFT_PREFIX, draftKey, encodeDraft } from "./drafts";
import type { Mailbox } from "./mailbox";
import { MarkBook, MARKS_PREFIX } from "./marks";
import type { DraftView, Marks } from "./views";

export class OfficersWork {
  private constructor(
    private readonly mailbox: Mailbox,
    private book: MarkBook,
    private readonly kept: Map<string, DraftView>,
    readonly files: DraftFiles,
  ) {}

  /** @throws MalformedError the store was written by something else. */
  static async restore(mailbox: Mailbox, store: StateStore): Promise<OfficersWork> {
    const files = new DraftFiles();
    const drafts = (await store.scan(DRAFT_PREFIX)).map(([, value]) => decodeDraft(value, files));
    const book = MarkBook.of(await store.scan(MARKS_PREFIX));
    return new OfficersWork(mailbox, book, new Map(drafts.map((draft) => [draft.draft, draft])), files);
  }

  get marks(): MarkBook {
    return this.book;
  }

  /** In the order in which they were begun. */
  drafts(operation: string): readonly DraftView[] {
    return [...this.kept.values()].filter((draft) => draft.operation === operation);
  }

  /** @throws UsageError it cannot be kept: a file of it is gone, or a text is too long to be signed. */
  async saveDraft(draft: DraftView): Promise<void> {
    await this.mailbox.write(new Map([[draftKey(draft.draft), encodeDraft(draft, this.files)]]));
    this.kept.set(draft.draft, draft);
  }

  async dropDraft(draft: string): Promise<void> {
    if (this.kept.has(draft)) {
      await this.mailbox.write(new Map([[draftKey(draft), null]]));
      this.kept.delete(draft);
    }
  }

  /** It is given to be sent: the write that keeps it signed has taken its row away. */
  forgetDraft(draft: string): void {
    this.kept.delete(draft);
  }

  /** What is not named stays. @throws UsageError there is no such message here. */
  async mark(place: string, changed: Partial<Marks>): Promise<void> {
    const message = this.mailbox.holdings.at(place);
    if (message === null) {
      throw new UsageError("there is no such message in this mailbox");
    }
    const { book, key, row } = this.book.set(message.number, { ...this.book.of(message.number), ...changed });
    this.book = book; // before the write: two marks in one row must not undo each other
    await this.mailbox.write(new Map([[key, row]]));
  }
}
