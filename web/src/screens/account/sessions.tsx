/** Where the account is signed in. Whatever its owner does not know is ended here. */

import type { JSX } from "preact";

import type { AccountView, SessionView } from "../../account/views";
import { useWords } from "../../words";
import { useAsking, type AskAccount } from "./asking";
import { Wrong } from "./parts";

interface Props {
  readonly sessions: readonly SessionView[];
  readonly remembered: boolean; // this computer
  readonly ask: AskAccount;
  readonly onChange: (account: AccountView) => void;
}

export function Sessions({ sessions, remembered, ask, onChange }: Props): JSX.Element {
  const words = useWords();
  const { busy, failure, run } = useAsking();
  const end = async (work: () => Promise<AccountView>): Promise<void> => {
    const account = await run(work);
    if (account !== null) {
      onChange(account);
    }
  };
  return (
    <section class="card" aria-labelledby="account-sessions" aria-busy={busy}>
      <h2 id="account-sessions">{words.say("Where you are signed in")}</h2>
      <p class="lead">{words.say("Whatever you do not know: end it, then change your password.")}</p>
      <ul class="account-list">
        {sessions.map((session) => (
          <li key={session.session}>
            <div>
              <b dir="auto">{session.name ?? words.say("A computer without a name")}</b>
              {session.current && <small class="tag">{words.say("this one")}</small>}
              {!session.known && !session.current && <small class="tag">{words.say("a new computer")}</small>}
              <small>
                {words.say("since {began}, used {used} UTC", {
                  began: words.moment(session.began),
                  used: words.moment(session.used),
                })}
              </small>
            </div>
            {session.current && remembered && (
              <button disabled={busy} onClick={() => void end(() => ask("forgetComputer", null))}>
                {words.say("Forget this computer")}
              </button>
            )}
            {!session.current && (
              <button
                disabled={busy}
                aria-label={words.say("End the session of {name}", { name: session.name ?? "?" })}
                onClick={() => void end(() => ask("endSession", { session: session.session }))}
              >
                {words.say("End")}
              </button>
            )}
          </li>
        ))}
      </ul>
      <Wrong failure={failure} />
      {sessions.length > 1 && (
        <button disabled={busy} onClick={() => void end(() => ask("endOtherSessions", null))}>
          {words.say("End all others")}
        </button>
      )}
    </section>
  );
}
