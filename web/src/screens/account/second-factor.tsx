/** The code of an authenticator beside the password: switched on by showing one, off by showing one (D2). */

import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { AccountView, RecoveryCodesView } from "../../account/views";
import { useWords } from "../../words";
import type { NewTotp, Proof } from "../../worker/account-calls";
import { useAsking, type AskAccount } from "./asking";
import { ProofForm, Wrong } from "./parts";
import { QrPicture } from "./qr-picture";

type Doing =
  | { readonly what: "nothing"; readonly done: "on" | "off" | "renewed" | null }
  | { readonly what: "switchOn"; readonly shown: NewTotp }
  | { readonly what: "renew"; readonly shown: RecoveryCodesView }
  | { readonly what: "switchOff" };

const FEW_CODES = 3;

interface Props {
  readonly account: AccountView;
  readonly ask: AskAccount;
  readonly onChange: (account: AccountView) => void;
}

export function SecondFactor({ account, ask, onChange }: Props): JSX.Element {
  const words = useWords();
  const { busy, failure, run } = useAsking();
  const [doing, setDoing] = useState<Doing>({ what: "nothing", done: null });

  const begin = async (work: () => Promise<Doing>): Promise<void> => {
    const next = await run(work);
    if (next !== null) {
      setDoing(next);
    }
  };
  const finish = async (done: "on" | "off" | "renewed", work: () => Promise<AccountView>): Promise<void> => {
    const after = await run(work);
    if (after !== null) {
      setDoing({ what: "nothing", done });
      onChange(after);
    }
  };
  const asking = { name: account.name, busy, failure, onCancel: () => setDoing({ what: "nothing", done: null }) };
  const codeOrRecovery = words.say("Code of your authenticator, or a recovery code");

  return (
    <section class="card" aria-labelledby="account-factor" aria-busy={busy}>
      <h2 id="account-factor">{words.say("Second factor")}</h2>
      <p class="lead">
        {account.secondFactor.on
          ? words.say("Signing in asks for your password and a code of your authenticator.")
          : words.say("Signing in asks for your password alone. A code of your telephone keeps out whoever learns it.")}
      </p>
      {doing.what === "nothing" && (
        <>
          <Done done={doing.done} />
          <Wrong failure={failure} />
          {account.secondFactor.on ? (
            <>
              <p class={account.secondFactor.recoveryCodes < FEW_CODES ? "notice wrong" : undefined}>
                {words.say("Recovery codes that are left: {count}", { count: account.secondFactor.recoveryCodes })}
              </p>
              <p class="account-actions">
                <button
                  disabled={busy}
                  onClick={() => void begin(async () => ({ what: "renew", shown: await ask("newRecoveryCodes", null) }))}
                >
                  {words.say("New recovery codes")}
                </button>
                <button disabled={busy} onClick={() => setDoing({ what: "switchOff" })}>
                  {words.say("Switch it off")}
                </button>
              </p>
            </>
          ) : (
            <button
              disabled={busy}
              onClick={() => void begin(async () => ({ what: "switchOn", shown: await ask("newTotp", null) }))}
            >
              {words.say("Switch it on")}
            </button>
          )}
        </>
      )}
      {doing.what === "switchOn" && (
        <ProofForm
          {...asking}
          codeLabel={words.say("The six digits that it shows now")}
          does={words.say("Switch it on")}
          onProve={(proof: Proof) => void finish("on", () => ask("switchOnTotp", proof))}
        >
          <h3>{words.say("1. Scan this with your authenticator")}</h3>
          <div class="account-qr">
            <QrPicture text={doing.shown.uri} label={words.say("QR code for your authenticator")} />
            <p>
              {words.say("or type this secret, by time, six digits:")}
              <code dir="ltr">{doing.shown.secret}</code>
            </p>
          </div>
          <h3>{words.say("2. Write down these recovery codes")}</h3>
          <RecoveryCodes shown={doing.shown} />
          <h3>{words.say("3. Show that it works")}</h3>
          <p class="lead">{words.say("Your sessions on other computers end.")}</p>
        </ProofForm>
      )}
      {doing.what === "renew" && (
        <ProofForm
          {...asking}
          codeLabel={codeOrRecovery}
          does={words.say("These count from now on")}
          onProve={(proof: Proof) => void finish("renewed", () => ask("renewRecoveryCodes", proof))}
        >
          <RecoveryCodes shown={doing.shown} />
        </ProofForm>
      )}
      {doing.what === "switchOff" && (
        <ProofForm
          {...asking}
          codeLabel={codeOrRecovery}
          does={words.say("Switch it off")}
          onProve={(proof: Proof) => void finish("off", () => ask("switchOffTotp", proof))}
        >
          <p class="notice">{words.say("Whoever learns your password can sign in as you then.")}</p>
        </ProofForm>
      )}
    </section>
  );
}

function Done({ done }: { readonly done: "on" | "off" | "renewed" | null }): JSX.Element {
  const words = useWords();
  return (
    <p class="notice" role="status">
      {done === "on" && words.say("It is on. Keep the recovery codes on paper, apart from your telephone.")}
      {done === "off" && words.say("It is off. Your password alone opens your account.")}
      {done === "renewed" && words.say("The new recovery codes count. Destroy those of before.")}
    </p>
  );
}

function RecoveryCodes({ shown }: { readonly shown: RecoveryCodesView }): JSX.Element {
  const words = useWords();
  return (
    <>
      <p class="lead">
        {words.say("Each stands once for a code, when the telephone is lost. Nobody has them but you; they are shown only now.")}
      </p>
      <ol class="recovery-codes" dir="ltr">
        {shown.codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
    </>
  );
}
