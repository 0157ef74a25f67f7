/** Whom a headline names: enough to know whether we are asked, and no more (ADR 0029). */

import assert from "node:assert/strict";
import test from "node:test";

import { channel, member, message } from "../../gallery/invented";
import { fromHex, hex } from "../../src/bytes";
import { decode } from "../../src/codec";
import { MalformedError } from "../../src/errors";
import { MAX_ADDRESSEES, type Addressee } from "../../src/forms/envelope";
import { answering, waitsFor } from "../../src/mailbox/answering";
import { clockOf } from "../../src/mailbox/clock";
import { listedOf } from "../../src/mailbox/headline";
import { encodeAddressees, listedAddressees, MAX_LISTED, readAddressees } from "../../src/mailbox/headline-addressees";
import { decodeHeadlines, encodeHeadlines, PAGE_NUMBERS } from "../../src/mailbox/headline-pages";
import type { KeptMessage } from "../../src/mailbox/journal";
import { Roster } from "../../src/mailbox/roster";
import { countingEntropy } from "../fakes/counting-entropy";
import { vectors } from "../vectors";

const draw = countingEntropy("addressees");
const OURS = draw(16);
const [US, OTHER] = [member("rotterdam", 2, "NL", { isUs: true }), member("quito", 2, "EC")];
const READERS = Roster.at([US, OTHER], channel("main", 1, "All", [US, OTHER]), 9);
const NOBODY_HAS = (place: number): Addressee => ({ role: String(place).padStart(32, "\u0001") });

function others(count: number): readonly Addressee[] {
  return Array.from({ length: count }, () => ({ account: hex(draw(16)) }));
}

function kept(number: number, to: readonly Addressee[], own = false): KeptMessage {
  const place = { operation: new Uint8Array(32), channel: new Uint8Array(16), generation: 1, sequence: number, logHash: new Uint8Array(32), epoch: 1n };
  const body = { language: "en", writtenAt: 1, to, answerBy: null, priority: "routine", handling: "H0", tlp: "GREEN", variant: "long", values: new Map() };
  const envelope = { message: draw(16), form: new Uint8Array(16), formHash: new Uint8Array(32), ledgerSequence: 1n, replyTo: null, body };
  return { kind: "message", number, place, account: new Uint8Array(16), identityKey: new Uint8Array(32), own, fromHistory: false, envelope } as unknown as KeptMessage;
}

/** The longest that is listed: roles that nobody has, then every country that can be written. */
function worst(): readonly Addressee[] {
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  const roles = Array.from({ length: MAX_LISTED }, (_, place) => NOBODY_HAS(1000 * Number(draw(1)[0]) + place));
  return [...roles, ...letters.flatMap((first) => letters.map((second) => ({ country: first + second })))];
}

test("a page of messages with 800 addressees each, all different, is a megabyte of headlines and not 40", () => {
  for (const to of [() => others(MAX_ADDRESSEES), worst]) {
    const items = Array.from({ length: 16 }, (_, place) => listedOf(kept(place + 1, to()), OURS));

    const size = encodeHeadlines({ items, briefs: null }).length * (PAGE_NUMBERS / items.length);

    assert.ok(size < 1_200_000, `${size} bytes`);
  }
});

test("whoever may be one of us stands in the headline behind any number of others; the rest is counted", () => {
  const ours: readonly Addressee[] = [{ account: hex(OURS) }, { country: "NL" }, { role: "officer" }];
  const to = [...others(700), ...ours, NOBODY_HAS(1)];

  const listed = listedAddressees(to, hex(OURS));

  assert.deepEqual(listed.to, [...to.slice(0, MAX_LISTED), ...ours]);
  assert.equal(listed.unlisted, 700 - MAX_LISTED + 1);
  assert.deepEqual(decode(encodeAddressees(listed), readAddressees), listed);
});

test("what we wrote ourselves names everybody: whom we wait for is always told", () => {
  const to = others(MAX_ADDRESSEES);

  const [read] = decodeHeadlines(encodeHeadlines({ items: [listedOf(kept(1, to, true), OURS)], briefs: null }), 0).items;

  assert.ok(read?.kind === "message" && read.unlisted === 0);
  assert.deepEqual(read.heading.to, to);
});

test("few addressees stand as they were written, in the form that older programs read", () => {
  const to = [...others(3), { country: "KE" }, NOBODY_HAS(2)];

  const listed = listedAddressees(to, hex(OURS));

  assert.deepEqual(listed, { to, unlisted: 0 });
  assert.equal(encodeAddressees(listed)[2], "[".charCodeAt(0));
});

test("a page that was written before there was a limit is read with all it names", () => {
  const { page, to } = vectors<{ page: string; to: Addressee[] }>("headlines/before_the_limit.json");

  const [read] = decodeHeadlines(fromHex(page), 0).items;

  assert.ok(read?.kind === "message" && to.length > MAX_LISTED);
  assert.deepEqual([read.heading.to, read.unlisted], [to, 0]);
});

test("we are asked, or not, whoever else is; that nobody is left to answer is said of those who are listed alone", () => {
  const asked = (to: readonly Addressee[], unlisted: number) =>
    answering({ ...message("00".repeat(32), 1, { author: OTHER.account, form: "alert", body: { to: [...to], answerBy: 60 } }), unlisted }, READERS, []);

  assert.ok(waitsFor(asked([{ country: "NL" }], 700), US.account));
  assert.ok(!waitsFor(asked([{ country: "KE" }], 700), US.account));
  assert.equal(clockOf(asked([{ country: "KE" }], 0), 0)?.kind, "answered"); // nobody is there who could
  assert.equal(clockOf(asked([{ country: "KE" }], 700), 0)?.kind, "left");
});

test("any bytes are addressees or malformed, and no more than a message can have", () => {
  for (let length = 0; length < 300; length += 1) {
    try {
      decode(draw(length), readAddressees);
    } catch (error) {
      assert.ok(error instanceof MalformedError, String(error));
    }
  }
  const tooMany = encodeAddressees({ to: others(MAX_LISTED + 1), unlisted: MAX_ADDRESSEES });
  assert.throws(() => decode(tooMany, readAddressees), MalformedError);
});
