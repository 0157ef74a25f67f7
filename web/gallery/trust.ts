/** What the page may have to say of trust, one thing at a time: ?trust=stale, frozen, ended or again. */

import type { SignsOfLife } from "../src/channel/views";
import type { FrozenView, Overview } from "../src/operation/overview";
import { NOW } from "./invented";

export type Trouble = "stale" | "frozen" | "ended" | "again" | null;

const HOUR = 3600; // seconds

const FROZEN: FrozenView = {
  sentence: "the relay signed two ledgers that differ at entry 100",
  relayKey: "9".repeat(64),
  statements: [
    { sequence: 100, hash: "b".repeat(64), time: NOW - HOUR, signed: "00" },
    { sequence: 100, hash: "4".repeat(64), time: NOW - HOUR + 60, signed: "01" },
  ],
};

export function troubleOf(asked: string | null): Trouble {
  return asked === "stale" || asked === "frozen" || asked === "ended" || asked === "again" ? asked : null;
}

export function signsOf(trouble: Trouble): SignsOfLife | null {
  return trouble === "stale" ? { interval: 300, heardAt: NOW - 2 * HOUR, enteredAt: NOW - 9 * HOUR } : null;
}

export function troubled(overview: Overview, trouble: Trouble): Overview {
  return { ...overview, frozen: trouble === "frozen" ? FROZEN : null, weBelong: trouble !== "ended" };
}
