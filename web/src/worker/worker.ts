/**
 * The worker's entry: everything that holds a key runs here, apart from the page.
 *
 * Making keys from a password takes seconds, and needs an eighth of the program: the rest (`serving.ts`) comes meanwhile.
 */

import type { Means } from "../account/session";
import { signIn } from "../account/signing-in";
import { Unavailable } from "../errors";
import { systemEntropy } from "../primitives/entropy";
import { stretch } from "../primitives/password";
import { RelayClient } from "../relay/relay-client";
import { browserKnownComputer } from "../store/known-computer";
import type { Asked, CallName, Calls, Failure, Reply, Step } from "./calls";
import { computerName } from "./computer-name";
import type { Serving } from "./serving";

const means: Means = {
  relay: new RelayClient(self.location.origin),
  stretch,
  entropy: systemEntropy,
  computerName: computerName(navigator.userAgent),
  known: browserKnownComputer,
};
const reply = (message: Reply): void => self.postMessage(message);
let serving: Promise<Serving> | null = null;

/** The line broke before the program was here. */
class RestNotHere extends Unavailable {}

self.addEventListener("message", (event: MessageEvent<Asked & { readonly id: number }>) => {
  const { id } = event.data;
  const report = (step: Step): void => reply({ id, kind: "step", step });
  serve(event.data, report)
    .then(
      (answer) => reply({ id, kind: "done", answer }),
      async (error: unknown) => reply({ id, kind: "failed", failure: await failureOf(error) }),
    )
    .catch((defect: unknown) => reportError(defect));
});
reply({ kind: "begun" });
rest().catch(() => undefined); // asked for again when it is needed

async function serve(asked: Asked, report: (step: Step) => void): Promise<Calls[CallName]["answer"]> {
  if (asked.call !== "signIn") {
    return (await rest()).serve(asked, report);
  }
  report({ step: "stretching" });
  const access = await signIn(asked.ask, means, async () => {
    await rest(); // without it the relay would count a try, and keep a session with which nobody goes on
    report({ step: "signingIn" });
  });
  return (await rest()).open(access, asked.ask, report);
}

/** @throws whatever is a defect of ours. */
async function failureOf(error: unknown): Promise<Failure> {
  try {
    return (await rest()).failed(error);
  } catch (absent) {
    if (absent instanceof RestNotHere) {
      return { code: "unreachable", sentence: absent.message, retryAfter: null, since: null };
    }
    throw absent;
  }
}

function rest(): Promise<Serving> {
  serving ??= import("./serving").then(
    (program) => new program.Serving(means, (happening) => reply({ kind: "happened", happening })),
    () => {
      serving = null;
      throw new RestNotHere("a part of this program could not be fetched: check the network, then load the page again");
    },
  );
  return serving;
}
