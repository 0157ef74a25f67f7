/** Who must act and until when, how urgent it is, and how it may be used: what the envelope says beside the form. */

import type { JSX } from "preact";

import {
  HANDLINGS,
  PRIORITIES,
  TLPS,
  type Addressee,
  type Handling,
  type Priority,
  type Tlp,
} from "../../forms/envelope";
import { fold } from "../../forms/code-search";
import { typedText } from "../../forms/typing";
import { isNamedBy, isStore, type Reader } from "../../forms/readership";
import type { BodyView } from "../../mailbox/views";
import { useWords, type Words } from "../../words";
import { useEntry } from "./entry";
import { EvaluationEntry } from "./evaluation";
import { Combobox, type Option } from "./inputs/combobox";
import { Line } from "./inputs/line";
import { MomentInput } from "./inputs/moment-input";
import { Select } from "./inputs/select";
import { roleName } from "./readers";
import { StaleFault } from "./stale-fault";

interface Props {
  readonly body: BodyView;
  readonly readers: readonly Reader[];
  readonly namesSomebody: boolean; // an answer is personal
  readonly staleSince: number | null; // seconds, where the message may not be sent for it (H3)
  readonly now: () => number; // seconds
  readonly typing: string | null; // of the moment to answer by, what is none yet and cannot be kept in the draft
  readonly onTyping: (text: string | null) => void;
  readonly onChange: (body: BodyView) => void;
}

const ACTIONS = "requested_action";
const HOUR = 3600; // seconds
const MOST_HANDLING_LETTERS = 500;
const INSTANT = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:00Z$/;
const USUAL_HOURS = [2, 6, 12, 24];

export function Addressing(props: Props): JSX.Element {
  const { body, readers, namesSomebody, staleSince, now, typing, onTyping, onChange } = props;
  const words = useWords();
  const { tongue, lists, today } = useEntry();
  const isLate = body.answerBy !== null && body.answerBy <= now();
  const named = (list: string, codes: readonly string[]): { value: string; label: string }[] =>
    codes.map((code) => ({ value: code, label: tongue.code(list, code) }));
  const actions = named(
    ACTIONS,
    (lists.get(ACTIONS)?.entries ?? []).map(({ code }) => code).filter((code) => lists.get(ACTIONS)?.valid(code, today)),
  );
  return (
    <section class="section" aria-labelledby="s-addressing">
      <h2 id="s-addressing" tabIndex={-1}>
        {words.say("Who must act, and how it may be used")}
      </h2>
      <div class="grid">
        <div class="entry wide">
          <label for="to">
            {words.say("Who must act")} <em>{words.say("nobody: for information")}</em>
          </label>
          <div class="chips">
            {body.to.map((addressee) => (
              <button
                type="button"
                class="chip"
                key={keyOf(addressee)}
                aria-label={words.say("Remove {what}", { what: addresseeName(words, readers, addressee) })}
                onClick={() => onChange({ ...body, to: body.to.filter((one) => one !== addressee) })}
              >
                <bdi>{addresseeName(words, readers, addressee)}</bdi> <span aria-hidden="true">×</span>
              </button>
            ))}
            <Combobox
              id="to"
              label={words.say("Who must act")}
              chosen=""
              find={(text) => findAddressees(words, readers, body.to, text)}
              onChoose={(key) => {
                const chosen = candidates(readers).find((one) => keyOf(one) === key);
                if (chosen !== undefined) {
                  onChange({ ...body, to: [...body.to, chosen] });
                }
              }}
            />
          </div>
        </div>
        <div class="entry wide">
          <span class="name">
            {words.say("Answer by (UTC)")} <em>{words.say("optional")}</em>
          </span>
          <div class="beside">
            <MomentInput
              id="answer-by"
              label={words.say("Answer by (UTC)")}
              text={typing ?? momentOf(body.answerBy)}
              describedBy="answer-by-wrong"
              invalid={isLate}
              onChange={(text) => {
                const seconds = secondsOf(text);
                onTyping(seconds === null && text !== "" ? text : null);
                onChange({ ...body, answerBy: seconds });
              }}
            />
            {USUAL_HOURS.map((hours) => (
              <button
                type="button"
                class="quiet"
                key={hours}
                onClick={() => {
                  onTyping(null);
                  onChange({ ...body, answerBy: inHours(now(), hours) });
                }}
              >
                {words.say("in {hours} h", { hours })}
              </button>
            ))}
          </div>
          <p class="fault" id="answer-by-wrong">
            {isLate && words.say("This moment has passed: choose a later one.")}
            {typing !== null && words.say("Not a moment yet: give date and time.")}
          </p>
        </div>
        <div class="entry">
          <label for="expected-action">
            {words.say("Expected action")} <em>{words.say("optional")}</em>
          </label>
          <Select
            id="expected-action"
            value={body.expectedAction ?? ""}
            options={actions}
            onChange={(code) => onChange({ ...body, expectedAction: code ?? null })}
          />
        </div>
        <div class="entry">
          <label for="priority">{words.say("Urgency")}</label>
          <Select
            id="priority"
            value={body.priority === "routine" ? "" : body.priority}
            without={tongue.code("priority", "routine")}
            options={named("priority", PRIORITIES.slice(1))}
            onChange={(priority) => onChange({ ...body, priority: (priority ?? "routine") as Priority })}
          />
        </div>
        <div class="entry">
          <label for="tlp">{words.say("Sharing (TLP)")}</label>
          <Select
            id="tlp"
            value={body.tlp === "AMBER" ? "" : body.tlp}
            without={tongue.code("tlp", "AMBER")}
            options={named("tlp", TLPS.filter((tlp) => tlp !== "AMBER"))}
            invalid={staleSince !== null}
            {...(staleSince === null ? {} : { describedBy: "tlp-stale" })}
            onChange={(tlp) => onChange({ ...body, tlp: (tlp ?? "AMBER") as Tlp })}
          />
          <StaleFault id="tlp-stale" since={staleSince} />
        </div>
        <div class="entry">
          <label for="handling">{words.say("Handling code")}</label>
          <Select
            id="handling"
            value={body.handling === "H0" ? "" : body.handling}
            without={tongue.code("handling", "H0")}
            options={named("handling", HANDLINGS.slice(1))}
            onChange={(handling) => onChange({ ...body, handling: (handling ?? "H0") as Handling })}
          />
        </div>
        {body.handling !== "H0" && (
          <div class="entry">
            <label for="handling-text">{words.say("What the handling code restricts")}</label>
            <Line
              id="handling-text"
              text={body.handlingText ?? ""}
              spelled={(typed) => Array.from(typedText(typed)).slice(0, MOST_HANDLING_LETTERS).join("")}
              onChange={(typed) => onChange({ ...body, handlingText: typed === "" ? null : typed })}
            />
          </div>
        )}
      </div>
      <EvaluationEntry
        evaluation={body.evaluation}
        advised={namesSomebody}
        onChange={(evaluation) => onChange({ ...body, evaluation })}
      />
    </section>
  );
}

