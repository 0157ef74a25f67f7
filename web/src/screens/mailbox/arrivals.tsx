/** The second column: what lies in the box, narrowed and searched. */

import type { JSX, RefObject } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";

import type { Entry } from "../../mailbox/boxes";
import { EVERYTHING, type Filter } from "../../mailbox/filters";
import { useWords } from "../../words";
import { useBoard } from "./board";
import { DraftList } from "./drafts";
import type { MailboxActions } from "./actions";
import { AsideList } from "./aside";
import { formLabel } from "./new-message";
import { Past } from "./past";
import { operationsAt, type Place } from "./place";
import { Row } from "./row";
import type { Search } from "./seeking";
import { useShowing } from "./showing";
import { nothingThere, shelfName } from "./terms";
import { VirtualList } from "./virtual-list";

interface Props {
  readonly place: Place;
  readonly entries: readonly Entry[];
  readonly seek: RefObject<HTMLInputElement | null>;
  readonly search: Search | null; // null: nothing is sought
  readonly actions: MailboxActions;
  readonly go: (change: Partial<Place>) => void;
  readonly onOpen: () => void;
}

export function Arrivals({ place, entries, seek, search, actions, go, onOpen }: Props): JSX.Element {
  const words = useWords();
  const board = useBoard();
  const operations = operationsAt(board, place);
  const name = search === null ? shelfName(words, place.shelf) : words.say("Search"); // it looks in every box
  const [sight, setSight] = useState({ first: 0, last: 0 });
  const inSight = useMemo(() => entries.slice(sight.first, sight.last).map((entry) => entry.view), [entries, sight]);
  useShowing(inSight, "brief", actions.onShow);
  const rowId = (at: number): string => `m-${entries[at]?.view.key ?? ""}`;
  const rows = useRef(new WeakMap<Entry, { readonly asked: string; readonly row: JSX.Element }>());
  const row = (at: number): JSX.Element => {
    const entry = entries[at];
    if (entry === undefined) {
      return <></>;
    }
    const chosen = entry.view.key === place.message;
    const asked = `${at} ${entries.length} ${chosen}`;
    const known = rows.current.get(entry);
    if (known?.asked === asked) {
      return known.row; // the same element: while the list is scrolled, rows that stay are not made again
    }
    const made = (
      <Row
        key={entry.view.key}
        entry={entry}
        id={rowId(at)}
        chosen={chosen}
        place={at}
        count={entries.length}
        onChoose={() => go({ message: entry.view.key, pane: "story", details: false })}
      />
    );
    rows.current.set(entry, { asked, row: made });
    return made;
  };
  return (
    <section class="arrivals" aria-label={name}>
      <h2 class="arrivals-name">{name}</h2>
      {place.shelf === "drafts" ? (
        <DraftList operations={operations} actions={actions} />
      ) : place.shelf === "aside" ? (
        <AsideList operations={operations} />
      ) : (
        <>
          <search class="seek">
            <label>
              <span class="unseen">{words.say("Search in everything that you may read")}</span>
              <input
                ref={seek}
                type="search"
                dir="auto"
                autocomplete="off"
                spellcheck={false}
                placeholder={words.say("Search: words, containers, places")}
                value={place.sought}
                onInput={(event) => go({ sought: event.currentTarget.value, message: null })}
              />
            </label>
            <Filters place={place} go={go} />
          </search>
          <p class="unseen" role="status">
            {search !== null && words.say("{count} found", { count: entries.length })}
          </p>
          {search !== null && <HowFar search={search} count={entries.length} />}
          {entries.length === 0 ? (
            <p class="nothing">{nothing(place, nothingThere(words, place.shelf), words.say("Nothing fits."))}</p>
          ) : (
            <VirtualList
              label={name}
              count={entries.length}
              chosen={entries.findIndex((entry) => entry.view.key === place.message)}
              rowId={rowId}
              row={row}
              onChoose={(at) => go({ message: entries[at]?.view.key ?? null, details: false })}
              onOpen={onOpen}
              onSight={(first, last) => setSight({ first, last })}
            />
          )}
          <Past place={place} actions={actions} />
        </>
      )}
    </section>
  );
}

