/** Mailboxes with messages of many scripts that a test searches. */

import { readFileSync } from "node:fs";

import { NIGHT } from "../../gallery/messages";
import { EMPTY_BODY, object } from "../../gallery/invented";
import { newDevice } from "../../src/account/own-device";
import { fromHex, hex, type Bytes } from "../../src/bytes";
import type { MessageDelivered, Place } from "../../src/channel/events";
import type { JsonObject } from "../../src/forms/canonical-json";
import { encodeEnvelope } from "../../src/forms/envelope-writing";
import type { Attachment } from "../../src/forms/attachment";
import type { Envelope } from "../../src/forms/envelope";
import type { FormVersion } from "../../src/ledger/effects";
import { Mailbox } from "../../src/mailbox/mailbox";
import { load } from "../../src/mailbox/opening";
import { Readings } from "../../src/mailbox/readings";
import { Searching, type Finding } from "../../src/mailbox/searching";
import type { Operation } from "../../src/operation/operation";
import { sha256 } from "../../src/primitives/hashes";
import { SigningKey } from "../../src/primitives/signatures";
import { RelayClient } from "../../src/relay/relay-client";
import type { StateStore } from "../../src/store/state-store";
import { countingEntropy } from "../fakes/counting-entropy";
import { contents, ledgerOfTheFixture, NOW, OFFICERS } from "../fakes/sending-operation";
import { LISTS, tongue } from "../forms/shipped";
import { ROOT } from "../vectors";

const [ANNA, BELA] = OFFICERS.map(({ account, identity_seed: seed }) => {
  const identity = new SigningKey(fromHex(seed));
  const own = newDevice(fromHex(account), identity, NOW, (length) => new Uint8Array(length).fill(7));
  return { ...own, account: fromHex(account), identityKey: identity.publicKey, identity };
}) as [Officer, Officer];
type Officer = ReturnType<typeof newDevice> & { account: Bytes; identityKey: Bytes; identity: SigningKey };

const FORMS = ["alert", "response", "seizure", "note"];
export const SAID = NIGHT.filter((one) => FORMS.includes(one.form));
const ledger = ledgerOfTheFixture();
export const OPERATION = ledger.operation;

/** The fixture's operation, with the forms that ship. */
const shipped = FORMS.map((name) => [name, readFileSync(`${ROOT}/web/build/forms/${name}.json`)] as const);
const versions = new Map(
  shipped.map(([name, definition]): [string, FormVersion] => {
    const blob = sha256(new TextEncoder().encode(name)).slice(0, 16);
    return [hex(blob), { definition: { blob, hash: sha256(definition) }, sequence: 3 } as unknown as FormVersion];
  }),
);
const definitions = new Map(shipped.map(([name, text]) => [hex(sha256(new TextEncoder().encode(name)).slice(0, 16)), new Uint8Array(text)]));
const operation = {
  ledger: Object.create(ledger, { forms: { value: versions } }) as Operation["ledger"],
  contents: new Map([...contents(), ...definitions]),
  head: { statement: { time: 1n } },
  troubles: [],
  frozen: null,
} as unknown as Operation;

/** The mailbox in that store, and what seeks in it; `lacking`: its forms are not here yet. */
export async function opened(store: StateStore, { isLacking = false } = {}): Promise<{ mailbox: Mailbox; searching: Searching }> {
  const vault = { identityKey: ANNA.identity, exchangeKey: new Uint8Array(32).fill(2), devices: [], pins: new Map(), mailboxKeys: [] };
  const mailbox = new Mailbox(store, ANNA, vault, {
    relay: new RelayClient("http://relay.example"),
    publisher: { publish: () => Promise.reject(new Error("nothing is sent here")) },
    entropy: countingEntropy("searched"),
    now: () => NOW,
    sleep: () => Promise.resolve(),
    judgeReport: () => undefined,
  });
  await load(mailbox, () => Promise.reject(new Error("there is no channel here")), () => undefined);
  mailbox.ownOperations.verified.set(hex(OPERATION), isLacking ? { ...operation, contents: contents() } : operation);
  return { mailbox, searching: new Searching(mailbox, async (language) => new Readings(tongue(language), LISTS)) };
}

/** As if its forms had come since `opened`. */
export function giveForms(mailbox: Mailbox): void {
  mailbox.ownOperations.verified.set(hex(OPERATION), operation);
}

/** The store with so many messages, from number `first` on. */
export async function fill(store: StateStore, count: number, first = 1): Promise<void> {
  const { mailbox } = await opened(store);
  const fetched = Array.from({ length: count }, (_, place) => delivered(first + place));
  await mailbox.write(new Map(), { history: { operation: OPERATION, fetched } });
}

/** Bundles of everything are made and kept. */
export async function bundle(store: StateStore): Promise<void> {
  const { searching } = await opened(store);
  await searching.bundle(async () => true);
}

/** What is found, by number in the journal, as it was told. */
export async function find(searching: Searching, mailbox: Mailbox, typed: string, language = "en"): Promise<readonly number[]> {
  const findings: Finding[] = [];
  await searching.search({ typed, language }, (finding) => findings.push(finding));
  return numbers(mailbox, findings);
}

export function numbers(mailbox: Mailbox, findings: readonly Finding[]): readonly number[] {
  const found = findings.flatMap((one) => one.found);
  return found.map((key) => mailbox.holdings.at(key)!.number).sort((one, other) => one - other);
}

/** The messages of the gallery again and again, in two channels, each with a container of its own. */
export function delivered(number: number, changed: Partial<{ values: JsonObject; files: readonly string[] }> = {}): MessageDelivered {
  const { form, values = {}, body } = SAID[number % SAID.length]!;
  const blob = sha256(new TextEncoder().encode(form)).slice(0, 16);
  const author = number % 3 === 0 ? BELA : ANNA;
  const files = (changed.files ?? (body?.attachments ?? []).map((file) => file.name)).map((name) => attachment(name, number));
  const text = form === "note" ? { text: `CSQU${3_000_000 + number} ${String(values["text"] ?? "")}` } : {};
  const envelope: Envelope = {
    message: sha256(new TextEncoder().encode(`message ${number}`)).slice(0, 16),
    operation: OPERATION,
    channel: new Uint8Array(16).fill(number % 2),
    author: sha256(author.certificate),
    ledgerSequence: 3n,
    ledgerHash: new Uint8Array(32),
    form: blob,
    formHash: sha256(definitions.get(hex(blob))!),
    replyTo: null,
    body: { ...EMPTY_BODY, ...body, attachments: files, values: changed.values ?? object({ ...values, ...text }), writtenAt: NOW + number },
  };
  const place: Place = {
    operation: OPERATION,
    channel: envelope.channel,
    generation: 1,
    sequence: number,
    logHash: new Uint8Array(32).fill(3),
    epoch: 4n,
  };
  return {
    kind: "message",
    place,
    account: author.account,
    identityKey: author.identityKey,
    certificate: author.certificate,
    salt: new Uint8Array(32).fill(5),
    own: false,
    authorRevoked: false,
    signed: { content: encodeEnvelope(envelope), signature: new Uint8Array(64).fill(6) }, // nothing here verifies it again
    envelope,
  };
}

function attachment(name: string, number: number): Attachment {
  return {
    id: sha256(new TextEncoder().encode(name + number)).slice(0, 16),
    name,
    mediaType: "application/pdf",
    size: 1000,
    key: new Uint8Array(32).fill(1),
    hash: new Uint8Array(32).fill(2),
    chunkSize: 65_536,
  };
}