/** Whole minutes, so that what is shown is what is meant. */
function inHours(now: number, hours: number): number {
  return Math.ceil((now + hours * HOUR) / 60) * 60;
}

function secondsOf(text: string): number | null {
  const milliseconds = INSTANT.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(milliseconds) ? null : Math.floor(milliseconds / 1000);
}

function momentOf(seconds: number | null): string {
  return seconds === null ? "" : `${new Date(seconds * 1000).toISOString().slice(0, 16)}:00Z`;
}

/** Everybody whom a message in this channel can ask: countries, roles, posts. */
function candidates(readers: readonly Reader[]): readonly Addressee[] {
  const others = readers.filter((one) => !one.isUs && !isStore(one));
  const countries = [...new Set(others.map((one) => one.country).filter((country) => country !== null))].sort();
  const roles = [...new Set(others.map((one) => one.role))];
  return [
    ...countries.map((country) => ({ country })),
    ...roles.map((role) => ({ role })),
    ...others.map(({ account }) => ({ account })),
  ];
}

function findAddressees(
  words: Words,
  readers: readonly Reader[],
  chosen: readonly Addressee[],
  text: string,
): readonly Option[] {
  const wanted = fold(text);
  return candidates(readers)
    .filter((one) => !chosen.some((other) => keyOf(other) === keyOf(one)))
    .map((one) => ({ value: keyOf(one), label: addresseeName(words, readers, one), hint: hintOf(readers, one) }))
    .filter(({ label, hint }) => fold(`${label} ${hint}`).includes(wanted))
    .sort((a, b) => Number(fold(b.hint) === wanted) - Number(fold(a.hint) === wanted));
}

function hintOf(readers: readonly Reader[], addressee: Addressee): string {
  if ("country" in addressee) {
    return addressee.country;
  }
  return "account" in addressee ? (readers.find((one) => isNamedBy(one, addressee))?.country ?? "") : "";
}

function keyOf(addressee: Addressee): string {
  return JSON.stringify(addressee);
}

export function addresseeName(words: Words, readers: readonly Reader[], addressee: Addressee): string {
  if ("country" in addressee) {
    return words.country(addressee.country);
  }
  if ("role" in addressee) {
    return words.say("all of the role {role}", { role: roleName(words, addressee.role) });
  }
  return readers.find((one) => isNamedBy(one, addressee))?.name ?? addressee.account.slice(0, 8);
}
