import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";

import { LANGUAGES, preferredLanguage, Words } from "../src/words";
import { ROOT } from "./vectors";

const ENTRY = /^msgid "((?:[^"\\]|\\.)*)"\nmsgstr "((?:[^"\\]|\\.)*)"$/gm;

/** Every sentence that the screens say: arguments of `say`, and the tables of terms and failures. */
function spoken(): Set<string> {
  const sources = readdirSync(`${ROOT}/web/src`, { recursive: true, encoding: "utf-8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => [name, readFileSync(`${ROOT}/web/src/${name}`, "utf-8")] as const);
  const found = new Set<string>();
  for (const [name, source] of sources) {
    const pattern = /(terms|failure)\.ts$/.test(name) ? /: "((?:[^"\\]|\\.)*)",?$/gm : /say\(\s*"((?:[^"\\]|\\.)*)"/g;
    for (const [, sentence] of source.matchAll(pattern)) {
      found.add(sentence!);
    }
  }
  return found;
}

for (const language of Object.keys(LANGUAGES).filter((one) => one !== "en")) {
  test(`every sentence is there in ${language}, and no other`, () => {
    const folder = `${ROOT}/locale/${language}/LC_MESSAGES/web`;
    const entries = readdirSync(folder)
      .map((name) => readFileSync(`${folder}/${name}`, "utf-8"))
      .flatMap((catalogue) => [...catalogue.matchAll(ENTRY)].map(([, id, text]) => [id!, text!] as const))
      .filter(([id]) => id !== "");

    assert.deepEqual(entries.map(([id]) => id).sort(), [...spoken()].sort()); // each once, in one catalogue
    for (const [sentence, text] of entries) {
      assert.notEqual(text, "", sentence);
      const places = (line: string): string[] => (line.match(/\{\w+\}/g) ?? []).sort();
      assert.deepEqual(places(text), places(sentence), sentence);
    }
  });
}

test("dates are those of the papers in every language, and digits are read alike", () => {
  for (const language of Object.keys(LANGUAGES) as (keyof typeof LANGUAGES)[]) {
    const moment = new Words(language, {}).moment(1_795_305_600);

    assert.match(moment, /2026/);
    assert.match(moment, /22/);
    assert.match(new Words(language, {}).moment(1_795_305_600 + 18 * 3600), /18:00/);
  }
});

test("the first of the reader's languages that we speak is taken", () => {
  assert.equal(preferredLanguage(["sw-KE", "ar-DZ", "fr"]), "ar");
  assert.equal(preferredLanguage(["sw"]), "en");
  assert.deepEqual(Object.keys(LANGUAGES).sort(), ["en", ...readdirSync(`${ROOT}/locale`)].sort()); // each that has a catalogue
});

test("a time that is none is shown as that, and the page goes on", () => {
  assert.equal(new Words("en", {}).moment(Number(2n ** 64n - 1n)), "?");
});

test("a value that runs the other way, or turns what follows, keeps to itself in a sentence", () => {
  const say = (language: "en" | "ar", detail: string): string => new Words(language, {}).say("Not sent: {reason}.", { reason: detail });

  assert.equal(say("en", "Gate 4 (Nord)"), "Not sent: Gate 4 (Nord).");
  assert.equal(say("en", "أحمد (TLP:CLEAR)"), "Not sent: \u2068أحمد (TLP:CLEAR)\u2069.");
  assert.equal(say("en", "a\u2069\u202eb"), "Not sent: \u2068a\ufffd\ufffdb\u2069.");
  assert.equal(say("ar", "Gate 4"), "Not sent: \u2068Gate 4\u2069.");
  assert.equal(say("ar", "14:05"), "Not sent: 14:05.");
});
