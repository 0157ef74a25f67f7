/** What the account's sections are made of: a failure beside its cause, proof that its owner asks, a way back. */

import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";

import { useWords } from "../../words";
import type { Failure } from "../../worker/calls";
import type { Proof } from "../../worker/account-calls";
import { failureSentence } from "../failure";

export function Wrong({ failure }: { readonly failure: Failure | null }): JSX.Element | null {
  const words = useWords();
  return failure === null ? null : (
    <p class="notice wrong" role="alert">
      {failureSentence(words, failure)}
    </p>
  );
}

export function PasswordNow({
  value,
  onInput,
}: {
  readonly value: string;
  readonly onInput: (password: string) => void;
}): JSX.Element {
  const words = useWords();
  return (
    <label>
      {words.say("Your password")}
      <input
        name="password"
        type="password"
        autocomplete="current-password"
        required
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  );
}

export function CodeNow({
  value,
  onInput,
  label,
}: {
  readonly value: string;
  readonly onInput: (code: string) => void;
  readonly label: string;
}): JSX.Element {
  return (
    <label>
      {label}
      <input
        name="code"
        autocomplete="one-time-code"
        spellcheck={false}
        required
        dir="ltr"
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  );
}

/** Not seen: by it a password manager knows whose password is asked for. */
export function WhosePassword({ name }: { readonly name: string }): JSX.Element {
  return <input class="unseen" autocomplete="username" tabIndex={-1} aria-hidden="true" readOnly value={name} />;
}

interface ProofFormProps {
  readonly name: string; // the account's
  readonly busy: boolean;
  readonly failure: Failure | null;
  readonly codeLabel: string;
  readonly does: string; // on the button
  readonly onProve: (proof: Proof) => void;
  readonly onCancel: () => void;
  readonly children?: ComponentChildren;
}

/** Password and code: a page that stands open does none of this by itself. */
export function ProofForm({ name, busy, failure, codeLabel, does, onProve, onCancel, children }: ProofFormProps): JSX.Element {
  const words = useWords();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  return (
    <form
      class="account-form"
      aria-busy={busy}
      onSubmit={(event) => {
        event.preventDefault();
        onProve({ password, code });
      }}
    >
      {children}
      <WhosePassword name={name} />
      <PasswordNow value={password} onInput={setPassword} />
      <CodeNow value={code} onInput={setCode} label={codeLabel} />
      <Wrong failure={failure} />
      <p class="account-actions">
        <button class="primary" disabled={busy}>
          {does}
        </button>
        <button type="button" disabled={busy} onClick={onCancel}>
          {words.say("Leave it as it is")}
        </button>
      </p>
    </form>
  );
}
