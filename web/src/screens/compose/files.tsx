/** The files of a report: chosen, dropped, pasted or photographed; what becomes of each is said beside its name. */

import type { JSX } from "preact";

import { isRemade } from "../../attachments/pictures";
import { MAX_ATTACHMENTS } from "../../forms/attachment";
import type { AttachmentView } from "../../mailbox/views";
import { useWords } from "../../words";
import { failureSentence } from "../failure";
import type { Attaching, Waiting } from "./attaching";

interface Props {
  readonly attachments: readonly AttachmentView[];
  readonly attaching: Attaching;
  readonly tried: boolean; // to send, while files were on their way
  readonly onRemove: (file: AttachmentView) => void;
}

export function FilesEntry({ attachments, attaching, tried, onRemove }: Props): JSX.Element {
  const words = useWords();
  const { waiting } = attaching;
  return (
    <section class="section" aria-labelledby="s-files">
      <h2 id="s-files" tabIndex={-1}>
        {words.say("Attached files")}
      </h2>
      {attachments.length + waiting.length > 0 && (
        <ul class="attached">
          {attachments.map((file) => (
            <li key={file.attachment}>
              <span>
                <bdi>{file.name}</bdi> <small>{words.size(file.size)}</small>
              </span>
              <small class={isRemade(file.mediaType) ? "well" : undefined}>
                {isRemade(file.mediaType)
                  ? words.say("location and camera data removed")
                  : words.say("sent as it is, with all that it says of its author")}
              </small>
              <TakeOff name={file.name} onClick={() => onRemove(file)} />
            </li>
          ))}
          {waiting.map((one) => (
            <WaitingFile key={one.number} one={one} attaching={attaching} />
          ))}
        </ul>
      )}
      {attaching.left > 0 && (
        <p class="fault" role="alert">
          {words.say("A message takes {most} files: send the others with another one.", { most: MAX_ATTACHMENTS })}
        </p>
      )}
      {tried && waiting.length > 0 && (
        <p class="fault" role="alert">
          {words.say("Not sent yet: wait until every file is there, or take it off.")}
        </p>
      )}
      <div class="beside">
        <Chooser said={words.say("Choose files")} onFiles={attaching.choose} />
        <Chooser said={words.say("Take a picture")} camera onFiles={attaching.choose} />
        <small>{words.say("or drop or paste them into this report")}</small>
      </div>
    </section>
  );
}

function WaitingFile({ one, attaching }: { readonly one: Waiting; readonly attaching: Attaching }): JSX.Element {
  const words = useWords();
  const { file, done, all, failure } = one;
  return (
    <li class={failure === null ? undefined : "faulty"}>
      <span>
        <bdi>{file.name}</bdi> <small>{words.size(file.size)}</small>
      </span>
      {failure === null ? (
        <progress aria-label={words.say("{what} is being sealed and carried", { what: file.name })} max={all || 1} value={done} />
      ) : (
        <>
          <span class="fault" role="alert">
            {failureSentence(words, failure)}
          </span>
          <button type="button" onClick={() => attaching.retry(one)}>
            {words.say("Try again")}
          </button>
        </>
      )}
      <TakeOff name={file.name} onClick={() => attaching.stop(one)} />
    </li>
  );
}

function TakeOff({ name, onClick }: { readonly name: string; readonly onClick: () => void }): JSX.Element {
  const words = useWords();
  const said = words.say("Remove {what}", { what: name });
  return (
    <button type="button" class="quiet" aria-label={said} title={said} onClick={onClick}>
      ×
    </button>
  );
}

interface ChooserProps {
  readonly said: string;
  readonly camera?: boolean; // a telephone's, where there is one
  readonly onFiles: (files: Iterable<File>) => void;
}

function Chooser({ said, camera = false, onFiles }: ChooserProps): JSX.Element {
  return (
    <label class={camera ? "chooser camera" : "chooser"}>
      {said}
      <input
        type="file"
        multiple={!camera}
        {...(camera ? { accept: "image/*", capture: "environment" } : {})}
        onChange={({ currentTarget }) => {
          onFiles([...(currentTarget.files ?? [])]);
          currentTarget.value = ""; // the same file can be chosen again
        }}
      />
    </label>
  );
}
