/**
 * What one arrival costs the page in a mailbox of many messages: taking it in, boxes, counts, the list.
 *
 *     node build.mjs --bench && node build/bench/board.mjs [MESSAGES]
 */

import { channel, member, message, overview, type Said } from "../gallery/invented";
import { NIGHT } from "../gallery/messages";
import { shown } from "../src/mailbox/boxes";
import { EntryBook } from "../src/mailbox/entry-book";
import { changed, NOTHING_BEFORE, type OperationMailbox } from "../src/mailbox/views";

const ROUNDS = 20;
const count = Number(process.argv[2] ?? 10_000);
const members = NIGHT.map((said, place) => member(said.author, 2, place % 2 === 0 ? "NL" : "ES"));
const heron = overview("00", "Grey Heron", members, [channel("main", 1, "Everybody", members)]);
const forms = new Map([...new Set(NIGHT.map((one) => one.form))].map((name) => [name, new Map([["name", name]])] as const));
let mailbox: OperationMailbox = {
  operation: "00",
  forms,
  current: [],
  messages: Array.from({ length: count }, (_, place) => message("00", place + 1, saidAt(place))),
  aside: [],
  drafts: [],
  outgoing: [],
  channels: [], history: NOTHING_BEFORE,
};
const book = new EntryBook();
const first = milliseconds(() => look());
const arrivals = Array.from({ length: ROUNDS }, (_, round) =>
  milliseconds(() => {
    const messages = [message("00", count + round + 1, saidAt(count + round))];
    mailbox = changed(mailbox, { ...mailbox, messages });
    look();
  }),
).sort((one, other) => one - other);
console.log(`${count} messages: at first ${first.toFixed(1)} ms, an arrival ${(arrivals[ROUNDS / 2] ?? 0).toFixed(1)} ms`);

function look(): void {
  const entries = book.entriesOf(mailbox, heron, members[0]?.account ?? "");
  shown(entries, "inbox");
}

/** Of work, whatever else the machine does. */
function milliseconds(work: () => void): number {
  const begun = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}

/** The night of the gallery again and again, each time with messages of its own. */
function saidAt(place: number): Said {
  const said: Said = NIGHT[place % NIGHT.length] ?? { author: "", form: "note" };
  const ofNight = (name: string): string => Math.floor(place / NIGHT.length).toString(16).padStart(8, "0") + name.slice(0, 24);
  return {
    ...said,
    minutesAgo: count - place,
    ...(said.id === undefined ? {} : { id: ofNight(said.id) }),
    ...(said.replyTo == null ? {} : { replyTo: ofNight(said.replyTo) }),
  };
}
