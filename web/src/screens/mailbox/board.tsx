/** What all parts of the mailbox look at: operations with their entries, readings, the hour. */

import { createContext } from "preact";
import { useContext, useMemo, useRef } from "preact/hooks";

import { EntryBook } from "../../mailbox/entry-book";
import { together, type Entry } from "../../mailbox/boxes";
import { headline, type MessageReading, type Readings, type Said } from "../../mailbox/readings";
import { NOTHING_BEFORE, type MessageView, type OperationMailbox } from "../../mailbox/views";
import type { MemberView, Overview } from "../../operation/overview";
import type { Failure, Home, OperationView } from "../../worker/calls";

/** One operation. `overview` is null where it does not verify: its messages can be read, and nothing is said of people. */
export interface BoardOperation {
  readonly operation: string;
  readonly overview: Overview | null;
  readonly confirmed: boolean; // the relay was asked about it since somebody signed in
  readonly failure: Failure | null;
  readonly mailbox: OperationMailbox;
  readonly entries: readonly Entry[]; // the oldest first
  readonly members: ReadonlyMap<string, MemberView>;
}

export interface Board {
  readonly account: string;
  readonly now: number; // seconds
  readonly operations: readonly BoardOperation[];
  readonly entries: readonly Entry[]; // of all operations, the oldest first
  readonly readings: Readings | null; // null: forms and codes are still being fetched
}

const BoardContext = createContext<Board | null>(null);
export const BoardProvider = BoardContext.Provider;

export function useBoard(): Board {
  const board = useContext(BoardContext);
  if (board === null) {
    throw new TypeError("a part of the mailbox stands outside of it");
  }
  return board;
}

/** The board of what the worker told. Operations that did not change are not computed again. */
export function useBoardOf(
  home: Home,
  mailboxes: readonly OperationMailbox[],
  readings: Readings | null,
  now: number,
): Board {
  const books = useRef(new Map<string, Book>());
  const operations = useMemo(
    () =>
      home.operations.map((view) => {
        const operation = view.verified ? view.overview.operation : view.operation;
        const mailbox = mailboxes.find((one) => one.operation === operation) ?? empty(operation);
        const book = books.current.get(operation) ?? new Book();
        books.current.set(operation, book);
        return book.build(view, mailbox, home.account);
      }),
    [home, mailboxes],
  );
  const entries = useMemo(() => together(operations.map((one) => one.entries)), [operations]);
  return useMemo(
    () => ({ account: home.account, now, operations, entries, readings }),
    [home.account, now, operations, entries, readings],
  );
}

export function operationOf(board: Board, operation: string): BoardOperation | null {
  return board.operations.find((one) => one.operation === operation) ?? null;
}

/** Whether anything may be sent in it: we belong, and the relay was not caught at two histories (L4). */
export function mayWrite(one: BoardOperation | null): boolean {
  return one?.overview?.weBelong === true && one.overview.frozen === null;
}

export function memberOf(board: Board, message: MessageView): MemberView | null {
  return operationOf(board, message.operation)?.members.get(message.author) ?? null;
}

/** null: its form is not here. */
export function readingOf(board: Board, operation: string, said: Said): MessageReading | null {
  const forms = operationOf(board, operation)?.mailbox.forms;
  return forms === undefined ? null : (board.readings?.of(said, forms) ?? null);
}

/** The one line that says most; empty while its form is not here. */
export function headlineOf(board: Board, operation: string, said: Said): string {
  const found = readingOf(board, operation, said);
  return found === null || board.readings === null ? "" : headline(found.reading, board.readings.tongue);
}

/** An operation's board from one change to the next. */
class Book {
  readonly #entries = new EntryBook();
  #built: BoardOperation | null = null;

  build(view: OperationView, mailbox: OperationMailbox, account: string): BoardOperation {
    const overview = view.verified ? view.overview : null;
    const confirmed = view.verified && view.confirmed;
    const failure = view.verified ? null : view.failure;
    const known = this.#built;
    if (
      known?.mailbox === mailbox &&
      known.overview === overview &&
      known.confirmed === confirmed &&
      known.failure === failure
    ) {
      return known;
    }
    this.#built = {
      operation: mailbox.operation,
      overview,
      confirmed,
      failure,
      mailbox,
      entries: this.#entries.entriesOf(mailbox, overview, account),
      members: new Map((overview?.members ?? []).map((member) => [member.account, member])),
    };
    return this.#built;
  }
}

function empty(operation: string): OperationMailbox {
  return {
    operation,
    forms: new Map(),
    current: [],
    messages: [],
    aside: [],
    drafts: [],
    outgoing: [],
    channels: [],
    history: NOTHING_BEFORE,
  };
}
