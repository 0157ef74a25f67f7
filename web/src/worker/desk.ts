/** What the worker does for the page: signs in, opens the mailbox, follows it, gives it back. The keys stay here. */

import { askToJoin, readLetterHere } from "../account/enrolling";
import { changeVault, withPins, type Access } from "../account/access";
import type { NewKeysView } from "../account/letter-view";
import { askForReset } from "../account/resetting";
import type { Means } from "../account/session";
import { signUp } from "../account/signing-up";
import { CencommError } from "../errors";
import { words } from "../ledger/fingerprint";
import { isEnd } from "../mailbox/following";
import { OneAtATime } from "../one-at-a-time";
import { AccountRoutes } from "../relay/account-routes";
import { RelayRefuses } from "../relay/relay-client";
import { listen, type Surroundings } from "../relay/stream";
import { abandon, handOver, takeMailbox, vaultSeen, type Holding } from "../roaming/holding";
import type { TabLock } from "../roaming/tab-lock";
import { OwnAccount } from "./own-account";
import type { Reports } from "../mailbox/reports";
import type { ReadingsIn } from "../mailbox/searching";
import type { Enrol, Home, LetterView, Reset, Step } from "./calls";
import type { Sitting } from "./sitting";
import type { Audience } from "./telling";
import { sitDown } from "./sitting-down";

const SAVE_SECONDS = 5;

type Report = (step: Step) => void;

/** What a desk needs of its browser. `furnish`: what is fetched when it is needed first. */
export interface Premises {
  readonly means: Means;
  readonly lockTab: TabLock;
  readonly surroundings: Surroundings;
  readonly audience: Audience;
  readonly now: () => number; // seconds
  readonly sleep: (seconds: number) => Promise<void>;
  readonly furnish: () => Promise<Reports>;
  readonly readingsIn: ReadingsIn;
}

interface Open {
  readonly account: OwnAccount;
  readonly holding: Holding;
  readonly sitting: Sitting;
  readonly hangUp: AbortController;
}

/** One session after the other; its keys are gone when it ends, and when the page is closed. */
export class Desk {
  #open: Open | null = null;
  #willSave = false;

  constructor(private readonly premises: Premises) {}

  /** Of the mailbox that is open. @throws RelayRefuses `no_session`: none is. */
  get sitting(): Sitting {
    return this.opened.sitting;
  }

  /** Of whoever sits here. Throws as `sitting`. */
  get account(): OwnAccount {
    return this.opened.account;
  }

  /**
   * The mailbox of whoever signed in. A session that came to nothing is ended: nobody would go on with it, and its owner
   * would wonder whose it is.
   *
   * @throws CencommError whatever is wrong: `failureOf` says it to the page.
   */
  async open(access: Access, name: string, takeOver: boolean, report: Report): Promise<Home> {
    try {
      return await this.openMailbox(access, name, takeOver, report);
    } catch (error) {
      await this.premises.means.relay.signOut().catch(() => undefined); // it ends by itself later
      throw error;
    }
  }

  /** What somebody compares before they enrol. Throws as `readLetterHere`. */
  async readLetter(text: string): Promise<LetterView> {
    const { relay } = this.premises.means;
    const { operation, resets } = readLetterHere(text, relay.origin);
    const { asksForCode } = await new AccountRoutes(relay).about();
    return { words: words(operation), asksForCode, resets: resets !== null };
  }

  /** A new account that asks to be admitted, signed in to (D7). Throws as `open`. */
  async enrol(asked: Enrol, report: Report): Promise<Home> {
    const { means } = this.premises;
    const letter = readLetterHere(asked.letter, means.relay.origin);
    report({ step: "stretching" });
    const access = await signUp(asked, means);
    report({ step: "signingIn" });
    await askToJoin(access, letter, means.entropy);
    return this.open(access, asked.name, false, report);
  }

  /** New keys wait for the unit, which may ask for their words; nobody is signed in. Throws as `askForReset`. */
  async reset(asked: Reset, report: Report): Promise<NewKeysView> {
    const { means } = this.premises;
    const letter = readLetterHere(asked.letter, means.relay.origin);
    report({ step: "stretching" });
    return { words: await askForReset(letter, asked, means) };
  }

