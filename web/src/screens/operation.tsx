/** One operation, verified: what it is for, its twelve words, who belongs, and who reads which channel. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { label } from "../operation/directory";
import type { MemberView, Overview } from "../operation/overview";
import { useWords, type Words } from "../words";
import { FrozenCard } from "./frozen";
import { channelTitle, CountryBadge, memberName, operationTitle } from "./people";
import { channelKind, isNode, phase, role } from "./terms";

interface Props {
  readonly overview: Overview;
  readonly confirmed: boolean; // the relay was asked about it since somebody signed in
}

export function OperationScreen({ overview, confirmed }: Props): JSX.Element {
  const words = useWords();
  const { purpose } = overview;
  return (
    <>
      {overview.exercise && (
        <p class="banner">{words.say("An exercise: nothing here is an operation in earnest.")}</p>
      )}
      <header>
        <h1>
          <bdi>{operationTitle(words, overview)}</bdi>
        </h1>
        <p>
          {phase(words, overview.phase)} · {words.say("{count} ledger entries verified here", { count: overview.entries })}
          {" · "}
          {words.say("head signed {time} UTC", { time: words.moment(overview.time) })}
        </p>
        {!confirmed && (
          <p class="notice">{words.say("As you saw it last: whether anything changed since is being asked.")}</p>
        )}
        {!overview.weBelong && (
          <p class="notice wrong">{words.say("You do not belong to this operation any more.")}</p>
        )}
        {overview.troubles.map((trouble) => (
          <p class="notice wrong" key={trouble}>
            {words.say("This does not verify and was refused: {detail}. Tell your coordination unit.", {
              detail: trouble,
            })}
          </p>
        ))}
      </header>
      <div class="cards">
        {overview.frozen !== null && <FrozenCard overview={overview} frozen={overview.frozen} />}
        {purpose !== null && (
          <section class="card">
            <h2>{words.say("What it is for")}</h2>
            <dl class="facts">
              <div class="wide">
                <dt>{words.say("Purpose")}</dt>
                <dd dir="auto">{label(purpose.purpose, words.language)}</dd>
              </div>
              <div class="wide">
                <dt>{words.say("Legal basis")}</dt>
                <dd dir="auto">{purpose.legalBasis}</dd>
              </div>
            </dl>
          </section>
        )}
        <Fingerprint words={words} spoken={overview.words} />
        <Channels overview={overview} />
        <Roster members={overview.members} />
      </div>
    </>
  );
}

function Fingerprint({ words, spoken }: { readonly words: Words; readonly spoken: readonly string[] }): JSX.Element {
  return (
    <section class="card">
      <h2>{words.say("Its twelve words")}</h2>
      <p class="lead">
        {words.say("Compare them once with your access letter. Other words are another operation: tell the unit.")}
      </p>
      <ol class="fingerprint" dir="ltr" lang="en">
        {spoken.map((word, place) => (
          <li key={place}>{word}</li>
        ))}
      </ol>
    </section>
  );
}

function Channels({ overview }: { readonly overview: Overview }): JSX.Element {
  const words = useWords();
  const members = new Map(overview.members.map((member) => [member.account, member]));
  return (
    <section class="card">
      <h2>{words.say("Channels and who reads them")}</h2>
      {overview.channels.map((channel) => (
        <article key={channel.channel} class="channel">
          <h3>
            <bdi>{channelTitle(words, channel)}</bdi> <small>{channelKind(words, channel.kind)}</small>
            {!channel.weRead && <small class="tag">{words.say("not read by you")}</small>}
          </h3>
          <p>
            {words.say("{count} read it", { count: channel.readers.length })}
            {": "}
            {channel.readers.map((account) => members.get(account)).map((member) =>
              member === undefined ? null : (
                <span key={member.account} class={isNode(member.role) ? "reader node" : "reader"}>
                  <bdi>{memberName(words, member)}</bdi>
                </span>
              ),
            )}
          </p>
        </article>
      ))}
    </section>
  );
}

function Roster({ members }: { readonly members: readonly MemberView[] }): JSX.Element {
  const words = useWords();
  const [sought, setSought] = useState("");
  const folded = sought.toLocaleLowerCase();
  const found = members.filter((member) => searchable(words, member).includes(folded));
  const inside = members.filter((member) => member.revokedAt === null);
  return (
    <section class="card">
      <h2>
        {words.say("Roster")} <small>{words.say("{count} belong", { count: inside.length })}</small>
      </h2>
      <label class="filter">
        {words.say("Find by name, service, country or role")}
        <input
          type="search"
          dir="auto"
          autocomplete="off"
          value={sought}
          onInput={(event) => setSought(event.currentTarget.value)}
        />
      </label>
      <div class="scroll" role="region" tabIndex={0} aria-label={words.say("Roster")}>
        <table>
          <thead>
            <tr>
              <th scope="col">{words.say("Name")}</th>
              <th scope="col">{words.say("Service")}</th>
              <th scope="col">{words.say("Country")}</th>
              <th scope="col">{words.say("Role")}</th>
              <th scope="col">{words.say("Since entry")}</th>
            </tr>
          </thead>
          <tbody>
            {found.map((member) => (
              <tr key={member.account} class={member.revokedAt === null ? undefined : "gone"}>
                <th scope="row">
                  <bdi>{memberName(words, member)}</bdi> {member.isUs && <small class="tag">{words.say("you")}</small>}
                </th>
                <td dir="auto">{member.profile?.organisation}</td>
                <td>
                  <Country country={member.profile?.country ?? null} />
                </td>
                <td>
                  {role(words, member.role)}
                  {isNode(member.role) && <small class="tag">{words.say("keeps what it reads")}</small>}
                </td>
                <td>
                  {words.number(member.admittedAt)}
                  {member.revokedAt !== null && (
                    <small class="tag wrong">{words.say("revoked at {entry}", { entry: member.revokedAt })}</small>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {found.length === 0 && <p class="notice">{words.say("Nobody fits.")}</p>}
    </section>
  );
}

function Country({ country }: { readonly country: string | null }): JSX.Element | null {
  const words = useWords();
  return country === null ? null : (
    <>
      <CountryBadge country={country} /> {words.country(country)}
    </>
  );
}

function searchable(words: Words, member: MemberView): string {
  const { profile } = member;
  const country = profile?.country ?? "";
  return [profile?.name, profile?.organisation, country, country && words.country(country), role(words, member.role)]
    .join(" ")
    .toLocaleLowerCase();
}
