/** Your account: where it is signed in, what opens it, which devices it has. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import type { AccountView } from "../../account/views";
import type { ProgramView } from "../../program/views";
import { useWords } from "../../words";
import { ThisProgram } from "../this-program";
import { useAsking, type AskAccount } from "./asking";
import { Devices } from "./devices";
import { NewPassword } from "./new-password";
import { Wrong } from "./parts";
import { SecondFactor } from "./second-factor";
import { Sessions } from "./sessions";

interface Props {
  readonly ask: AskAccount;
  readonly program: () => Promise<ProgramView>; // throws as `ask`
  readonly titleOf: (operation: string) => string;
  readonly onClose: () => void;
}

export function AccountScreen({ ask, program, titleOf, onClose }: Props): JSX.Element {
  const words = useWords();
  const [account, setAccount] = useState<AccountView | null>(null);
  const { busy, failure, run } = useAsking();
  const heading = useRef<HTMLHeadingElement>(null);
  const load = (): void => void run(() => ask("account", null)).then((view) => view !== null && setAccount(view));
  useEffect(() => {
    heading.current?.focus();
    load();
  }, []);

  return (
    <main class="account" aria-busy={busy}>
      <header>
        <h1 ref={heading} tabIndex={-1}>
          {words.say("Your account")}
        </h1>
        {account !== null && (
          <p class="lead">
            <bdi>{account.name}</bdi> · <bdi>{account.relayName}</bdi>
          </p>
        )}
        <button onClick={onClose}>{words.say("Back to the messages")}</button>
      </header>
      <Wrong failure={failure} />
      {failure !== null && (
        <button disabled={busy} onClick={load}>
          {words.say("Try again")}
        </button>
      )}
      {account !== null && (
        <div class="cards">
          <Sessions
            sessions={account.sessions}
            remembered={account.remembered}
            ask={ask}
            onChange={setAccount}
          />
          <SecondFactor account={account} ask={ask} onChange={setAccount} />
          <NewPassword account={account} ask={ask} onChange={setAccount} />
          <Devices devices={account.devices} titleOf={titleOf} ask={ask} onChange={setAccount} />
          <section class="card">
            <ThisProgram load={() => run(program)} />
          </section>
        </div>
      )}
    </main>
  );
}
