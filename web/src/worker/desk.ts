/** What the worker does for the page: signs in, verifies operations, keeps the keys. */

import type { Access } from "../account/access";
import { askToJoin, readLetterHere } from "../account/enrolling";
import { openVault, type RemoteVault } from "../account/remote-vault";
import { signIn } from "../account/signing-in";
import { signUp, type Means } from "../account/signing-up";
import { hex, type Bytes } from "../bytes";
import { ProtocolError } from "../errors";
import { words } from "../ledger/fingerprint";
import type { Pin } from "../ledger/ledger";
import { followOperation } from "../operation/following";
import { NotAdmittedYet, RelayWithholds } from "../operation/operation";
import { overviewOf } from "../operation/overview";
import { AccountRoutes } from "../relay/account-routes";
import { RelayRefuses } from "../relay/relay-client";
import type { Enrol, Home, LetterView, OperationView, SignIn, Step } from "./calls";
import { failureOf } from "./failures";

type Report = (step: Step) => void;

interface SignedIn {
  readonly account: Bytes;
  readonly vault: RemoteVault;
  readonly seen: Map<string, Pin>; // by operation: the newest head that this account or session saw (L2)
}

/** One session; its keys are gone when it ends, and when the page is closed. */
export class Desk {
  #signedIn: SignedIn | null = null;

  constructor(private readonly means: Means) {}

  /** @throws CencommError whatever is wrong: `failureOf` says it to the page. */
  async signIn(asked: SignIn, report: Report): Promise<Home> {
    report({ step: "stretching" });
    return this.begin(await signIn(asked, this.means, () => report({ step: "signingIn" })), report);
  }

  /** What somebody compares before they enrol. Throws as `readLetterHere`. */
  async readLetter(text: string): Promise<LetterView> {
    const { operation } = readLetterHere(text, this.means.relay.origin);
    const { asksForCode } = await new AccountRoutes(this.means.relay).about();
    return { words: words(operation), asksForCode };
  }

  /** A new account that asks to be admitted, signed in to (D7). Throws as `signIn`. */
  async enrol(asked: Enrol, report: Report): Promise<Home> {
    const letter = readLetterHere(asked.letter, this.means.relay.origin);
    report({ step: "stretching" });
    const access = await signUp(asked, this.means);
    report({ step: "signingIn" });
    await askToJoin(access, letter, this.means.entropy);
    return this.begin(access, report);
  }

  async refresh(report: Report): Promise<Home> {
    if (this.#signedIn === null) {
      throw new RelayRefuses("no_session", "sign in again", null);
    }
    return this.home(this.#signedIn, report);
  }

  async signOut(): Promise<void> {
    this.#signedIn = null;
    await this.means.relay.signOut();
  }

  private async begin(access: Access, report: Report): Promise<Home> {
    const vault = openVault(await access.relay.vault(), access.account, access.keys.wrappingKey);
    this.#signedIn = { account: access.account, vault, seen: new Map(vault.pins) };
    return this.home(this.#signedIn, report);
  }

  private async home(signedIn: SignedIn, report: Report): Promise<Home> {
    const shown = await this.means.relay.operations();
    const hidden = [...signedIn.seen.values()].map((pin) => pin.operation);
    const all = new Map([...hidden, ...shown].map((operation) => [hex(operation), operation])); // none is kept from us
    const operations: OperationView[] = [];
    for (const operation of all.values()) {
      operations.push(await this.view(operation, signedIn, report));
    }
    return { account: hex(signedIn.account), operations };
  }

  private async view(operation: Bytes, signedIn: SignedIn, report: Report): Promise<OperationView> {
    const { account, vault, seen } = signedIn;
    const progress = (verified: number, signed: number): void => report({ step: "verifying", verified, signed });
    try {
      const pin = seen.get(hex(operation)) ?? null;
      const followed = await followOperation(this.means.relay, operation, null, { account, vault, pin }, progress);
      seen.set(hex(operation), followed.ledger.pin);
      return { verified: true, overview: overviewOf(followed, hex(account)) };
    } catch (error) {
      if (error instanceof ProtocolError || error instanceof RelayWithholds || error instanceof NotAdmittedYet) {
        return { verified: false, operation: hex(operation), failure: failureOf(error) };
      }
      throw error;
    }
  }
}
