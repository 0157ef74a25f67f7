/** Files on their way to the relay while their report is written: one after the other, each can fail or be taken off. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";

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
  const last = useRef(0);
  const running = useRef<Running | null>(null);
  const tell = useRef(onAttached);
  tell.current = onAttached;
  const { operation, channel } = draft;
  const alter = useCallback(
    (number: number, to: Partial<Waiting>) =>
      setWaiting((all) => all.map((one) => (one.number === number ? { ...one, ...to } : one))),
    [],
  );

  useEffect(() => {
    const next = waiting.find((one) => one.failure === null);
    if (running.current !== null || next === undefined) {
      return;
    }
    const { number, file } = next;
    const controller = new AbortController();
    running.current = { number, controller };
    const settled = (outcome: () => void): void => {
      running.current = null;
      if (controller.signal.aborted) {
        setWaiting((all) => [...all]); // the next one's turn; or its own again, for another channel
      } else {
        outcome();
      }
    };
    attach({ operation, channel, file }, (done, all) => alter(number, { done, all }), controller.signal).then(
      (attached) =>
        settled(() => {
          setWaiting((all) => all.filter((one) => one.number !== number));
          tell.current(attached);
        }),
      (error: unknown) => {
        if (!(error instanceof CallFailed)) {
          throw error;
        }
        settled(() => alter(number, { failure: error.failure }));
      },
    );
  }, [waiting, operation, channel, attach, alter]);
  useEffect(() => () => running.current?.controller.abort(), [operation, channel]); // sealed for that one alone (A2)

  return {
    waiting,
    left,
    choose: (files) => {
      const chosen = [...files];
      const room = Math.max(0, MAX_ATTACHMENTS - draft.body.attachments.length - waiting.length);
      setLeft(Math.max(0, chosen.length - room));
      const added = chosen.slice(0, room).map((file) => {
        last.current += 1;
        return { number: last.current, file, done: 0, all: 0, failure: sizeFailure(file) };
      });
      setWaiting((all) => [...all, ...added]);
    },
    stop: ({ number }) => {
      if (running.current?.number === number) {
        running.current.controller.abort();
      }
      setLeft(0);
      setWaiting((all) => all.filter((one) => one.number !== number));
    },
    retry: ({ number, file }) => alter(number, { failure: sizeFailure(file), done: 0, all: 0 }),
  };
}

function sizeFailure(file: File): Failure | null {
  return file.size >= 1 && file.size <= MAX_ATTACHMENT_BYTES
    ? null
    : { code: "file_size", sentence: `${MAX_ATTACHMENT_BYTES >> 20} MiB`, retryAfter: null, since: null };
}
