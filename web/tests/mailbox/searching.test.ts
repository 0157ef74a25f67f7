import assert from "node:assert/strict";
import test from "node:test";

import { object } from "../../gallery/invented";
import type { Bytes } from "../../src/bytes";
import type { JsonObject } from "../../src/forms/canonical-json";
import { Unavailable } from "../../src/errors";
import { PAGE_NUMBERS } from "../../src/mailbox/headline-pages";
import { Readings } from "../../src/mailbox/readings";
import { Searching, type Finding } from "../../src/mailbox/searching";
import { countingEntropy } from "../fakes/counting-entropy";
import { MemoryStore } from "../fakes/memory-store";
import { LISTS, tongue } from "../forms/shipped";
import { bundle, delivered, fill, find, giveForms, numbers, opened, OPERATION, SAID } from "./searched";

/** Notes what is asked for, once: it is here then, as in a mailbox that roams. */
class WatchedStore extends MemoryStore {
  readonly asked = new Set<string>();
  isAway: (key: string) => boolean = () => false;

  override getAttested(wanted: ReadonlyMap<string, Bytes>): Promise<ReadonlyMap<string, Bytes>> {
    if ([...wanted.keys()].some(this.isAway)) {
      return Promise.reject(new Unavailable("no line"));
    }
    [...wanted.keys()].forEach((key) => this.asked.add(key));
    return super.getAttested(wanted);
  }
}

const MANY = 2 * PAGE_NUMBERS + 40;
const filled = new MemoryStore();
await fill(filled, MANY);
const journal = copy(filled); // no bundles
await bundle(filled);

test("everything is searched by a row for 256 messages, the newest first, and no message is fetched", async () => {
  const store = copy(filled);
  const { mailbox, searching } = await opened(store);
  store.asked.clear();

  const all = await find(searching, mailbox, "csqu");
  const again = await find(searching, mailbox, `${3_000_000 + noted()[3]!}`);

  assert.deepEqual(all, noted());
  assert.deepEqual(again, [noted()[3]]);
  const asked = [...store.asked].filter((key) => key !== "brief/000000000" && key !== "brief/000000001");
  assert.deepEqual(asked, [2, 1, 0].map((page) => `brief/search/00000000${page}`));
});

test("parts of a container, an Arabic word, and a label in the reader's language are found in what others wrote", async () => {
  const { mailbox, searching } = await opened(copy(filled));
  const of = (said: string): number[] => upTo(MANY).filter((number) => JSON.stringify(SAID[number % SAID.length]).includes(said));

  assert.deepEqual(await find(searching, mailbox, "930541"), of("30541"));
  assert.deepEqual(await find(searching, mailbox, "المستند"), of("المستند"));
  assert.deepEqual(await find(searching, mailbox, "situation-day-3.pdf"), of("situation-day-3.pdf"));
  assert.deepEqual(await find(searching, mailbox, "pangolin singapour", "fr"), of("pangolin"));
  assert.deepEqual(await find(searching, mailbox, "passager", "fr"), of("passenger"));
  assert.deepEqual(await find(searching, mailbox, "passager", "en"), []);
  assert.equal((await find(searching, mailbox, "bela")).length, Math.floor(MANY / 3)); // whoever wrote it
});

test("what is found is told as it is found, with how far back that was", async () => {
  const { mailbox, searching } = await opened(copy(filled));
  const findings: Finding[] = [];

  await searching.search({ typed: "csqu", language: "en" }, (finding) => findings.push(finding));

  const since = (number: number): number => delivered(number).envelope.body.writtenAt;
  assert.deepEqual(findings.map((one) => one.since), [since(MANY), since(2 * PAGE_NUMBERS), since(PAGE_NUMBERS), null]);
  assert.deepEqual(findings[0]!.found, []);
  assert.deepEqual(numbers(mailbox, findings.slice(0, 2)), noted().filter((number) => number > 2 * PAGE_NUMBERS));
});

test("a search ends when another begins, which goes through everything", async () => {
  const store = copy(filled);
  const { searching, mailbox } = await opened(store);
  const first: Finding[] = [];
  const next: Promise<readonly number[]>[] = [];

  await searching.search({ typed: "csqu", language: "en" }, (finding) => {
    first.push(finding);
    if (first.length === 2) {
      next.push(find(searching, mailbox, "csqu30000"));
    }
  });

  assert.deepEqual(await next[0], noted().filter((number) => number < 100));
  assert.equal(first.at(-1)!.since === null, false);
  assert.ok(store.asked.has("brief/search/000000000"));
});

test("a search that the line broke off keeps what it has, and the next one goes on there", async () => {
  const store = copy(filled);
  const { mailbox, searching } = await opened(store);
  const findings: Finding[] = [];
  store.isAway = (key) => key === "brief/search/000000000";
  await assert.rejects(searching.search({ typed: "csqu", language: "en" }, (finding) => findings.push(finding)), Unavailable);
  assert.deepEqual(numbers(mailbox, findings), noted().filter((number) => number > 2 * PAGE_NUMBERS));
  store.isAway = () => false;
  store.asked.clear();

  assert.deepEqual(await find(searching, mailbox, "csqu"), noted());

  assert.ok(!store.asked.has("brief/search/000000002"));
});

