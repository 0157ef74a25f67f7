/** With which devices the account takes part, and where; one that was lost is ended here (C6). */

import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { AccountView, DeviceView } from "../../account/views";
import { useWords } from "../../words";
import { useAsking, type AskAccount } from "./asking";
import { Wrong } from "./parts";

const SHOWN_DIGITS = 8; // as the program cencomm shows devices

interface Props {
  readonly devices: readonly DeviceView[];
  readonly titleOf: (operation: string) => string;
  readonly ask: AskAccount;
  readonly onChange: (account: AccountView) => void;
}

export function Devices({ devices, titleOf, ask, onChange }: Props): JSX.Element {
  const words = useWords();
  const { busy, failure, run } = useAsking();
  const [doubtful, setDoubtful] = useState<string | null>(null); // asked about, not ended
  const [removed, setRemoved] = useState<number | null>(null);

  const end = async (device: string): Promise<void> => {
    const ended = await run(() => ask("endDevice", { device }));
    setDoubtful(null);
    if (ended !== null) {
      setRemoved(ended.channels);
      onChange(ended.account);
    }
  };

  return (
    <section class="card" aria-labelledby="account-devices" aria-busy={busy}>
      <h2 id="account-devices">{words.say("Your devices")}</h2>
      <p class="lead">{words.say("Each is a reader of its own in your channels. End one that was lost or is not yours.")}</p>
      <ul class="account-list">
        {devices.map((device) => (
          <li key={device.device}>
            <div>
              <b dir="auto">
                {device.current
                  ? words.say("Your mailbox in browsers, wherever you sign in")
                  : (device.name ?? words.say("A computer without a name"))}
              </b>
              <small class="mono">{device.device.slice(0, SHOWN_DIGITS)}</small>
              {device.places.map(({ operation, channels }) => (
                <small key={operation}>
                  {words.say("{operation}, channels: {count}", { operation: titleOf(operation), count: channels })}
                </small>
              ))}
              {device.places.length === 0 && <small>{words.say("in no channel that is open here")}</small>}
            </div>
            {!device.current && doubtful !== device.device && (
              <button
                disabled={busy}
                aria-label={words.say("End the device {device}", { device: device.device.slice(0, SHOWN_DIGITS) })}
                onClick={() => setDoubtful(device.device)}
              >
                {words.say("End")}
              </button>
            )}
            {doubtful === device.device && (
              <div class="account-doubt" role="group" aria-label={words.say("End it?")}>
                <p>{words.say("End it? It reads nothing more, and its sessions end. It does not come back.")}</p>
                <p class="account-actions">
                  <button class="primary" disabled={busy} onClick={() => void end(device.device)}>
                    {words.say("End this device")}
                  </button>
                  <button disabled={busy} onClick={() => setDoubtful(null)}>
                    {words.say("Leave it as it is")}
                  </button>
                </p>
              </div>
            )}
          </li>
        ))}
      </ul>
      <Wrong failure={failure} />
      {removed !== null && (
        <p class="notice" role="status">
          {words.say("Ended. Channels that it was removed from: {count}.", { count: removed })}{" "}
          {words.say("If it was stolen while it was on, tell your coordination unit: it closes every channel to it.")}
        </p>
      )}
    </section>
  );
}
