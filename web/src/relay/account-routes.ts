/** The relay's routes for one's own account: made once, its vault, asking to be admitted (docs/protocol.md section 8). */

import { hex, type Bytes } from "../bytes";
import { textOf } from "./answers";
import { toBase64 } from "./base64";
import type { Caller } from "./caller";
import type { SealedVault } from "./relay-client";

/** What a relay says of itself to anybody. */
export interface AboutRelay {
  readonly name: string;
  readonly asksForCode: boolean; // of whoever makes an account
}

export interface NewAccount {
  readonly handle: Bytes;
  readonly salt: Bytes;
  readonly profile: number;
  readonly signInSecret: Bytes;
  readonly registrationCode: string | null;
}

/** What an account is to be opened with from the unit's `replace` on (section 3.6). */
export interface NewCredentials {
  readonly ticket: Bytes;
  readonly request: Bytes; // EnrolmentRequest with the new keys
  readonly handle: Bytes; // the account's own: a reset changes no name
  readonly salt: Bytes;
  readonly profile: number;
  readonly signInSecret: Bytes;
  readonly vault: Bytes; // sealed as version 1
}

/** Every call throws as `Caller.ask`. */
export class AccountRoutes {
  constructor(private readonly relay: Caller) {}

  async about(): Promise<AboutRelay> {
    const answer = await this.relay.ask("GET", "/v1/relay");
    return { name: textOf(answer, "name"), asksForCode: textOf(answer, "registration") !== "open" };
  }

  /** @throws RelayRefuses `taken`: the name; `not_entitled`: the registration code is wrong or missing. */
  async createAccount(asked: NewAccount): Promise<void> {
    await this.relay.ask("POST", "/v1/accounts", {
      handle: toBase64(asked.handle),
      salt: toBase64(asked.salt),
      profile: asked.profile,
      sign_in_secret: toBase64(asked.signInSecret),
      ...(asked.registrationCode === null ? {} : { registration_code: asked.registrationCode }),
    });
  }

  /** `version`: the one that is replaced. @throws RelayRefuses `stale_version`: somebody else wrote it. */
  async putVault({ version, sealed }: SealedVault): Promise<void> {
    await this.relay.ask("PUT", "/v1/vault", { version, sealed: toBase64(sealed) });
  }

  async requestEnrolment(operation: Bytes, request: Bytes): Promise<void> {
    await this.relay.ask("POST", `/v1/operations/${hex(operation)}/enrolments`, { request: toBase64(request) });
  }

  /** @throws RelayRefuses `not_found`: no such ticket, or it has ended; `refused`: another name, or keys that were used. */
  async reset(asked: NewCredentials): Promise<void> {
    await this.relay.ask("POST", "/v1/resets", {
      ticket: toBase64(asked.ticket),
      request: toBase64(asked.request),
      handle: toBase64(asked.handle),
      salt: toBase64(asked.salt),
      profile: asked.profile,
      sign_in_secret: toBase64(asked.signInSecret),
      vault: toBase64(asked.vault),
    });
  }
}