/** A search says how far back it went, until it went through everything. */
function HowFar({ search: { progress, again }, count }: { readonly search: Search; readonly count: number }): JSX.Element {
  const words = useWords();
  const counted = <b aria-hidden="true">{words.say("{count} found", { count })} · </b>; // the status above says it aloud
  const { now } = useBoard();
  switch (progress.state) {
    case "complete":
      return (
        <p class="how-far" role="status">
          {counted}
          {words.say("Everything was searched.")}
        </p>
      );
    case "searching":
      return (
        <p class="how-far" role="status">
          {count > 0 && counted}
          {progress.since === null
            ? words.say("Searching …")
            : words.say("Searched back to {moment}; more may be found.", { moment: words.short(progress.since, now) })}
        </p>
      );
    case "stopped":
      return (
        <p class="how-far" role="alert">
          {words.say("Not everything was searched.")}{" "}
          <button class="only" onClick={again}>
            {words.say("Search the rest")}
          </button>
        </p>
      );
  }
}

function nothing(place: Place, emptyBox: string, noneFits: string): string {
  const narrowed = place.sought !== "" || Object.entries(place.filter).some(([, value]) => value !== null && value !== false);
  return narrowed ? noneFits : emptyBox;
}

function Filters({ place, go }: { readonly place: Place; readonly go: Props["go"] }): JSX.Element {
  const words = useWords();
  const board = useBoard();
  const operations = operationsAt(board, place);
  const narrow = (change: Partial<Filter>): void => go({ filter: { ...place.filter, ...change }, message: null });
  const forms = new Map(
    operations.flatMap((one) =>
      [...one.mailbox.forms].flatMap(([hash, form]) => {
        const name = form.get("name");
        return typeof name === "string" ? [[name, formLabel(words, one, hash)] as const] : [];
      }),
    ),
  );
  const countries = new Set(
    operations.flatMap((one) => [...one.members.values()].flatMap((member) => member.profile?.country ?? [])),
  );
  return (
    <div class="narrow" role="group" aria-label={words.say("Show only")}>
      <button class="only" aria-pressed={place.filter.unread} onClick={() => narrow({ unread: !place.filter.unread })}>
        {words.say("Unread")}
      </button>
      <button class="only" aria-pressed={place.filter.urgent} onClick={() => narrow({ urgent: !place.filter.urgent })}>
        {words.say("Urgent")}
      </button>
      <select
        autocomplete="off"
        class={place.filter.form === null ? "only" : "only on"}
        aria-label={words.say("Form")}
        value={place.filter.form ?? ""}
        onChange={(event) => narrow({ form: event.currentTarget.value || null })}
      >
        <option value="">{words.say("All forms")}</option>
        {[...forms].map(([form, title]) => (
          <option key={form} value={form}>
            {title}
          </option>
        ))}
      </select>
      <select
        autocomplete="off"
        class={place.filter.country === null ? "only" : "only on"}
        aria-label={words.say("Country of the author")}
        value={place.filter.country ?? ""}
        onChange={(event) => narrow({ country: event.currentTarget.value || null })}
      >
        <option value="">{words.say("All countries")}</option>
        {[...countries]
          .map((code) => [code, words.country(code)] as const)
          .sort(([, a], [, b]) => a.localeCompare(b, words.language))
          .map(([code, country]) => (
            <option key={code} value={code}>
              {country}
            </option>
          ))}
      </select>
      {place.filter !== EVERYTHING && Object.values(place.filter).some((value) => value !== null && value !== false) && (
        <button class="only clear" onClick={() => go({ filter: EVERYTHING, message: null })}>
          {words.say("Show all")}
        </button>
      )}
    </div>
  );
}
