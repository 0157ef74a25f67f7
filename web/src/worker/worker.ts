/** The worker's entry: everything that holds a key runs here, apart from the page. */

import { UsageError } from "../errors";
import { systemEntropy } from "../primitives/entropy";
import { stretch } from "../primitives/password";
import { RelayClient } from "../relay/relay-client";
import type { CallName, Calls, Reply, Step } from "./calls";
import { Desk } from "./desk";
import { failureOf } from "./failures";

/** A call as it comes over; `ask` has the shape that `call` says. */
type Asked = { readonly [Name in CallName]: { readonly id: number; readonly call: Name; readonly ask: Calls[Name]["ask"] } }[CallName];

const desk = new Desk({ relay: new RelayClient(self.location.origin), stretch, entropy: systemEntropy });

self.addEventListener("message", (event: MessageEvent<Asked>) => {
  const { id } = event.data;
  const reply = (message: Reply): void => self.postMessage(message);
  const report = (step: Step): void => reply({ id, kind: "step", step });
  serve(event.data, report).then(
    (answer) => reply({ id, kind: "done", answer }),
    (error: unknown) => reply({ id, kind: "failed", failure: failureOf(error) }),
  ).catch((defect: unknown) => reportError(defect)); // reaches the page as the worker's `error`
});

async function serve(asked: Asked, report: (step: Step) => void): Promise<Calls[CallName]["answer"]> {
  switch (asked.call) {
    case "signIn":
      return desk.signIn(asked.ask, report);
    case "readLetter":
      return desk.readLetter(asked.ask.letter);
    case "enrol":
      return desk.enrol(asked.ask, report);
    case "refresh":
      return desk.refresh(report);
    case "signOut":
      await desk.signOut();
      return null;
    default:
      throw new UsageError("this program does not do that yet");
  }
}
