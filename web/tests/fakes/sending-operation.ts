/** An operation of Python's making whose members the tests can be, down to their keys (tests/vectors/sending/). */

import { fromHex } from "../../src/bytes";
import { decodeSignedEntry, type SignedEntry } from "../../src/ledger/entry";
import { replay, type Ledger } from "../../src/ledger/ledger";
import { SigningKey } from "../../src/primitives/signatures";
import { vectors } from "../vectors";

export interface Person {
  readonly account: string;
  readonly identity_seed: string;
}

interface Fixture {
  readonly relay_seed: string;
  readonly channel: string;
  readonly bilateral: string;
  readonly form: string;
  readonly contents: Readonly<Record<string, string>>;
  readonly coordinators: readonly Person[];
  readonly officers: readonly Person[];
  readonly entries: readonly string[];
  readonly revocation: string;
}

export const NOW = 1_700_000_000; // seconds; the operation's own time

const FIXTURE = vectors<Fixture>("sending/operation.json");
export const FORM = fromHex(FIXTURE.form);
export const CHANNEL = fromHex(FIXTURE.channel);
export const BILATERAL = fromHex(FIXTURE.bilateral);
export const RELAY_KEY = new SigningKey(fromHex(FIXTURE.relay_seed));
export const [CREATOR] = FIXTURE.coordinators;
export const OFFICERS = FIXTURE.officers;

/** The entries of `ledgerOfTheFixture`, as a relay shows them. */
export function entries(): readonly Uint8Array[] {
  return FIXTURE.entries.map((entry) => fromHex(entry));
}

/** As far as everybody knows it at first. */
export function ledgerOfTheFixture(): Ledger {
  return replay(FIXTURE.entries.map((entry) => decodeSignedEntry(fromHex(entry))));
}

/** The entry by which the unit revokes the last officer. */
export function revocation(): SignedEntry {
  return decodeSignedEntry(fromHex(FIXTURE.revocation));
}

/** What the ledger names by blob. */
export function contents(): ReadonlyMap<string, Uint8Array> {
  return new Map(Object.entries(FIXTURE.contents).map(([blob, content]) => [blob, fromHex(content)]));
}
