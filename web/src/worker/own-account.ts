/** The account of whoever sits here: where it is signed in, what opens it. What was shown and not confirmed is nothing. */

import type { Access } from "../account/access";
import { openLabel } from "../account/label";
import { changePassword, type TypedPasswords } from "../account/new-password";
import {
  newRecoveryCodes,
  newTotpSecret,
  readCode,
  recoveryCodeText,
  recoveryVerifier,
  totpText,
  totpUri,
} from "../account/second-factor";
import type { Means } from "../account/session";
import { deriveKeys } from "../account/sign-in";
import type { AccountView, DevicePlace, RecoveryCodesView } from "../account/views";
import { equal, fromHex, hex, type Bytes } from "../bytes";
import { ownLeaves, removeOwnDevice } from "../channel/removing";
import { Standing, type LogPlace } from "../channel/session";
import { CencommError, MalformedError, UsageError } from "../errors";
import { DEVICE_ID_BYTES } from "../ledger/sizes";
import type { Mailbox } from "../mailbox/mailbox";
import { OwnAccountRoutes } from "../relay/own-account-routes";
import { RelayRefuses } from "../relay/relay-client";
import { newestVaultSeen, vaultSeen } from "../roaming/holding";
import type { EndedDevice, NewTotp, Proof } from "./account-calls";

const SESSION_ID_BYTES = 16;
const OUTSIDE: ReadonlySet<Standing> = new Set([Standing.removed, Standing.ended]); // who reads there we do not see

export class OwnAccount {
  readonly #routes: OwnAccountRoutes;
  #access: Access;
  #secret: Bytes | null = null; // shown, not confirmed
  #codes: readonly string[] | null = null; // shown, not confirmed

  constructor(
    access: Access,
    private readonly name: string,
    private readonly mailbox: Mailbox,
    private readonly means: Means,
  ) {
    this.#access = access;
    this.#routes = new OwnAccountRoutes(access.relay);
  }

  /** Of the session now: a new password changes its keys. */
  get access(): Access {
    return this.#access;
  }

