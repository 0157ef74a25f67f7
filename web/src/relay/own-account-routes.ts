/** The relay's routes for an account that is signed in to: sessions, devices, second factor, password (section 8). */

import { hex, type Bytes } from "../bytes";
import { asDocument, bytesOf, flagOf, listOf, numberOf, type Document } from "./answers";
import { toBase64 } from "./base64";
import type { Caller } from "./caller";

const ID_BYTES = 16;
const SOURCE_BYTES = 32;
const LABEL_BYTES = 104;

/** `used`: to the hour. `known`: it was begun on a computer that had signed in before. Times in seconds. */
export interface OpenSession {
  readonly session: Bytes; // names it, opens nothing
  readonly began: number;
  readonly used: number;
  readonly known: boolean;
  readonly current: boolean;
  readonly device: Bytes | null; // that this computer registered
  readonly label: Bytes | null; // sealed
}

export interface RegisteredDevice {
  readonly device: Bytes;
  readonly current: boolean;
  readonly label: Bytes | null; // sealed; of the computer that registered it
}

export interface SecondFactor {
  readonly totp: boolean;
  readonly recoveryCodes: number; // how many are left
}

export interface NewTotp {
  readonly signInSecret: Bytes;
  readonly secret: Bytes;
  readonly code: string;
  readonly recovery: readonly Bytes[]; // verifiers
}

export interface NewPassword {
  readonly signInSecret: Bytes; // that of the old one
  readonly code: string | null;
  readonly salt: Bytes;
  readonly profile: number;
  readonly newSignInSecret: Bytes;
  readonly version: number; // of the vault that `sealed` replaces
  readonly sealed: Bytes;
}

/** The vault's version now, and the key by which this computer alone is known. */
export interface PasswordChanged {
  readonly version: number;
  readonly source: Bytes;
}

/** Every call throws as `Caller.ask`; those that take a sign-in secret also `wrong_sign_in`, `code_needed`, `locked`. */
export class OwnAccountRoutes {
  constructor(private readonly relay: Caller) {}

  /** The newest first. */
  async sessions(): Promise<readonly OpenSession[]> {
    const answer = await this.relay.ask("GET", "/v1/sessions");
    return listOf(answer, "sessions", (item) => readSession(asDocument(item)));
  }

  async endSession(session: Bytes): Promise<void> {
    await this.relay.ask("DELETE", `/v1/sessions/${hex(session)}`);
  }

  async endOtherSessions(): Promise<void> {
    await this.relay.ask("DELETE", "/v1/sessions");
  }

  /** Those that have neither ended nor expired, the newest first. */
  async devices(): Promise<readonly RegisteredDevice[]> {
    const answer = await this.relay.ask("GET", "/v1/devices");
    return listOf(answer, "devices", (item) => readDevice(asDocument(item)));
  }

  /** Nobody adds it from now on, and the sessions of the computers that registered it end. */
  async endDevice(device: Bytes): Promise<void> {
    await this.relay.ask("DELETE", `/v1/devices/${hex(device)}`);
  }

  async secondFactor(): Promise<SecondFactor> {
    const answer = await this.relay.ask("GET", "/v1/account/totp");
    return { totp: flagOf(answer, "totp"), recoveryCodes: numberOf(answer, "recovery_codes") };
  }

  /** @throws RelayRefuses `wrong_sign_in`: the password, or no code of this secret; `taken`: there is one already. */
  async switchOnTotp({ signInSecret, secret, code, recovery }: NewTotp): Promise<void> {
    await this.relay.ask("POST", "/v1/account/totp", {
      sign_in_secret: toBase64(signInSecret),
      secret: toBase64(secret),
      code,
      recovery: recovery.map(toBase64),
    });
  }

  async switchOffTotp(signInSecret: Bytes, code: string): Promise<void> {
    await this.relay.ask("POST", "/v1/account/totp/off", { sign_in_secret: toBase64(signInSecret), code });
  }

  async renewRecoveryCodes(signInSecret: Bytes, code: string, recovery: readonly Bytes[]): Promise<void> {
    const document = { sign_in_secret: toBase64(signInSecret), code, recovery: recovery.map(toBase64) };
    await this.relay.ask("POST", "/v1/account/recovery-codes", document);
  }

  /** @throws RelayRefuses `stale_version`: another computer wrote the vault meanwhile; nothing was changed. */
  async changePassword(asked: NewPassword): Promise<PasswordChanged> {
    const answer = await this.relay.ask("POST", "/v1/account/password", {
      sign_in_secret: toBase64(asked.signInSecret),
      ...(asked.code === null ? {} : { code: asked.code }),
      salt: toBase64(asked.salt),
      profile: asked.profile,
      new_sign_in_secret: toBase64(asked.newSignInSecret),
      version: asked.version,
      sealed: toBase64(asked.sealed),
    });
    return { version: numberOf(answer, "version"), source: bytesOf(answer, "source", SOURCE_BYTES) };
  }
}

function readSession(document: Document): OpenSession {
  return {
    session: bytesOf(document, "session", ID_BYTES),
    began: numberOf(document, "began"),
    used: numberOf(document, "used"),
    known: flagOf(document, "known"),
    current: flagOf(document, "current"),
    device: optional(document, "device", ID_BYTES),
    label: optional(document, "label", LABEL_BYTES),
  };
}

function readDevice(document: Document): RegisteredDevice {
  return {
    device: bytesOf(document, "device", ID_BYTES),
    current: flagOf(document, "current"),
    label: optional(document, "label", LABEL_BYTES),
  };
}

function optional(document: Document, field: string, length: number): Bytes | null {
  return document[field] === undefined ? null : bytesOf(document, field, length);
}
