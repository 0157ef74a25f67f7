/** People and channels by the names that the unit gave them. */

import type { JSX } from "preact";

import { label } from "../operation/directory";
import type { ChannelView, MemberView, Overview } from "../operation/overview";
import { useWords, type Words } from "../words";

/** Two letters, as on the papers; no flags. */
export function CountryBadge({ country }: { readonly country: string | null }): JSX.Element | null {
  const words = useWords();
  return country === null ? null : (
    <abbr class="cc" title={words.country(country)}>
      {country}
    </abbr>
  );
}

export function memberName(words: Words, member: MemberView): string {
  return member.profile?.name ?? words.say("name not here ({account})", { account: member.account.slice(0, 8) });
}

export function channelTitle(words: Words, channel: ChannelView): string {
  return channel.title === null ? channel.channel.slice(0, 8) : label(channel.title, words.language);
}

export function operationTitle(words: Words, overview: Overview): string {
  return overview.purpose === null
    ? words.say("Operation without a name")
    : label(overview.purpose.title, words.language);
}