  /**
   * Give the mailbox back and end the session; with `anyway`, messages that wait go out at the next sign-in.
   *
   * @throws OutboxNotEmpty messages wait, and `anyway` was not said: nothing was given back (D4).
   */
  async signOut(anyway: boolean): Promise<void> {
    const { account, holding, sitting } = this.opened;
    await sitting.mailbox.turns.run(async () => {
      const { mailbox } = sitting;
      const { version } = await changeVault(account.access, (vault) => withPins(vault, mailbox.pins), mailbox.entropy);
      await mailbox.write(vaultSeen(version));
      await (anyway ? abandon(holding) : handOver(holding));
      this.close(); // before whatever waits for its turn
    });
    await this.premises.means.relay.signOut();
  }

  /** What was done is kept at the relay: this computer keeps nothing. @throws Unavailable it is kept later. */
  async save(): Promise<void> {
    await this.opened.holding.store.save();
  }

  /** As `save`, within seconds and together with what is done meanwhile: for what could be done again. */
  saveSoon(): void {
    const { holding, sitting } = this.opened;
    if (!this.#willSave) {
      this.#willSave = true;
      sitting.mailbox
        .sleep(SAVE_SECONDS)
        .then(() => {
          this.#willSave = false;
          return sitting.attempt(() => holding.store.save());
        })
        .catch((error: unknown) => this.premises.audience.defect(error));
    }
  }

  /** Somebody asks for `work`: what goes on beside waits. */
  during<T>(work: () => Promise<T>): Promise<T> {
    return this.#open === null ? work() : this.#open.sitting.during(work);
  }

  /** A call failed: with some reasons the whole sitting is over. */
  noteFailure(error: unknown): void {
    if (isEnd(error)) {
      this.close();
    }
  }

  private get opened(): Open {
    if (this.#open === null) {
      throw new RelayRefuses("no_session", "sign in again", null);
    }
    return this.#open;
  }

  private async openMailbox(access: Access, name: string, takeOver: boolean, report: Report): Promise<Home> {
    const { lockTab, audience, now, sleep, means, readingsIn } = this.premises;
    const { entropy } = means;
    const furnishing = this.premises.furnish();
    furnishing.catch(() => undefined); // thrown below, once the mailbox is held
    const holding = await takeMailbox(access, takeOver, { lockTab, entropy, now });
    const heard = {
      ...audience,
      tell: (happening: Parameters<Audience["tell"]>[0]) => {
        if (happening.event === "ended") {
          this.close();
        }
        audience.tell(happening);
      },
    };
    try {
      const room = { entropy, now, sleep, reports: await furnishing, readingsIn };
      const sitting = await sitDown(holding, room, heard, report);
      const home = await sitting.home((verified, signed) => report({ step: "verifying", verified, signed }));
      const account = new OwnAccount(access, name, sitting.mailbox, means);
      this.#open = { account, holding, sitting, hangUp: new AbortController() };
      sitting.enterChannels().catch((error: unknown) => this.cannotGoOn(error, sitting));
      this.follow(this.#open); // what comes waits for its turn behind that
      return home;
    } catch (error) {
      await handOver(holding).catch(() => holding.unlockTab()); // who tries again finds it free, if the line allows
      throw error;
    }
  }

  /** Wake-ups are seen to in their order, behind each other. */
  private follow({ holding, sitting, hangUp }: Open): void {
    const { surroundings, audience } = this.premises;
    const inOrder = new OneAtATime();
    listen(
      holding.relay,
      (wake) => void inOrder.run(() => sitting.hear(wake)).catch(audience.defect),
      surroundings,
      hangUp.signal,
    ).catch((error: unknown) => this.cannotGoOn(error, sitting));
  }

  private cannotGoOn(error: unknown, sitting: Sitting): void {
    if (error instanceof CencommError) {
      sitting.ended(error);
    } else {
      this.premises.audience.defect(error);
    }
  }

  private close(): void {
    this.#open?.hangUp.abort();
    this.#open?.sitting.stop();
    this.#open?.holding.unlockTab();
    this.#open = null;
  }
}
