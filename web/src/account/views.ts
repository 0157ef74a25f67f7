/** The account as its owner's screen shows it: plain values, identifiers in hexadecimal, times in seconds. */

export interface SessionView {
  readonly session: string;
  readonly name: string | null; // what its owner called the computer; null: not said, or under another password
  readonly began: number;
  readonly used: number; // to the hour
  readonly known: boolean; // the computer had signed in before
  readonly current: boolean;
}

export interface DeviceView {
  readonly device: string;
  readonly name: string | null;
  readonly current: boolean; // this computer's, or that of the mailbox that is open here
  readonly places: readonly DevicePlace[];
}

/** In how many channels of an operation the device is, as far as they are open here. */
export interface DevicePlace {
  readonly operation: string;
  readonly channels: number;
}

export interface SecondFactorView {
  readonly on: boolean;
  readonly recoveryCodes: number; // how many are left
}

export interface AccountView {
  readonly name: string; // to sign in with
  readonly account: string;
  readonly relayName: string;
  readonly remembered: boolean; // this computer is known to the relay, also without a session (D6)
  readonly withDeviceSecret: boolean; // a new password asks for it
  readonly sessions: readonly SessionView[]; // the newest first
  readonly devices: readonly DeviceView[];
  readonly secondFactor: SecondFactorView;
}

/** What an authenticator is given: the one secret that its owner has to see. */
export interface TotpView {
  readonly secret: string; // in groups, to be typed
  readonly uri: string; // of the QR code
}

/** Shown once; nobody else has them. */
export interface RecoveryCodesView {
  readonly codes: readonly string[]; // in groups, as they are written down
}
