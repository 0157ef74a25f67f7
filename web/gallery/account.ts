/** An invented account of an officer, and what its worker would answer. */

import type { AccountView } from "../src/account/views";
import type { ProgramView } from "../src/program/views";
import type { AccountCallName, AccountCalls } from "../src/worker/account-calls";
import { CallFailed } from "../src/worker/worker-client";
import { id, NOW } from "./invented";
import * as who from "./people";

const HOUR = 3600; // seconds

const ACCOUNT: AccountView = {
  name: "rotterdam.desk",
  account: id("rotterdam"),
  relayName: "relay.example",
  remembered: true,
  withDeviceSecret: false,
  sessions: [
    { session: id("s1"), name: "Firefox, Windows", began: NOW - 2 * HOUR, used: NOW, known: false, current: true },
    { session: id("s2"), name: "kantoor-14", began: NOW - 200 * HOUR, used: NOW - 3 * HOUR, known: true, current: false },
    { session: id("s3"), name: null, began: NOW - 5 * HOUR, used: NOW - 5 * HOUR, known: false, current: false },
  ],
  devices: [
    {
      device: id("d1"),
      name: "Firefox, Windows",
      current: true,
      places: [
        { operation: who.HERON, channels: 3 },
        { operation: who.AMBER, channels: 1 },
      ],
    },
    { device: id("d2"), name: "kantoor-14", current: false, places: [{ operation: who.HERON, channels: 2 }] },
    { device: id("d3"), name: null, current: false, places: [] },
  ],
  secondFactor: { on: false, recoveryCodes: 0 },
};

const digest = (name: string): string => id(name).repeat(2).slice(0, 64);

export const PROGRAM: ProgramView = {
  fingerprint: (digest("program 41").match(/.{4}/g) ?? []).join(" "),
  files: ["assets/icon.svg", "assets/page.js", "assets/style.css", "assets/worker.js", "index.html"].map((path) => {
    return { path, digest: digest(path), listed: path !== "assets/style.css" };
  }),
};

const CODES = Array.from({ length: 10 }, (_, place) => `${id(`code ${place}`).slice(0, 20).toUpperCase()}`)
  .map((code) => (code.match(/.{5}/g) ?? []).join("-"));

const ANSWERS: { readonly [Name in AccountCallName]: (ask: AccountCalls[Name]["ask"]) => AccountCalls[Name]["answer"] } = {
  account: () => ACCOUNT,
  endSession: ({ session }) => ({ ...ACCOUNT, sessions: ACCOUNT.sessions.filter((one) => one.session !== session) }),
  endOtherSessions: () => ({ ...ACCOUNT, sessions: ACCOUNT.sessions.filter((one) => one.current) }),
  forgetComputer: () => ({ ...ACCOUNT, remembered: false }),
  endDevice: ({ device }) => ({
    account: { ...ACCOUNT, devices: ACCOUNT.devices.filter((one) => one.device !== device) },
    channels: 2,
  }),
  newTotp: () => ({
    secret: "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP",
    uri: "otpauth://totp/relay.example:rotterdam.desk?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=relay.example",
    codes: CODES,
  }),
  switchOnTotp: () => ({ ...ACCOUNT, secondFactor: { on: true, recoveryCodes: CODES.length } }),
  switchOffTotp: () => ACCOUNT,
  newRecoveryCodes: () => ({ codes: CODES }),
  renewRecoveryCodes: () => ({ ...ACCOUNT, secondFactor: { on: true, recoveryCodes: CODES.length } }),
  changePassword: () => {
    throw new CallFailed({ code: "wrong_sign_in", sentence: "no", retryAfter: null, since: null });
  },
};

export async function askedOfAccount<Name extends AccountCallName>(
  call: Name,
  ask: AccountCalls[Name]["ask"],
): Promise<AccountCalls[Name]["answer"]> {
  return ANSWERS[call](ask);
}

export function titleOf(operation: string): string {
  return operation === who.HERON ? "Operation Grey Heron" : "Exercise Amber Coast";
}
