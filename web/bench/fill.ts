/**
 * A mailbox of many messages at a real relay, as a long operation leaves it: bench/browser_opening.py starts this.
 *
 *     node build/bench/fill.mjs < START      (one JSON document; bytes in hexadecimal)
 *
 * Signs in as the browser does and writes through the mailbox that the browser has. The messages were in no log, and
 * nobody signed them: what is measured reads a mailbox, whose rows were judged when they came.
 */

import { KEEPS_NOTHING } from "../src/account/known-computer";
import { text } from "node:stream/consumers";

import { NIGHT } from "../gallery/messages";
import { EMPTY_BODY, object, type Said } from "../gallery/invented";
import { signIn } from "../src/account/signing-in";
import { newDevice } from "../src/account/own-device";
import { fromHex, type Bytes } from "../src/bytes";
import type { MessageDelivered, Place } from "../src/channel/events";
import { encodeSeen, seenKey } from "../src/channel/seen";
import type { JsonObject, JsonValue } from "../src/forms/canonical-json";
import { encodeEnvelope } from "../src/forms/envelope-writing";
import { encodeSigned } from "../src/forms/signed";
import { Mailbox } from "../src/mailbox/mailbox";
import { load } from "../src/mailbox/opening";
import { Searching } from "../src/mailbox/searching";
import { Group } from "../src/mls/group";
import { systemEntropy } from "../src/primitives/entropy";
import { sha256 } from "../src/primitives/hashes";
import { stretch } from "../src/primitives/password";
import { SigningKey } from "../src/primitives/signatures";
import { RelayClient } from "../src/relay/relay-client";
import { handOver, takeMailbox } from "../src/roaming/holding";

/** Whose mailbox, and what is in it. The first of `people` is the officer, the others write to them. */
interface Start {
  readonly origin: string;
  readonly name: string;
  readonly password: string;
  readonly operation: string;
  readonly channel: string;
  readonly forms: Readonly<Record<string, readonly [blob: string, hash: string]>>; // by name
  readonly people: readonly { readonly account: string; readonly identitySeed: string }[];
  readonly count: number;
  readonly now: number; // seconds
}

interface Writer {
  readonly account: Bytes;
  readonly identityKey: Bytes;
  readonly certificate: Bytes;
}

const SAVE_EVERY = 250;
const SECONDS_BETWEEN = 180;
const OPEN_AT_THE_END = 40; // messages of which the newest are not read yet
const FREE: ReadonlySet<string> = new Set(["text", "reason", "reason_text", "remarks"]);
const VOCABULARY = [...new Set(JSON.stringify(NIGHT).match(/\p{L}{3,}/gu))];
const LEDGER_SEQUENCE = 6n; // where everybody belongs

const start = JSON.parse(await text(process.stdin)) as Start;
const [operation, channel] = [fromHex(start.operation), fromHex(start.channel)];
const writers = start.people.map(writer);
const said = NIGHT.filter((one) => one.form in start.forms);

const relay = new RelayClient(start.origin);
const typed = { name: start.name, password: start.password, code: null, deviceSecret: null, remember: false };
const access = await signIn(typed, { relay, stretch, entropy: systemEntropy, computerName: "bench", known: KEEPS_NOTHING }, () => Promise.resolve());
const holding = await takeMailbox(access, false, {
  lockTab: () => Promise.resolve(() => undefined),
  entropy: systemEntropy,
  now: () => start.now,
});
const { store, device, vault, publisher } = holding;
const mailbox = new Mailbox(store, device, vault, {
  relay: holding.relay,
  publisher,
  entropy: systemEntropy,
  now: () => start.now,
  sleep: () => Promise.resolve(),
  judgeReport: () => undefined,
});
const keys = { credential: device.certificate, signingKey: device.signingKey };
await load(mailbox, (secret, tree) => Group.restore(secret, tree, keys), () => undefined);
await mailbox.followLedger(operation);
const already = mailbox.holdings.messages(start.operation).length;
for (let number = already + 1; number <= already + start.count; number += 1) {
  await take(message(number, already + start.count));
  if (number % SAVE_EVERY === 0) {
    await store.save().catch(() => store.save()); // a busy machine lets connections end between two saves
  }
}
const searching = new Searching(mailbox, () => Promise.reject(new Error("nothing is sought here")));
await searching.bundle(() => Promise.resolve(true)); // as a browser does beside everything else
await handOver(holding);
await access.relay.signOut();

