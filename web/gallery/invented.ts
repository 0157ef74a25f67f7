/** Invented messages and people, for the gallery and the tests: every name, number and firm in them is made up. */

import type { JsonObject, JsonValue } from "../src/forms/canonical-json";
import type { BodyView, Extent, MessageView } from "../src/mailbox/views";
import type { ChannelView, MemberView, Overview } from "../src/operation/overview";

/** 22 November 2026, 02:41 UTC. */
export const NOW = 1_795_315_260;

/** What differs from an unremarkable message. `values` as plain objects. */
export interface Said {
  readonly author: string;
  readonly form: string; // its name is its hash here
  readonly values?: Plain;
  readonly minutesAgo?: number;
  readonly channel?: string;
  readonly id?: string;
  readonly replyTo?: string | null;
  readonly own?: boolean;
  readonly read?: boolean;
  readonly flagged?: boolean;
  readonly acknowledgedBy?: readonly string[];
  readonly body?: Partial<BodyView>;
  readonly authorRevoked?: boolean;
  readonly fromHistory?: boolean;
  readonly extent?: Extent;
}

export type Plain = { readonly [key: string]: string | number | boolean | readonly (string | Plain)[] | Plain };

export const EMPTY_BODY: BodyView = {
  values: new Map(),
  language: "en",
  writtenAt: NOW,
  to: [],
  answerBy: null,
  expectedAction: null,
  priority: "routine",
  handling: "H0",
  handlingText: null,
  tlp: "AMBER",
  evaluation: null,
  variant: "long",
  attachments: [],
};

/** A message of the operation `operation`, entry `sequence` of its channel's log. */
export function message(operation: string, sequence: number, said: Said): MessageView {
  const channel = said.channel ?? id("main");
  return {
    key: `${channel}/1/${sequence}`,
    operation,
    channel,
    generation: 1,
    sequence,
    message: said.id ?? id(`m${sequence}`),
    author: said.author,
    own: said.own ?? false,
    authorRevoked: said.authorRevoked ?? false,
    fromHistory: said.fromHistory ?? false,
    form: said.form,
    formHash: said.form,
    ledgerSequence: 100,
    replyTo: said.replyTo ?? null,
    extent: said.extent ?? "whole",
    body: {
      ...EMPTY_BODY,
      writtenAt: NOW - (said.minutesAgo ?? 0) * 60,
      values: object(said.values ?? {}),
      ...said.body,
    },
    unlisted: 0,
    acknowledgedBy: said.acknowledgedBy ?? [],
    marks: { read: said.read ?? true, flagged: said.flagged ?? false },
  };
}

export function member(name: string, role: number, country: string | null, more: Partial<MemberView> = {}): MemberView {
  return {
    account: id(name),
    profile: { name, organisation: "Customs", country },
    role,
    firstAdmittedAt: 1,
    admittedAt: 1,
    revokedAt: null,
    isUs: false,
    ...more,
  };
}

/** A channel that everybody reads who belongs. */
export function channel(name: string, kind: number, title: string, members: readonly MemberView[]): ChannelView {
  return {
    channel: id(name),
    title: { en: title },
    kind,
    generation: 1,
    readers: members.filter((one) => one.revokedAt === null).map((one) => one.account),
    weRead: true,
  };
}

export function overview(
  operation: string,
  title: string,
  members: readonly MemberView[],
  channels: readonly ChannelView[],
): Overview {
  return {
    operation,
    words: ["amber", "basin", "cedar", "delta", "ember", "fable", "grove", "heron", "inlet", "jetty", "kayak", "lunar"],
    purpose: { title: { en: title }, purpose: { en: "An invented operation." }, legalBasis: "None: it is invented." },
    phase: 4,
    exercise: false,
    entries: 101,
    time: NOW - 300,
    weBelong: true,
    members,
    channels,
    frozen: null,
    troubles: [],
  };
}

/** 16 bytes in hexadecimal that begin with the letters of a name. */
export function id(name: string): string {
  return Array.from(new TextEncoder().encode(name).slice(0, 16), (byte) => byte.toString(16).padStart(2, "0"))
    .join("")
    .padEnd(32, "0");
}

export function object(plain: Plain): JsonObject {
  return new Map(Object.entries(plain).map(([key, value]) => [key, json(value)]));
}

function json(value: Plain[string]): JsonValue {
  if (typeof value !== "object") {
    return value;
  }
  return Array.isArray(value) ? (value as readonly (string | Plain)[]).map(json) : object(value as Plain);
}