test("words of a language that could not be fetched are asked for again by the next search", async () => {
  const { mailbox } = await opened(copy(filled));
  let asked = 0;
  const searching = new Searching(mailbox, async (language) => {
    asked += 1;
    return asked === 1 ? Promise.reject(new Unavailable("no line")) : new Readings(tongue(language), LISTS);
  });
  await assert.rejects(find(searching, mailbox, "passager", "fr"), Unavailable);

  assert.notDeepEqual(await find(searching, mailbox, "passager", "fr"), []);
});

test("what arrives after a search is found by the next one", async () => {
  const { mailbox, searching } = await opened(copy(filled));
  await find(searching, mailbox, "zebra");
  const values = new Map([["text", "Zebra ZZ"]]);

  await mailbox.write(new Map(), { event: delivered(MANY + 1, { values }) });

  assert.deepEqual(await find(searching, mailbox, "zebra"), [MANY + 1]);
});

test("a message whose form comes later is found by its labels from then on", async () => {
  const { mailbox, searching } = await opened(copy(filled), { isLacking: true });
  assert.deepEqual(await find(searching, mailbox, "passager", "fr"), []);

  giveForms(mailbox);

  assert.notDeepEqual(await find(searching, mailbox, "passager", "fr"), []);
});

test("messages are bundled by sixteen as they come, and read in the journal until then", async () => {
  const store = new WatchedStore();
  await fill(store, 10);
  await bundle(store);
  assert.equal(store.values.has("brief/search/000000000"), false);
  await fill(store, 10, 11);
  await bundle(store);
  await fill(store, 10, 21);

  const { mailbox, searching } = await opened(store);
  store.asked.clear();
  await find(searching, mailbox, "csqu");

  const expected = ["brief/search/000000000", ...upTo(30).slice(20).map((number) => `message/${String(number).padStart(12, "0")}`)];
  assert.deepEqual([...store.asked], expected);
});

test("what a search read in the journal is bundled when the line is quiet, without being fetched again", async () => {
  const store = copy(journal);
  const { mailbox, searching } = await opened(store);
  const found = await find(searching, mailbox, "csqu");
  store.asked.clear();

  await searching.bundle(async () => true);

  assert.equal(store.asked.size, 0);
  const next = await opened(store);
  assert.deepEqual(await find(next.searching, next.mailbox, "csqu"), found);
  assert.deepEqual([...store.asked].filter((key) => key.startsWith("message/")), []);
});

test("bundling stops between two pieces when somebody needs the line, and goes on where it was", async () => {
  const store = copy(journal);
  const { searching } = await opened(store);
  let pieces = 0;
  await searching.bundle(async () => (pieces += 1) < 4);
  assert.equal([...store.values.keys()].filter((key) => key.startsWith("brief/search/")).length, 1);

  await searching.bundle(async () => true);

  assert.equal([...store.values.keys()].filter((key) => key.startsWith("brief/search/")).length, 3);
});

test("bundles answer every search as the journal does, whatever was said in which script (property)", async () => {
  const draw = countingEntropy("property");
  const random = (most: number): number => draw(4).reduce((value, byte) => value * 256 + byte, 0) % most;
  const pick = <T>(all: readonly T[]): T => all[random(all.length)]!;
  const pieces = ["TEMU 930541-2", "حَاوِيَة", "مـــشبوهة", "٤٤٢١٩", "کشتی", "۱۲۳", "İSTANBUL", "limanı", "чёрный", "集装箱", "上海", "Œuvre", "ß", "🚢", "n͡g", "\n", "\u202e", "CIT", "", " "];
  const words = (): string => Array.from({ length: random(7) }, () => pick(pieces)).join(pick(["", " ", "-"]));
  const values = (): JsonObject => {
    const said = { ...pick(SAID).values, text: words(), remarks: words(), deep: { more: [{ of: words() }], count: random(10 ** 6) } };
    return object(said);
  };
  const one = new MemoryStore();
  const { mailbox } = await opened(one);
  const long = object({ text: "lang ".repeat(3000) + "حاوية" });
  const fetched = upTo(120).map((number) => delivered(number, { values: number % 40 === 0 ? long : values(), files: [words() + ".pdf"] }));
  await mailbox.write(new Map(), { history: { operation: OPERATION, fetched } });
  const bundled = copy(one);
  await bundle(bundled);
  bundled.asked.clear();
  const [plain, quick] = [await opened(one), await opened(bundled)];

  for (let round = 0; round < 160; round += 1) {
    const typed = random(3) === 0 ? words() : Array.from(words()).slice(random(4), 4 + random(6)).join("");
    const language = ["en", "fr", "ar", "ru"][Math.floor(round / 40)]!;
    const expected = await find(plain.searching, plain.mailbox, typed, language);
    assert.deepEqual(await find(quick.searching, quick.mailbox, typed, language), expected, JSON.stringify(typed));
  }
  const asked = [...bundled.asked].filter((key) => key.startsWith("message/"));
  assert.equal(asked.length, 3); // the long ones alone
});

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, place) => place + 1);
}

/** Numbers of notes: each names a container of its own. */
function noted(): number[] {
  return upTo(MANY).filter((number) => SAID[number % SAID.length]!.form === "note");
}

function copy(store: MemoryStore): WatchedStore {
  const other = new WatchedStore();
  store.values.forEach((value, key) => other.values.set(key, value));
  return other;
}
