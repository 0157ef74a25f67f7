/**
 * The real screens before invented messages, without a worker: to look at, to photograph, to measure. It never ships.
 *
 * The address says what is shown: ?language=ar&theme=dark&message=reefer&shelf=forUs&pane=story&past=reading&count=10000
 * &searching=19 (days back; 0: the line broke)
 */

import { render, type JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";

import * as json from "../src/forms/canonical-json";
import type { JsonObject } from "../src/forms/canonical-json";
import { codeLists, type CodesAsset } from "../src/forms/code-assets";
import { Tongue, type Terms } from "../src/forms/tongue";
import { utf8 } from "../src/bytes";
import { Readings } from "../src/mailbox/readings";
import { NOTHING_BEFORE, type HistoryView, type MessageView, type OperationForms, type OperationMailbox } from "../src/mailbox/views";
import { AccountScreen } from "../src/screens/account/account-screen";
import type { MailboxActions } from "../src/screens/mailbox/actions";
import { MailboxScreen } from "../src/screens/mailbox/mailbox-screen";
import type { Pane } from "../src/screens/mailbox/place";
import type { Shelf } from "../src/screens/mailbox/terms";
import { ChooseLanguage } from "../src/screens/language-choice";
import { LANGUAGES, loadWords, Words, WordsContext, type Language } from "../src/words";
import { askedOfAccount, PROGRAM, titleOf } from "./account";
import { id, message, NOW, type Said } from "./invented";
import { ASIDE, DAY, DRAFTS, NIGHT, OUTGOING } from "./messages";
import * as who from "./people";
import { found } from "./searching";
import { signsOf, troubled, troubleOf } from "./trust";

const asked = new URLSearchParams(location.search);
const trouble = troubleOf(asked.get("trust"));
const MOST_BYTES = 1 << 18;

/** What a test puts before the page: messages, and what everybody and everything is called. */
interface Planted {
  readonly said: readonly Said[];
  readonly name: string | null;
}

interface Fetched {
  readonly words: Words;
  readonly readings: Readings;
}

async function fetchJson<T>(name: string): Promise<T> {
  return (await (await fetch(`/assets/${name}`)).json()) as T;
}

async function fetchLanguage(language: Language): Promise<Fetched> {
  const [words, terms, codes] = await Promise.all([
    loadWords(language),
    fetchJson<Terms>(`terms-${language}.json`),
    fetchJson<CodesAsset>("codes.json"),
  ]);
  return { words, readings: new Readings(new Tongue(language, terms), codeLists(codes)) };
}

async function fetchForms(): Promise<OperationForms> {
  const texts = await fetchJson<Readonly<Record<string, string>>>("forms.json");
  return new Map(
    Object.entries(texts)
      .filter(([name]) => name !== "release")
      .map(([name, text]) => [name, json.decode(utf8(text), MOST_BYTES) as JsonObject]),
  );
}

function mailbox(operation: string, forms: OperationForms, messages: readonly MessageView[]): OperationMailbox {
  const isHeron = operation === who.HERON;
  return {
    operation,
    forms,
    current: [...forms.keys()].map((name) => ({ form: name, formHash: name })),
    messages,
    aside: isHeron ? ASIDE : [],
    drafts: isHeron ? DRAFTS : [],
    outgoing: isHeron ? OUTGOING : [],
    channels: isHeron
      ? [
          { channel: who.MAIN, state: "open", behind: 0, entering: null, signs: signsOf(trouble) },
          { channel: who.ATLANTIC, state: "stalled", behind: 3, entering: null, signs: null },
          { channel: who.NL_EC, state: trouble === "again" ? "again" : "waiting", behind: 0, entering: { done: 612, all: 998 }, signs: null },
        ]
      : [{ channel: who.AMBER_MAIN, state: "open", behind: 0, entering: null, signs: null }],
    history: isHeron ? past(asked.get("past")) : NOTHING_BEFORE,
  };
}

/** How it stands with what was said before, in the main channel. */
function past(state: string | null): HistoryView {
  const channel = { channel: who.MAIN, answered: 0, all: 0, notHeld: 0, setAside: 0, notAddressed: 0 };
  switch (state) {
    case "none":
    case "waiting":
      return { channels: [{ ...channel, state, all: 900 }], passedOver: [] };
    case "reading":
      return { channels: [{ ...channel, state, answered: 420, all: 900 }], passedOver: [who.UNIT.account] };
    case "missing":
      return { channels: [{ ...channel, state: "whole", notHeld: 12, setAside: 2, notAddressed: 1 }], passedOver: [] };
    default:
      return NOTHING_BEFORE;
  }
}

/** As many as are asked for: the night, repeated into the past. */
function night(count: number): readonly MessageView[] {
  const earlier = Array.from({ length: Math.max(0, count - NIGHT.length) }, (_, place): Said => {
    const said = NIGHT[place % NIGHT.length] ?? { author: who.UNIT.account, form: "note" };
    return { ...said, id: id(`e${place}`), replyTo: null, minutesAgo: 400 + 7 * (count - place), read: true };
  });
  return [...earlier, ...NIGHT].map((said, place) => message(who.HERON, place + 1, said));
}

interface Props {
  readonly forms: OperationForms;
  readonly fetched: Fetched;
  readonly invented: readonly MessageView[];
}

function Gallery({ forms, fetched, invented }: Props): JSX.Element {
  const [{ words, readings }, setFetched] = useState(fetched);
  const [messages, setMessages] = useState(invented);
  const [atAccount, setAtAccount] = useState(asked.get("account") !== null);
  useEffect(() => {
    document.documentElement.lang = words.language;
    document.documentElement.dir = words.direction;
  }, [words]);
  const planted = useMemo(() => (window as { planted?: Planted }).planted ?? { said: [], name: null }, []);
  const mailboxes = useMemo(
    () => [
      mailbox(who.HERON, forms, [
        ...messages,
        ...planted.said.map((said, place) => message(who.HERON, messages.length + place + 1, said)),
      ]),
      mailbox(who.AMBER, forms, DAY.map((said, place) => message(who.AMBER, place + 1, said))),
    ],
    [messages],
  );
  const home = useMemo(() => {
    const operations = [troubled(who.GREY_HERON, trouble), who.AMBER_COAST].map(
      (overview) => ({ verified: true, confirmed: asked.get("confirmed") !== "no", overview: planted.name === null ? overview : who.called(overview, planted.name) }) as const,
    );
    return { account: who.ROTTERDAM.account, operations };
  }, []);
  const change = (changed: MessageView, to: Partial<MessageView>): void =>
    setMessages((all) => all.map((one) => (one.key === changed.key ? { ...one, ...to } : one)));
  const actions: MailboxActions = {
    onMark: (one, mark) => change(one, { marks: { ...one.marks, ...mark } }),
    onShow: (keys, extent) => {
      setMessages((all) => all.map((one) => (keys.includes(one.key) ? { ...one, extent } : one)));
      return Promise.resolve(true);
    },
    onSearch: (sought, hear) => {
      const since = asked.get("searching");
      const keys = mailboxes.flatMap((one) => found(sought.typed, one.messages, who.GREY_HERON.members, forms, readings));
      hear({ found: keys, since: since === null ? null : NOW - Number(since) * 86_400 });
      return since === "0" ? Promise.resolve(false) : since === null ? Promise.resolve(true) : new Promise(() => undefined);
    },
    onAcknowledge: (one) => change(one, { acknowledgedBy: [...one.acknowledgedBy, who.ROTTERDAM.account] }),
    onRespond: (one, form) => tell(`respond ${form} ${one.key}`),
    onNote: (one, text) =>
      setMessages((all) => [
        ...all,
        message(who.HERON, all.length + 1, { author: who.ROTTERDAM.account, own: true, form: "note", replyTo: one.message, values: { text } }),
      ]),
    onNoteTyped: (one, text) => (tell(`typed ${text}`), one.message),
    onNew: (operation, form) => tell(`new ${form} ${operation}`),
    onOpenDraft: (draft) => tell(`open ${draft.draft}`),
    onDropDraft: (draft) => tell(`drop ${draft.draft}`),
    fetchFile: async ({ body }, attachment) => {
      tell(`fetch ${attachment}`);
      const { name, mediaType } = body.attachments.find((file) => file.attachment === attachment)!;
      return { name, mediaType, content: new Uint8Array(64) };
    },
    onAccount: () => setAtAccount(true),
    onLook: () => setAtAccount(false),
    onLeave: () => undefined,
    onAskOthers: (_, channel) => tell(`ask others ${channel}`),
    onSignOut: () => tell("sign out"),
  };
  const at = messages.find((one) => one.message === id(asked.get("message") ?? ""));
  return (
    <WordsContext.Provider value={words}>
      <ChooseLanguage.Provider value={(language) => void fetchLanguage(language).then(setFetched)}>
        <MailboxScreen
          home={home}
          mailboxes={mailboxes}
          readings={readings}
          now={NOW}
          online={asked.get("online") !== "no"}
          failure={null}
          actions={actions}
          start={{
            operation: who.HERON,
            shelf: (asked.get("shelf") ?? "inbox") as Shelf,
            pane: (asked.get("pane") ?? "list") as Pane,
            details: asked.get("details") === "yes",
            message: at?.key ?? null,
          }}
        >
          {!atAccount ? null : (
            <AccountScreen ask={askedOfAccount} program={async () => PROGRAM} titleOf={titleOf} onClose={() => setAtAccount(false)} />
          )}
        </MailboxScreen>
      </ChooseLanguage.Provider>
    </WordsContext.Provider>
  );
}

function tell(what: string): void {
  document.documentElement.dataset["told"] = what;
}

const theme = asked.get("theme");
if (theme !== null) {
  document.documentElement.dataset["theme"] = theme;
}
const wanted = asked.get("language");
const language = (Object.keys(LANGUAGES) as Language[]).find((one) => one === wanted) ?? "en";
const [forms, fetched] = await Promise.all([fetchForms(), fetchLanguage(language)]);
const invented = night(Number(asked.get("count") ?? 0));
const started = performance.now(); // from here on it is the screens' own time
render(<Gallery forms={forms} fetched={fetched} invented={invented} />, document.body);
requestAnimationFrame(() => {
  document.documentElement.dataset["opened"] = String(Math.round(performance.now() - started));
});
