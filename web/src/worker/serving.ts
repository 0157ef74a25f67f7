/** What the worker answers once the whole program is here: everything but the making of keys from a password. */

import type { Access } from "../account/access";
import type { Means } from "../account/session";
import { Readings } from "../mailbox/readings";
import { Reports } from "../mailbox/reports";
import { givenFile } from "../program/given-file";
import { ownProgram } from "../program/own-program";
import { browserSurroundings } from "../relay/stream";
import { Resources } from "../resources";
import { browserTabLock } from "../roaming/tab-lock";
import { serveAccount } from "./account-serving";
import type { Asked, CallName, Calls, Failure, Happening, Home, SignIn, Step } from "./calls";
import { Desk } from "./desk";
import { failureOf } from "./failures";

const TELL_MILLISECONDS = 200; // between bulletins: more than the eye needs, and a flood of arrivals makes few

type Report = (step: Step) => void;

export class Serving {
  readonly #desk: Desk;

  constructor(means: Means, tell: (happening: Happening) => void) {
    const resources = new Resources();
    this.#desk = new Desk({
      means,
      lockTab: browserTabLock,
      surroundings: browserSurroundings(means.entropy),
      audience: {
        tell,
        soon: (run) => void setTimeout(run, TELL_MILLISECONDS),
        defect: (error) => reportError(error), // reaches the page as the worker's `error`
      },
      now: () => Math.floor(Date.now() / 1000),
      sleep: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
      furnish: async () => new Reports(await resources.codes()),
      readingsIn: async (language) => new Readings(await resources.tongue(language), await resources.codes()),
    });
  }

  /** Somebody's keys are made, and the relay took them. Throws as `Desk.open`. */
  open(access: Access, { name, takeOver }: SignIn, report: Report): Promise<Home> {
    return this.#desk.open(access, name, takeOver, report);
  }

  /** Why a call failed; with some reasons the whole sitting is over. @throws whatever is a defect of ours. */
  failed(error: unknown): Failure {
    this.#desk.noteFailure(error);
    return failureOf(error);
  }

  serve(asked: Exclude<Asked, { readonly call: "signIn" }>, report: Report): Promise<Calls[CallName]["answer"]> {
    return this.#desk.during(() => this.answer(asked, report));
  }

  private async answer(
    asked: Exclude<Asked, { readonly call: "signIn" }>,
    report: Report,
  ): Promise<Calls[CallName]["answer"]> {
    const desk = this.#desk;
    switch (asked.call) {
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
      case "search":
        await desk.sitting.search(asked.ask, (finding) => report({ step: "searching", ...finding }));
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
}
