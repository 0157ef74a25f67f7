/** The first screen: name and password; code and device secret only when they turn out to be needed. */

import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import type { ProgramView } from "../program/views";
import type { Failure, SignIn, Step } from "../worker/calls";
import { useWords } from "../words";
import { failureSentence } from "./failure";
import { LanguageChoice } from "./language-choice";
import { stepSentence } from "./steps";
import { ThisProgram } from "./this-program";

interface Props {
  readonly failure: Failure | null;
  readonly step: Step | null; // not null: under way
  readonly onSignIn: (asked: SignIn) => void;
  readonly onEnrol: () => void; // somebody has a letter instead
  readonly onLost: () => void; // the password
  readonly loadProgram: () => Promise<ProgramView | null>; // null: `failure` says why
}

export function SignInScreen({ failure, step, onSignIn, onEnrol, onLost, loadProgram }: Props): JSX.Element {
  const words = useWords();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [deviceSecret, setDeviceSecret] = useState("");
  const [remember, setRemember] = useState(false);
  const [asksCode, setAsksCode] = useState(false);
  const [asksSecret, setAsksSecret] = useState(false);
  const nameField = useRef<HTMLInputElement>(null);
  const codeField = useRef<HTMLInputElement>(null);
  const secretField = useRef<HTMLInputElement>(null);

  useEffect(() => {
    setAsksCode((asked) => asked || failure?.code === "code_needed");
    setAsksSecret((asked) => asked || failure?.code === "vault_closed");
  }, [failure]);
  useLayoutEffect(() => nameField.current?.focus(), []); // also when another screen led here: `autofocus` serves the page once
  useLayoutEffect(() => codeField.current?.focus(), [asksCode]);
  useLayoutEffect(() => secretField.current?.focus(), [asksSecret]);

  const submit = (event: Event, takeOver = false): void => {
    event.preventDefault();
    onSignIn({
      name,
      password,
      code: asksCode && code !== "" ? code.replace(/\s/g, "") : null,
      deviceSecret: asksSecret && deviceSecret !== "" ? deviceSecret : null,
      remember,
      takeOver,
    });
  };

  return (
    <main class="gate">
      <form class="panel" onSubmit={submit} aria-busy={step !== null}>
        <p class="brand">
          CEN<i>comm</i>
        </p>
        <h1>{words.say("Sign in")}</h1>
        <label>
          {words.say("Name")}
          <input
            name="name"
            autocomplete="off" // else the browser writes down who sits at this computer, and offers it to the next
            required
            ref={nameField}
            dir="auto"
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <label>
          {words.say("Password")}
          <input
            name="password"
            type="password"
            // a browser offers to keep a password, and writes down with whose name it was declined; a code it lets pass
            autocomplete={remember ? "current-password" : "one-time-code"}
            required
            value={password}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        </label>
        {asksCode && (
          <label>
            {words.say("Code of your authenticator, or a recovery code")}
            <input
              name="code"
              ref={codeField}
              autocomplete="one-time-code"
              dir="ltr"
              value={code}
              onInput={(event) => setCode(event.currentTarget.value)}
            />
          </label>
        )}
        {asksSecret && (
          <label>
            {words.say("Device secret, from your letter")}
            <input
              name="device-secret"
              ref={secretField}
              autocomplete="off"
              spellcheck={false}
              dir="ltr"
              value={deviceSecret}
              onInput={(event) => setDeviceSecret(event.currentTarget.value)}
            />
          </label>
        )}
        <label class="check">
          <input
            name="remember"
            type="checkbox"
            checked={remember}
            onChange={(event) => setRemember(event.currentTarget.checked)}
          />
          {words.say("Remember this computer")}
        </label>
        {remember && (
          <p class="hint">
            {words.say("Wrong passwords that others type under your name do not lock you out here then. No password and no key to your messages is kept. Not for a computer that strangers use.")}
          </p>
        )}
        {failure !== null && step === null && (
          <p class={failure.code === "code_needed" ? "notice" : "notice wrong"} role="alert">
            {failureSentence(words, failure)}
          </p>
        )}
        <button class="primary" disabled={step !== null}>
          {words.say("Sign in")}
        </button>
        {failure?.code === "mailbox_held" && (
          <button type="button" disabled={step !== null} onClick={(event) => submit(event, true)}>
            {words.say("Take it over: the other computer is signed out")}
          </button>
        )}
        <p class="notice" role="status">
          {step !== null && stepSentence(words, step)}
        </p>
        <button type="button" disabled={step !== null} onClick={onEnrol}>
          {words.say("I have an access letter")}
        </button>
        <button type="button" disabled={step !== null} onClick={onLost}>
          {words.say("I have lost my password")}
        </button>
        <ThisProgram load={loadProgram} />
        <LanguageChoice />
      </form>
    </main>
  );
}
