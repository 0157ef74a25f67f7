/** Files on their way to the relay while their report is written: one after the other, each can fail or be taken off. */

import { useEffect, useRef, useState } from "preact/hooks";

import type { Progress } from "../../attachments/uploading";
import { MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS } from "../../forms/attachment";
import type { AttachmentView, DraftView } from "../../mailbox/views";
import type { Failure } from "../../worker/calls";
import { CallFailed } from "../../worker/worker-client";

/** Seals a file for a channel and brings it to the relay. @throws CallFailed it is not there, or `signal` stopped it. */
export type Attach = (
  asked: { readonly operation: string; readonly channel: string; readonly file: File },
  progress: Progress,
  signal: AbortSignal,
) => Promise<AttachmentView>;

/** A chosen file that its draft does not name yet. */
export interface Waiting {
  readonly number: number;
  readonly file: File;
  readonly done: number; // parts at the relay
  readonly all: number; // 0: it has not begun
  readonly failure: Failure | null; // null: on its way, or its turn comes
}

export interface Attaching {
  readonly waiting: readonly Waiting[];
  readonly left: number; // files that were chosen beyond what a message takes
  readonly choose: (files: Iterable<File>) => void;
  readonly stop: (waiting: Waiting) => void;
  readonly retry: (waiting: Waiting) => void;
}

interface Running {
  readonly number: number;
  readonly controller: AbortController;
}

/** `onAttached` is given each file once the relay holds all of it. What is under way when the writer leaves is stopped. */
export function useAttaching(draft: DraftView, attach: Attach, onAttached: (file: AttachmentView) => void): Attaching {
  const [waiting, setWaiting] = useState<readonly Waiting[]>([]);
  const [left, setLeft] = useState(0);
  const queue = useRef<readonly Waiting[]>([]); // the truth: what is shown may be older, and would begin a file twice
  const last = useRef(0);
  const running = useRef<Running | null>(null);
  const gone = useRef(false);
  const newest = useRef({ draft, attach, onAttached });
  newest.current = { draft, attach, onAttached };

  const turn = (changed: readonly Waiting[]): void => {
    queue.current = changed;
    setWaiting(changed);
  };
  const alter = (number: number, to: Partial<Waiting>): void =>
    turn(queue.current.map((one) => (one.number === number ? { ...one, ...to } : one)));
  const withoutOne = (number: number): void => turn(queue.current.filter((one) => one.number !== number));
  const proceed = (): void => {
    const next = queue.current.find((one) => one.failure === null);
    if (running.current !== null || next === undefined || gone.current) {
      return;
    }
    const { number, file } = next;
    const { operation, channel } = newest.current.draft;
    const controller = new AbortController();
    running.current = { number, controller };
    const settled = (outcome: () => void): void => {
      running.current = null;
      if (!controller.signal.aborted) {
        outcome();
      }
      proceed(); // after a change of channel with the same file
    };
    newest.current
      .attach({ operation, channel, file }, (done, all) => alter(number, { done, all }), controller.signal)
      .then(
        (attached) =>
          settled(() => {
            withoutOne(number);
            newest.current.onAttached(attached);
          }),
        (error: unknown) => {
          if (!(error instanceof CallFailed)) {
            throw error;
          }
          settled(() => alter(number, { failure: error.failure }));
        },
      );
  };

  useEffect(() => () => running.current?.controller.abort(), [draft.operation, draft.channel]); // sealed for it alone (A2)
  useEffect(
    () => () => {
      gone.current = true;
    },
    [],
  );

  return {
    waiting,
    left,
    choose: (files) => {
      const chosen = [...files];
      const room = Math.max(0, MAX_ATTACHMENTS - draft.body.attachments.length - queue.current.length);
      setLeft(Math.max(0, chosen.length - room));
      const added = chosen.slice(0, room).map((file) => {
        last.current += 1;
        return { number: last.current, file, done: 0, all: 0, failure: sizeFailure(file) };
      });
      turn([...queue.current, ...added]);
      proceed();
    },
    stop: ({ number }) => {
      if (running.current?.number === number) {
        running.current.controller.abort();
      }
      setLeft(0);
      withoutOne(number);
    },
    retry: ({ number, file }) => {
      alter(number, { failure: sizeFailure(file), done: 0, all: 0 });
      proceed();
    },
  };
}

function sizeFailure(file: File): Failure | null {
  return file.size >= 1 && file.size <= MAX_ATTACHMENT_BYTES
    ? null
    : { code: "file_size", sentence: `${MAX_ATTACHMENT_BYTES >> 20} MiB`, retryAfter: null, since: null };
}
