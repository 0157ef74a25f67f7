/** The line above everything: where one is, whether it is live, and the way out. */

import type { JSX, TargetedKeyboardEvent } from "preact";

import { useWords } from "../../words";
import { LanguageChoice } from "../language-choice";
import type { Alerting } from "./alerting";
import { useBoard } from "./board";
import { ThemeChoice } from "./theme-choice";
import { WhoseDesk } from "./whose-desk";

interface Props {
  readonly online: boolean;
  readonly alerting: Alerting;
  readonly onHelp: () => void;
  readonly onAccount: () => void;
  readonly onSignOut: () => void;
}

export function TopBar({ online, alerting, onHelp, onAccount, onSignOut }: Props): JSX.Element {
  const words = useWords();
  const { now, operations } = useBoard();
  const catchesUp = operations.some(({ overview, confirmed }) => overview !== null && !confirmed);
  return (
    <header class="bar">
      <span class="brand">
        CEN<i>comm</i>
      </span>
      <span class={!online ? "connection off" : catchesUp ? "connection behind" : "connection"} role="status">
        {!online
          ? words.say("no connection: this may be out of date, and sending waits")
          : catchesUp
            ? words.say("catching up: names are as you saw them last")
            : words.say("live")}
      </span>
      <span class="bar-hour" title={words.local(now)}>
        {words.say("{hour} UTC", { hour: words.short(now, now) })}
      </span>
      <WhoseDesk />
      {!alerting.on && (
        <button class="quiet desk-only" onClick={alerting.turnOn}>
          {words.say("Sound for urgent messages")}
        </button>
      )}
      <details class="settings" onKeyDown={closeByEscape}>
        <summary>{words.say("Settings")}</summary>
        <div>
          <LanguageChoice />
          <ThemeChoice />
          {!alerting.on && (
            <button class="phone-only" onClick={alerting.turnOn}>
              {words.say("Sound for urgent messages")}
            </button>
          )}
          <button onClick={onHelp}>{words.say("Keys")}</button>
          <button class="phone-only" onClick={onAccount}>
            {words.say("Your account")}
          </button>
          <button class="phone-only" onClick={onSignOut}>
            {words.say("Sign out")}
          </button>
        </div>
      </details>
      <button class="quiet desk-only" onClick={onAccount}>
        {words.say("Your account")}
      </button>
      <button class="quiet desk-only" onClick={onSignOut}>
        {words.say("Sign out")}
      </button>
    </header>
  );
}

function closeByEscape(event: TargetedKeyboardEvent<HTMLDetailsElement>): void {
  if (event.key === "Escape" && event.currentTarget.open) {
    event.preventDefault(); // nothing else is left by it
    event.currentTarget.open = false;
    event.currentTarget.querySelector("summary")?.focus();
  }
}
