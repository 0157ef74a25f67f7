/** Another password: the old one asked for, the new one judged while it is typed (D1, D2, D3). */

import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { AccountView } from "../../account/views";
import { useWords } from "../../words";
import { useAsking, type AskAccount } from "./asking";
import { CodeNow, PasswordNow, WhosePassword, Wrong } from "./parts";
import { PasswordStrength } from "./password-strength";

interface Props {
  readonly account: AccountView;
  readonly ask: AskAccount;
  readonly onChange: (account: AccountView) => void;
}

const EMPTY = { password: "", newPassword: "", again: "", code: "", deviceSecret: "" };

export function NewPassword({ account, ask, onChange }: Props): JSX.Element {
  const words = useWords();
  const { busy, failure, run } = useAsking();
  const [typed, setTyped] = useState(EMPTY);
  const [changed, setChanged] = useState(false);
  const write = (change: Partial<typeof EMPTY>): void => setTyped((before) => ({ ...before, ...change }));
  const differs = typed.again !== "" && typed.again !== typed.newPassword;

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (typed.again !== typed.newPassword) {
      return;
    }
    setChanged(false);
    const { password, newPassword } = typed;
    const code = account.secondFactor.on ? typed.code : null;
    const deviceSecret = account.withDeviceSecret ? typed.deviceSecret : null;
    const after = await run(() => ask("changePassword", { password, newPassword, code, deviceSecret }));
    if (after !== null) {
      setTyped(EMPTY);
      setChanged(true);
      onChange(after);
    }
  };

  return (
    <section class="card" aria-labelledby="account-password">
      <h2 id="account-password">{words.say("Change your password")}</h2>
      <p class="lead">
        {words.say("Your sessions on other computers end. Bring the new password to each computer of your own.")}
      </p>
      <form class="account-form" aria-busy={busy} onSubmit={(event) => void submit(event)}>
        <WhosePassword name={account.name} />
        <PasswordNow value={typed.password} onInput={(password) => write({ password })} />
        {account.withDeviceSecret && (
          <label>
            {words.say("Device secret, from your letter")}
            <input
              name="device-secret"
              autocomplete="off"
              spellcheck={false}
              required
              dir="ltr"
              value={typed.deviceSecret}
              onInput={(event) => write({ deviceSecret: event.currentTarget.value })}
            />
          </label>
        )}
        <label>
          {words.say("New password")}
          <input
            name="new-password"
            type="password"
            autocomplete="new-password"
            required
            value={typed.newPassword}
            onInput={(event) => write({ newPassword: event.currentTarget.value })}
          />
        </label>
        <PasswordStrength password={typed.newPassword} known={[account.name, account.relayName]} />
        <label>
          {words.say("New password, once more")}
          <input
            name="new-password-again"
            type="password"
            autocomplete="new-password"
            required
            aria-invalid={differs}
            value={typed.again}
            onInput={(event) => write({ again: event.currentTarget.value })}
          />
        </label>
        {differs && <p class="notice wrong">{words.say("The two passwords are not the same.")}</p>}
        {account.secondFactor.on && (
          <CodeNow
            value={typed.code}
            onInput={(code) => write({ code })}
            label={words.say("Code of your authenticator, or a recovery code")}
          />
        )}
        <Wrong failure={failure} />
        <p class="notice" role="status">
          {busy && words.say("Making your keys from the password …")}
          {changed && !busy && words.say("The new password opens this account. Sign in with it from now on.")}
        </p>
        <p class="account-actions">
          <button class="primary" disabled={busy || differs}>
            {words.say("Change it")}
          </button>
        </p>
      </form>
    </section>
  );
}
