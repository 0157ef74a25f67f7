import assert from "node:assert/strict";
import test from "node:test";

import type { JsonObject } from "../../src/forms/canonical-json";
import { repeatedContainers, withContainers } from "../../src/forms/container-paste";
import { isRepairable, repaired } from "../../src/forms/repair";
import { stopsOf } from "../../src/forms/route";
import { canBeKept, rowsOf } from "../../src/forms/values";
import { assess } from "../../src/forms/validation";
import { form, given, LISTS, tongue } from "./shipped";

const NOW = 1_795_305_600; // 2026-11-22
const CONVEYANCES = form("alert").blocks.find((block) => block.name === "conveyances")!;
const ROUTE = form("alert").blocks.find((block) => block.name === "route")!;

function rows(...given_: object[]): readonly JsonObject[] {
  return given_.map((row) => given(row) as JsonObject);
}

function numbers(found: readonly JsonObject[]): unknown[] {
  return found.map((row) => row.get("container_no"));
}

test("a pasted list of containers becomes rows, however its numbers are written", () => {
  const pasted = [
    "1\tTEMU 930541-2\tseal 4411",
    "2;csqu-305.438/3;20GP",
    "CSQU3054383 again, (MSCU 123456 6)",
    "ref XTEMU9305412, TEMU93054123, +31 20 1234567",
    "TEMU930541", // the next line is no part of it
    "2",
    "MSKU ٩٠٧٠٣٢ ٣",
  ].join("\r\n");

  const result = withContainers(CONVEYANCES, rows({ mode: "1", type: "container_ship", vessel_name: "Invented" }), pasted);

  assert.deepEqual(numbers(result.rows), ["TEMU9305412", "CSQU3054383", "MSCU1234566", "MSKU9070323"]);
  assert.deepEqual({ ...result, rows: null }, { rows: null, taken: 4, wrong: 0, known: 1, left: 0 });
  assert.equal(result.rows[0]!.get("vessel_name"), "Invented"); // the open row gets the first number
  assert.deepEqual(result.rows[1], given({ mode: "1", type: "container_ship", container_no: "CSQU3054383" }));
});

test("five thousand pasted numbers fill what there is room for, and the rest is counted", () => {
  const pasted = Array.from({ length: 5_000 }, (_, number) => `ABCU${String(number).padStart(6, "0")}0`).join("\n");

  const result = withContainers(CONVEYANCES, rows({ mode: "1", container_no: "ABCU0000000" }), pasted);

  assert.equal(result.rows.length, CONVEYANCES.maxRows);
  assert.equal(result.taken + result.left + result.known, 5_000);
  assert.ok(result.wrong > 0);
});

test("a paste without numbers changes nothing, nor does one without end", () => {
  const before = rows({ mode: "1" });

  assert.equal(withContainers(CONVEYANCES, before, "Dear colleague,\nno containers today.").rows, before);
  assert.equal(withContainers(CONVEYANCES, before, "ABCU".repeat(1_000_000)).rows, before);
});

test("a number in two rows is told, confirmed as seen or not", () => {
  const twice = rows({ container_no: "TEMU9305413" }, { mode: "1" }, { container_no: { as_seen: "TEMU9305413" } });

  assert.deepEqual(repeatedContainers(CONVEYANCES, twice), ["TEMU9305413"]);
  assert.deepEqual(repeatedContainers(CONVEYANCES, rows({ mode: "1" }, { mode: "1" })), []);
});

test("a route is a line of stops, and one before the stop above is told as far as dates are known", () => {
  const stops = stopsOf(
    ROUTE,
    rows(
      { role: "origin", place: { code: "ECGYE", city: "Guayaquil", country: "EC" }, date: "2026-11-05" },
      { role: "transit", place: { country: "PA" } },
      { role: "transit", place: { site: "Old depot" }, date: "2026-11" },
      { role: "destination", date: "2026-10-30" },
    ),
    tongue("fr"),
  )!;

  assert.deepEqual(stops.map(({ place }) => place), ["Guayaquil", "Panama", "Old depot", ""]);
  assert.deepEqual(stops.map(({ early }) => early), [false, false, false, true]);
  assert.equal(stops[0]!.role, "Origine");
  assert.equal(stopsOf(CONVEYANCES, rows({ mode: "1" }), tongue("fr")), null);
});

test("what nobody sees in a text is taken out when its writer asks, and then the text is accepted", () => {
  const hostile = "Invented\u202e stiurF\u200b Ltd\u0007\u2028e\u0301";
  const place = { city: "Nai\u2066robi", country: "KE" };
  const note = given({ text: hostile }) as JsonObject;
  const faults = assess(form("note"), note, { variant: "long", lists: LISTS, writtenAt: NOW }).faults;

  assert.ok(faults.length > 0 && faults.every(isRepairable));
  assert.equal(repaired(hostile, false), "Invented stiurF Ltd é");
  assert.equal(repaired("a\r\nb\tc", true), "a\nb\tc");
  assert.equal(repaired("\u200b", false), undefined);
  assert.deepEqual(repaired(given(place), false), given({ city: "Nairobi", country: "KE" }));
  const mended = given({ text: repaired(hostile, true) }) as JsonObject;
  assert.deepEqual(assess(form("note"), mended, { variant: "long", lists: LISTS, writtenAt: NOW }).faults, []);
});

test("a whole e-mail in a name is refused with its length, and is still there", () => {
  const email = `From: somebody\r\n${"All work and no play. ".repeat(400)}`;
  const values = given({ persons: [{ role: "courier", surname: email }] }) as JsonObject;

  const { faults } = assess(form("seizure"), values, { variant: "long", lists: LISTS, writtenAt: NOW });

  const told = faults.find(({ path }) => path === "persons[0].surname")!;
  assert.equal(told.code, "too_long");
  assert.match(tongue("en").explain(told), /150 characters; it has 8816/);
  assert.equal(rowsOf(values, "persons")[0]!.get("surname"), email);
});

test("what is more than a draft holds is known before it is kept", () => {
  assert.equal(canBeKept(given({ text: "x".repeat(300_000) }) as JsonObject), true);
  assert.equal(canBeKept(given({ text: "x".repeat(400_000) }) as JsonObject), false);
  assert.equal(canBeKept(given({ text: "cut in a letter \ud83d" }) as JsonObject), false);
});
