/** The worker's entry: everything that holds a key runs here, apart from the page. */

import { Reports } from "../mailbox/reports";
import { givenFile } from "../program/given-file";
import { ownProgram } from "../program/own-program";
import { systemEntropy } from "../primitives/entropy";
import { stretch } from "../primitives/password";
import { RelayClient } from "../relay/relay-client";
import { browserSurroundings } from "../relay/stream";
import { Resources } from "../resources";
import { browserTabLock } from "../roaming/tab-lock";
import { serveAccount } from "./account-serving";
import { browserKnownComputer } from "../store/known-computer";
import type { Asked, CallName, Calls, Reply, Step } from "./calls";
import { computerName } from "./computer-name";
import { Desk } from "./desk";
import { failureOf } from "./failures";
import type { Room } from "./sitting-down";

const TELL_MILLISECONDS = 200; // between bulletins: more than the eye needs, and a flood of arrivals makes few

const reply = (message: Reply): void => self.postMessage(message);
const resources = new Resources();
const desk = new Desk({
  means: {
    relay: new RelayClient(self.location.origin),
    stretch,
    entropy: systemEntropy,
    computerName: computerName(navigator.userAgent),
    known: browserKnownComputer,
  },
  lockTab: browserTabLock,
  surroundings: browserSurroundings(systemEntropy),
  audience: {
    tell: (happening) => reply({ kind: "happened", happening }),
    soon: (run) => void setTimeout(run, TELL_MILLISECONDS),
    defect: (error) => reportError(error), // reaches the page as the worker's `error`
  },
  furnish,
});

async function furnish(): Promise<Room> {
  return {
    entropy: systemEntropy,
    now: () => Math.floor(Date.now() / 1000),
    sleep: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
    reports: new Reports(await resources.codes()),
  };
}

self.addEventListener("message", (event: MessageEvent<Asked & { readonly id: number }>) => {
  const { id } = event.data;
  const report = (step: Step): void => reply({ id, kind: "step", step });
  serve(event.data, report).then(
    (answer) => reply({ id, kind: "done", answer }),
    (error: unknown) => {
      desk.noteFailure(error);
      reply({ id, kind: "failed", failure: failureOf(error) });
    },
  ).catch((defect: unknown) => reportError(defect));
});

async function serve(asked: Asked, report: (step: Step) => void): Promise<Calls[CallName]["answer"]> {
  switch (asked.call) {
    case "signIn":
      return desk.signIn(asked.ask, report);
    case "readLetter":
      return desk.readLetter(asked.ask.letter);
    case "enrol":
      return desk.enrol(asked.ask, report);
    case "reset":
      return desk.reset(asked.ask, report);
    case "program":
      return ownProgram(givenFile);
    case "signOut":
      await desk.signOut(asked.ask.anyway);
      return null;
    case "saveDraft":
      await desk.sitting.saveDraft(asked.ask);
      await desk.save();
      return null;
    case "dropDraft":
      await desk.sitting.dropDraft(asked.ask.draft);
      await desk.save();
      return null;
    case "send":
      await desk.sitting.send(asked.ask);
      return null;
    case "mark": {
      const { key, ...marks } = asked.ask;
      await desk.sitting.mark(key, marks);
      desk.saveSoon();
      return null;
    }
    case "show":
      await desk.sitting.show(asked.ask.keys, asked.ask.extent);
      return null;
    case "readAll":
      await desk.sitting.readAll((read, all) => report({ step: "reading", read, all }));
      return null;
    case "attach":
      return desk.sitting.attach(asked.ask, (done, all) => report({ step: "carrying", done, all }));
    case "stopAttaching":
      desk.sitting.stopAttaching(asked.ask.upload);
      return null;
    case "fetchFile":
      return desk.sitting.fetchFile(asked.ask, (done, all) => report({ step: "carrying", done, all }));
    case "askOthers":
      desk.sitting.askOthers(asked.ask);
      return null;
    case "acknowledge":
      await desk.sitting.acknowledge(asked.ask.key);
      return null;
    default:
      return serveAccount(desk.account, asked);
  }
}
