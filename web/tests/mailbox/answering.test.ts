import assert from "node:assert/strict";
import test from "node:test";

import { channel, id, member, message, NOW } from "../../gallery/invented";
import { answering, waitsFor } from "../../src/mailbox/answering";
import { Roster } from "../../src/mailbox/roster";
import { clockOf, span } from "../../src/mailbox/clock";
import { Role } from "../../src/ledger/kinds";
import type { Addressee } from "../../src/forms/envelope";
import type { MemberView } from "../../src/operation/overview";
import { vectors } from "../vectors";

interface Cases {
  members: { name: string; role: keyof typeof Role; country: string | null; admitted_at: number; revoked_at: number | null }[];
  cases: {
    name: string;
    author: string;
    at: number;
    to: Addressee[];
    answer_by: number | null;
    acknowledged: string[];
    answers: string[];
    open: number[];
    waits_for: string[];
  }[];
  spans: [number, number, number, number][];
}

const OPERATION = "00".repeat(32);
const { members, cases, spans } = vectors<Cases>("answering/cases.json");
const MEMBERS: readonly MemberView[] = members.map((one) =>
  member(one.name, Role[one.role], one.country, { firstAdmittedAt: one.admitted_at, revokedAt: one.revoked_at }),
);
const MAIN = channel("main", 1, "All", MEMBERS);

for (const one of cases) {
  test(`as Python: ${one.name}`, () => {
    const to = one.to.map((addressee) => ("account" in addressee ? { account: id(addressee.account) } : addressee));
    const asking = {
      ...message(OPERATION, 1, {
        author: id(one.author),
        form: "alert",
        acknowledgedBy: one.acknowledged.map(id),
        body: { to, answerBy: one.answer_by },
      }),
      ledgerSequence: one.at,
    };
    const responses = one.answers.map((name, place) => message(OPERATION, 2 + place, { author: id(name), form: "response" }));

    const asked = answering(asking, Roster.at(MEMBERS, MAIN, asking.ledgerSequence), responses);

    assert.deepEqual(asked.open.map((demand) => asked.demands.indexOf(demand)), one.open);
    assert.deepEqual(members.map(({ name }) => name).filter((name) => waitsFor(asked, id(name))), one.waits_for);
  });
}

for (const [seconds, days, hours, minutes] of spans) {
  test(`as Python: ${seconds} s are ${days} d ${hours} h ${minutes} min`, () => {
    assert.deepEqual(span(seconds), { days, hours, minutes });
  });
}

test("the clock runs, presses, is late, and stops when all have answered", () => {
  const asked = (answerBy: number | null, answeredAt?: number): ReturnType<typeof answering> => {
    const asking = message(OPERATION, 1, { author: id("carla"), form: "alert", body: { to: [{ country: "KE" }], answerBy } });
    const answer = message(OPERATION, 2, { author: id("nairobi"), form: "response", body: { writtenAt: answeredAt ?? 0 } });
    return answering(asking, Roster.at(MEMBERS, MAIN, 100), answeredAt === undefined ? [] : [answer]);
  };

  assert.equal(clockOf(asked(null), NOW), null);
  assert.deepEqual(clockOf(asked(NOW + 7200), NOW), { kind: "left", span: span(7200), soon: false });
  assert.deepEqual(clockOf(asked(NOW + 1800), NOW), { kind: "left", span: span(1800), soon: true });
  assert.deepEqual(clockOf(asked(NOW - 90), NOW), { kind: "late", span: span(90) });
  assert.deepEqual(clockOf(asked(NOW + 60, NOW), NOW + 9999), { kind: "answered", late: false });
  assert.deepEqual(clockOf(asked(NOW - 60, NOW), NOW), { kind: "answered", late: true });
});