  async view(): Promise<AccountView> {
    const sessions = await this.#routes.sessions();
    const devices = await this.#routes.devices();
    const { totp, recoveryCodes } = await this.#routes.secondFactor();
    const [own, places] = [hex(this.mailbox.device.device), this.places()];
    const names = new Map(devices.map(({ device, label }) => [hex(device), this.nameOf(label)] as const));
    for (const device of places.keys()) {
      if (!names.has(device)) {
        names.set(device, null); // it reads on there: it was ended in part, or the relay keeps it back
      }
    }
    return {
      name: this.name,
      account: hex(this.#access.account),
      relayName: this.#access.parameters.relayName,
      remembered: (await this.means.known.source(this.#access.parameters.handle)) !== null,
      withDeviceSecret: this.#access.keys.withDeviceSecret,
      sessions: sessions.map(({ session, began, used, known, current, label }) => {
        return { session: hex(session), name: this.nameOf(label), began, used, known, current };
      }),
      devices: [...names].map(([device, name]) => ({ device, name, current: device === own, places: places.get(device) ?? [] })),
      secondFactor: { on: totp, recoveryCodes },
    };
  }

  async endSession(session: string): Promise<AccountView> {
    await unlessGone(this.#routes.endSession(fromHex(session, SESSION_ID_BYTES)));
    return this.view();
  }

  async endOtherSessions(): Promise<AccountView> {
    await this.#routes.endOtherSessions();
    return this.view();
  }

  /** To the relay the next sign-in here is a stranger's (D6). */
  async forgetComputer(): Promise<AccountView> {
    await this.means.known.forget(this.#access.parameters.handle);
    return this.view();
  }

  /**
   * At the relay first: from then on nobody adds it again while it is removed (C6). What fails in one channel keeps it in
   * none of the others, and is thrown at last; ended in part, it is ended again. Throws as `removeOwnDevice`.
   */
  async endDevice(name: string): Promise<EndedDevice> {
    const device = fromHex(name, DEVICE_ID_BYTES);
    if (name === hex(this.mailbox.device.device)) {
      throw new UsageError("this is the device that you work with: end it from another one of yours");
    }
    await unlessGone(this.#routes.endDevice(device));
    const { turns } = this.mailbox;
    const sessions = await turns.run(() => Promise.resolve([...this.mailbox.sessions.values()])); // once they are here
    let channels = 0;
    const failures: CencommError[] = [];
    for (const session of sessions) {
      try {
        channels += (await turns.run(() => this.endDeviceIn(session, device))) ? 1 : 0;
      } catch (error) {
        if (!(error instanceof CencommError)) {
          throw error;
        }
        failures.push(error);
      }
    }
    const [failure] = failures;
    if (failure !== undefined) {
      throw failure;
    }
    return { account: await this.view(), channels };
  }

  /** To be scanned and written down; it counts once `switchOnTotp` has shown a code of it. */
  newTotp(): NewTotp {
    this.#secret = newTotpSecret(this.means.entropy);
    const { relayName } = this.#access.parameters;
    const uri = totpUri(this.#secret, this.name, relayName);
    return { secret: totpText(this.#secret), uri, ...this.newRecoveryCodes() };
  }

  newRecoveryCodes(): RecoveryCodesView {
    this.#codes = newRecoveryCodes(this.means.entropy);
    return { codes: this.#codes.map(recoveryCodeText) };
  }

  /** From now on a sign-in wants a code; the account's other sessions have ended. */
  async switchOnTotp({ password, code }: Proof): Promise<AccountView> {
    if (this.#secret === null || this.#codes === null) {
      throw new UsageError("no secret was shown: begin again");
    }
    const recovery = this.#codes.map(recoveryVerifier);
    const asked = { signInSecret: this.signInSecret(password), secret: this.#secret, code: readCode(code), recovery };
    await this.#routes.switchOnTotp(asked);
    [this.#secret, this.#codes] = [null, null];
    return this.view();
  }

  /** The password alone is enough again. */
  async switchOffTotp({ password, code }: Proof): Promise<AccountView> {
    await this.#routes.switchOffTotp(this.signInSecret(password), readCode(code));
    return this.view();
  }

  /** The ten that were shown count, and none of those before. */
  async renewRecoveryCodes({ password, code }: Proof): Promise<AccountView> {
    if (this.#codes === null) {
      throw new UsageError("no codes were shown: begin again");
    }
    const recovery = this.#codes.map(recoveryVerifier);
    await this.#routes.renewRecoveryCodes(this.signInSecret(password), readCode(code), recovery);
    this.#codes = null;
    return this.view();
  }

  /** Throws as `changePassword`. */
  async changePassword(asked: TypedPasswords): Promise<AccountView> {
    const { mailbox } = this;
    await mailbox.turns.run(async () => {
      const seen = await newestVaultSeen(mailbox.store);
      const { access, vaultVersion } = await changePassword(this.#access, asked, this.name, seen, this.means);
      this.#access = access;
      await mailbox.write(vaultSeen(vaultVersion));
      await this.rememberAgain(access);
    });
    return this.view();
  }

  /** A new password makes every source key worthless, and gives this computer another (section 7.4). */
  private async rememberAgain({ parameters, source }: Access): Promise<void> {
    if (source !== null && (await this.means.known.source(parameters.handle)) !== null) {
      await this.means.known.keep(parameters.handle, source);
    }
  }

  /** Of what somebody typed, whoever it is: the relay judges it. Takes a second or two. */
  private signInSecret(password: string): Bytes {
    return deriveKeys(password, this.#access.parameters, null, this.means.stretch).signInSecret;
  }

  private nameOf(label: Bytes | null): string | null {
    if (label === null) {
      return null;
    }
    try {
      return openLabel(this.#access.keys.labelKey, this.#access.parameters.handle, label);
    } catch (error) {
      if (error instanceof MalformedError) {
        return null;
      }
      throw error;
    }
  }

  /** Whether it was there. Who withholds the ledger keeps nobody from learning that it may read on. */
  private async endDeviceIn({ operation, channel }: LogPlace, device: Bytes): Promise<boolean> {
    await this.mailbox.confirmed(operation);
    const isOurs = this.mailbox.entitledChannels(operation).some((one) => equal(one, channel));
    return isOurs && removeOwnDevice(this.mailbox, operation, channel, device);
  }

  /** By device: where it takes part, as far as we are there too and followed it. */
  private places(): ReadonlyMap<string, readonly DevicePlace[]> {
    const places = new Map<string, DevicePlace[]>();
    for (const session of this.mailbox.sessions.values()) {
      const operation = hex(session.operation);
      const leaves = OUTSIDE.has(session.standing) ? [] : ownLeaves(this.mailbox, session);
      for (const device of new Set(leaves.map((leaf) => hex(leaf.device)))) {
        const before = places.get(device) ?? [];
        const channels = before.find((place) => place.operation === operation)?.channels ?? 0;
        const others = before.filter((place) => place.operation !== operation);
        places.set(device, [...others, { operation, channels: channels + 1 }]);
      }
    }
    return places;
  }
}

/** What is to be ended may have ended by itself, or before. */
async function unlessGone(ended: Promise<void>): Promise<void> {
  try {
    await ended;
  } catch (error) {
    if (!(error instanceof RelayRefuses) || error.code !== "not_found") {
      throw error;
    }
  }
}
