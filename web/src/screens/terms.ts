/** What the numbers of the ledger are called. */

import type { Words } from "../words";

const ROLES: Readonly<Record<number, string>> = {
  1: "Coordinator",
  2: "Officer",
  3: "Analyst",
  4: "Archive",
  5: "nCEN",
  6: "CEN",
};

const KINDS: Readonly<Record<number, string>> = {
  1: "Main channel",
  2: "Coordination unit",
  3: "Bilateral",
  4: "Regional",
  5: "Release to CEN",
};

const PHASES: Readonly<Record<number, string>> = {
  1: "Planning",
  2: "Test",
  3: "Preparation",
  4: "Operational",
  5: "Follow-up",
  6: "Closed",
};

const NODES: ReadonlySet<number> = new Set([4, 5, 6]);

export function role(words: Words, number: number): string {
  return words.say(ROLES[number] ?? "?");
}

export function channelKind(words: Words, number: number): string {
  return words.say(KINDS[number] ?? "?");
}

export function phase(words: Words, number: number): string {
  return words.say(PHASES[number] ?? "?");
}

/** A store that reads and keeps, not a person. */
export function isNode(number: number): boolean {
  return NODES.has(number);
}
