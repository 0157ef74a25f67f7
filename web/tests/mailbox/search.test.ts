import assert from "node:assert/strict";
import test from "node:test";

import { object } from "../../gallery/invented";
import { fold, foldAll, has, textsOf, wordsOf } from "../../src/mailbox/search";

const SAID: Readonly<Record<string, readonly string[]>> = {
  container: ["TEMU9305412", "Reefer with bananas"],
  spaced: ["MSKU 113409-9", "Câble d’acier, Œuvres"],
  arabic: ["حَاوِيَة مـــشبوهة في دبي", "رقم ٤٤٢١٩"],
  persian: ["کشتی در بندر عباس", "۱۲۳۴۵"],
  turkish: ["İSTANBUL, Ambarlı limanı"],
  cyrillic: ["Груз из Владивостока, чёрный ящик"],
  chinese: ["集装箱 上海"],
};

function found(typed: string): string[] {
  const words = wordsOf(typed);
  return Object.entries(SAID).flatMap(([key, texts]) => (has(words, foldAll(texts)) ? [key] : []));
}

test("a container is found by any part of its number, however it is spaced", () => {
  for (const typed of ["TEMU 930541-2", "temu9305412", "30541", "TEMU 9305412 bananas"]) {
    assert.deepEqual(found(typed), ["container"], typed);
  }
  assert.deepEqual(found("msku1134099"), ["spaced"]);
});

test("letters are found without their accents and vowel signs, in every script", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["cable", "spaced"],
    ["oeuvres", "spaced"],
    ["حاويه", "arabic"],
    ["مشبوهة", "arabic"],
    ["44219", "arabic"],
    ["٤٤٢", "arabic"],
    ["كشتي", "persian"],
    ["12345", "persian"],
    ["istanbul", "turkish"],
    ["AMBARLI", "turkish"],
    ["черный", "cyrillic"],
    ["ВЛАДИВОСТОК", "cyrillic"],
    ["上海", "chinese"],
  ];
  for (const [typed, key] of cases) {
    assert.deepEqual(found(typed), [key], typed);
  }
});

test("every word has to be there, and two answers are never read as one", () => {
  assert.deepEqual(found("bananas steel"), []);
  assert.deepEqual(found("9305412reefer"), []);
  assert.deepEqual(found(" \t- "), Object.keys(SAID)); // nothing is sought
});

test("what stands deep in a report is found", () => {
  const values = object({ items: [{ category: "CIT", quantity: { amount: "412.5", unit: "KGM" } }], arrests: 3, sure: true });

  assert.deepEqual(textsOf(values), ["CIT", "412.5", "KGM", "3"]);
});

test("one word may be the author's, another the message's, and no word stands in both", () => {
  const [text, author] = [foldAll(["Reefer with bananas"]), foldAll(["Guayaquil", "Aduana"])];

  assert.ok(has(wordsOf("banana guaya"), text, author));
  assert.ok(!has(wordsOf("bananasguaya"), text, author));
});

test("folding is done once: a folded text folds to itself", () => {
  for (const text of Object.values(SAID).flat()) {
    assert.equal(fold(fold(text)), fold(text));
  }
});

test("10,000 messages are searched while nobody waits", () => {
  const text = Object.values(SAID).flat().join(" ").repeat(4);
  const texts = Array.from({ length: 10_000 }, (_, place) => foldAll([text, `CSQU${3_000_000 + place}`]));
  const started = process.cpuUsage();

  const words = wordsOf("3004321");
  const hits = texts.flatMap((one, place) => (has(words, one) ? [place] : []));

  assert.deepEqual(hits, [4321]);
  assert.ok(process.cpuUsage(started).user < 500_000); // microseconds of work; about 10,000
});
