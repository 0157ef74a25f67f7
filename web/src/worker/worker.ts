/** The worker's entry: everything that holds a key runs here, apart from the page. */

import { stretch } from "../primitives/password";
import { RelayClient } from "../relay/relay-client";
import type { Call, Home, Reply, Step } from "./calls";
import { Desk, failureOf } from "./desk";

const desk = new Desk(new RelayClient(self.location.origin), stretch);

self.addEventListener("message", (event: MessageEvent<{ id: number; call: Call }>) => {
  const { id, call } = event.data;
  const reply = (message: Reply): void => self.postMessage(message);
  const report = (step: Step): void => reply({ id, kind: "step", step });
  serve(call, report).then(
    (home) => reply({ id, kind: "done", home }),
    (error: unknown) => reply({ id, kind: "failed", failure: failureOf(error) }),
  ).catch((defect: unknown) => reportError(defect)); // reaches the page as the worker's `error`
});

async function serve(call: Call, report: (step: Step) => void): Promise<Home | null> {
  switch (call.call) {
    case "signIn":
      return desk.signIn(call, report);
    case "refresh":
      return desk.refresh(report);
    case "signOut":
      await desk.signOut();
      return null;
  }
}
