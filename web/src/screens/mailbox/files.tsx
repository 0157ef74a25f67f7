/** The files of a message: fetched when somebody asks, saved or shown small, never opened. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { safeName } from "../../attachments/file-names";
import { shownType } from "../../attachments/pictures";
import type { Bytes } from "../../bytes";
import type { FetchedFile } from "../../mailbox/files";
import type { AttachmentView, MessageView } from "../../mailbox/views";
import type { Failure } from "../../worker/calls";
import { CallFailed } from "../../worker/worker-client";
import { useWords } from "../../words";
import { failureSentence } from "../failure";
import { save } from "../saving";
import type { MailboxActions } from "./actions";

interface Props {
  readonly message: MessageView;
  readonly fetchFile: MailboxActions["fetchFile"];
}

const MOST_SHOWN_BYTES = 16 << 20;
const MOST_SHOWN_PIXELS = 480;

export function Files({ message, fetchFile }: Props): JSX.Element | null {
  const words = useWords();
  const { attachments } = message.body;
  if (attachments.length === 0) {
    return null;
  }
  return (
    <ul class="files" aria-label={words.say("Files")}>
      {attachments.map((file) => (
        <FileLine key={file.attachment} file={file} message={message} fetchFile={fetchFile} />
      ))}
    </ul>
  );
}

function FileLine({ file, message, fetchFile }: Props & { readonly file: AttachmentView }): JSX.Element {
  const words = useWords();
  const [carried, setCarried] = useState<{ readonly done: number; readonly all: number } | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [shown, setShown] = useState<Bytes | null>(null);
  const fetched = async (use: (found: FetchedFile) => void): Promise<void> => {
    setFailure(null);
    setCarried({ done: 0, all: 1 });
    try {
      use(await fetchFile(message, file.attachment, (done, all) => setCarried({ done, all })));
    } catch (error) {
      if (!(error instanceof CallFailed)) {
        throw error;
      }
      setFailure(error.failure);
    } finally {
      setCarried(null);
    }
  };
  const name = safeName(file.name);
  return (
    <li>
      <span>
        <bdi>{name}</bdi> <small dir="ltr">{file.mediaType}</small> <small>{words.size(file.size)}</small>
      </span>
      {carried !== null ? (
        <progress aria-label={words.say("Fetching {name}", { name })} max={carried.all} value={carried.done} />
      ) : (
        <span class="beside">
          {shown === null && file.mediaType.startsWith("image/") && file.size <= MOST_SHOWN_BYTES && (
            <button onClick={() => void fetched(({ content }) => setShown(content))}>
              {words.say("Show")} <span class="unseen">{name}</span>
            </button>
          )}
          <button onClick={() => void fetched((found) => save(found.name, found.content))}>
            {words.say("Save")} <span class="unseen">{name}</span>
          </button>
        </span>
      )}
      {failure !== null && (
        <p class="fault" role="alert">
          {failureSentence(words, failure)}
        </p>
      )}
      {shown !== null && <Picture content={shown} name={name} />}
    </li>
  );
}

/** Drawn on a canvas, so that the policy need not let the page have pictures from anywhere. */
function Picture({ content, name }: { readonly content: Bytes; readonly name: string }): JSX.Element {
  const words = useWords();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [unreadable, setUnreadable] = useState(false);
  useEffect(() => {
    let current = true;
    decoded(content).then(
      (bitmap) => {
        if (current && canvas.current !== null) {
          draw(bitmap, canvas.current);
        }
        bitmap.close();
      },
      () => current && setUnreadable(true), // no picture, or one of more pixels than the browser takes
    );
    return () => {
      current = false;
    };
  }, [content]);
  return unreadable ? (
    <p class="fault">{words.say("This is no picture that can be shown. Save it, and open it with care.")}</p>
  ) : (
    <canvas ref={canvas} class="picture" role="img" aria-label={name} />
  );
}

async function decoded(content: Bytes): Promise<ImageBitmap> {
  const type = shownType(content);
  if (type === null) {
    throw new TypeError("no picture by its first bytes");
  }
  return createImageBitmap(new Blob([content.slice()], { type }));
}

function draw(bitmap: ImageBitmap, canvas: HTMLCanvasElement): void {
  const scale = Math.min(1, MOST_SHOWN_PIXELS / Math.max(bitmap.width, bitmap.height));
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
}
