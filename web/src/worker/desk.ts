/** What the worker does for the page: signs in, verifies operations, keeps the keys. */

import { openVault, type RemoteVault } from "../account/remote-vault";
import { deriveKeys, signInHandle } from "../account/sign-in";
import { hex, type Bytes } from "../bytes";
import { ProtocolError } from "../errors";
import { readSecret } from "../ledger/secret-text";
import type { Pin } from "../ledger/ledger";
import { followOperation } from "../operation/following";
import { RelayWithholds } from "../operation/operation";
import { overviewOf } from "../operation/overview";
import type { Stretch } from "../primitives/password";
import { RelayRefuses, type RelayClient } from "../relay/relay-client";
import type { Home, OperationView, SignIn, Step } from "./calls";
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

  constructor(
    private readonly relay: RelayClient,
    private readonly stretch: Stretch,
  ) {}

  /** @throws CencommError whatever is wrong: `failureOf` says it to the page. */
  async signIn(asked: SignIn, report: Report): Promise<Home> {
    const relayName = await this.relay.relayName();
    const handle = signInHandle(relayName, asked.name);
    const { salt, profile } = await this.relay.signInParameters(handle);
    const deviceSecret = asked.deviceSecret === null ? null : readSecret(asked.deviceSecret, "a device secret");
    report({ step: "stretching" });
    const keys = deriveKeys(asked.password, { relayName, handle, salt, profile }, deviceSecret, this.stretch);
    report({ step: "signingIn" });
    const account = await this.relay.signIn(handle, keys.signInSecret, asked.code);
    const vault = openVault(await this.relay.vault(), account, keys.wrappingKey);
    this.#signedIn = { account, vault, seen: new Map(vault.pins) };
    return this.home(this.#signedIn, report);
  }

  async refresh(report: Report): Promise<Home> {
    if (this.#signedIn === null) {
      throw new RelayRefuses("no_session", "sign in again", null);
    }
    return this.home(this.#signedIn, report);
  }

  async signOut(): Promise<void> {
    this.#signedIn = null;
    await this.relay.signOut();
  }

  private async home(signedIn: SignedIn, report: Report): Promise<Home> {
    const shown = await this.relay.operations();
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
      const followed = await followOperation(this.relay, operation, null, { account, vault, pin }, progress);
      seen.set(hex(operation), followed.ledger.pin);
      return { verified: true, overview: overviewOf(followed, hex(account)) };
    } catch (error) {
      if (error instanceof ProtocolError || error instanceof RelayWithholds) {
        return { verified: false, operation: hex(operation), failure: failureOf(error) };
      }
      throw error;
    }
  }
}