async function take(event: MessageDelivered): Promise<void> {
  const key = seenKey(operation, event.identityKey, event.envelope.message);
  const seen = encodeSeen(sha256(encodeSigned(event.signed)), event.place);
  await mailbox.write(new Map([[key, seen]]), { event });
}

/** The night of the gallery again and again, with words of its own each time; answers belong to the story before them. */
function message(number: number, all: number): MessageDelivered {
  const { form, values = {}, body, replyTo, own = false }: Said = said[number % said.length] ?? { author: "", form: "note" };
  const author = own ? 0 : 1 + (number % (writers.length - 1));
  const { account, identityKey, certificate } = writers[author] ?? writer({ account: "", identitySeed: "" });
  const [blob, hash] = start.forms[form] ?? ["", ""];
  const writtenAt = start.now - (all - number) * SECONDS_BETWEEN;
  const isOpen = all - number < OPEN_AT_THE_END;
  const envelope = {
    message: sha256(new TextEncoder().encode(`message ${number}`)).slice(0, 16),
    operation,
    channel,
    author: sha256(certificate),
    ledgerSequence: LEDGER_SEQUENCE,
    ledgerHash: new Uint8Array(32),
    form: fromHex(blob),
    formHash: fromHex(hash),
    replyTo: replyTo === undefined || replyTo === null ? null : storyOf(number, replyTo),
    body: {
      ...EMPTY_BODY,
      ...body,
      values: varied(object(values), number),
      attachments: [],
      writtenAt,
      to: own || number % 8 === 0 ? [{ country: number % 16 === 0 || own ? "FR" : "MA" }] : [],
      answerBy: isOpen && (own || number % 8 === 0) ? writtenAt + 12 * 3600 : null,
    },
  };
  const place: Place = {
    operation,
    channel,
    generation: 1,
    sequence: number,
    logHash: sha256(new TextEncoder().encode(`entry ${number}`)),
    epoch: 1n,
  };
  const signed = { content: encodeEnvelope(envelope), signature: systemEntropy(64) };
  return {
    kind: "message",
    place,
    account,
    identityKey,
    certificate,
    salt: systemEntropy(32),
    own,
    authorRevoked: false,
    signed,
    envelope,
  };
}

/** As no other message says it: a container of its own, and free texts go on with words drawn from all of them. */
function varied(value: JsonObject, number: number): JsonObject {
  let drawn = 0;
  const draw = (most: number): number => {
    drawn += 1;
    const [first = 0, second = 0, third = 0] = sha256(new TextEncoder().encode(`draw ${number} ${drawn}`));
    return ((first << 16) + (second << 8) + third) % most;
  };
  const vary = (inner: JsonValue, field: string): JsonValue => {
    if (Array.isArray(inner)) {
      return (inner as readonly JsonValue[]).map((one) => vary(one, field));
    }
    if (inner instanceof Map) {
      return new Map([...(inner as JsonObject)].map(([name, one]) => [name, vary(one, name)]));
    }
    if (typeof inner === "string" && FREE.has(field)) {
      return [inner, ...Array.from({ length: 12 }, () => VOCABULARY[draw(VOCABULARY.length)] ?? "")].join(" ");
    }
    return typeof inner === "string" && field === "container_no" ? `TEMU${1_000_000 + draw(8_999_999)}` : inner;
  };
  return vary(value, "") as JsonObject; // a Map stays one
}

/** The newest message before `number` that is the gallery's `named`. */
function storyOf(number: number, named: string): Bytes | null {
  for (let at = number - 1; at > number - said.length && at > 0; at -= 1) {
    if (said[at % said.length]?.id === named) {
      return sha256(new TextEncoder().encode(`message ${at}`)).slice(0, 16);
    }
  }
  return null;
}

function writer({ account, identitySeed }: Start["people"][number]): Writer {
  const key = new SigningKey(fromHex(identitySeed));
  const { certificate } = newDevice(fromHex(account), key, start.now, systemEntropy);
  return { account: fromHex(account), identityKey: key.publicKey, certificate };
}
