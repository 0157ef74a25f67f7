/** Who will read it: named before it is sent. */

import type { JSX } from "preact";

import type { Addressee, Tlp } from "../../forms/envelope";
import { beyond, isStore, type Reader } from "../../forms/readership";
import type { MemberView } from "../../operation/overview";
import { useWords, type Words } from "../../words";
import { role } from "../terms";

/** As addressees name the roles of the ledger. */
const ROLE_NAMES: Readonly<Record<number, string>> = {
  1: "coordinator",
  2: "officer",
  3: "analyst",
  4: "archive",
  5: "ncen",
  6: "cen",
};

export function readerOf(member: MemberView): Reader {
  return {
    account: member.account,
    name: member.profile?.name ?? member.account.slice(0, 8),
    country: member.profile?.country ?? null,
    role: ROLE_NAMES[member.role] ?? "",
    isUs: member.isUs,
  };
}

export function roleName(words: Words, name: string): string {
  const found = Object.entries(ROLE_NAMES).find(([, one]) => one === name);
  return found === undefined ? name : role(words, Number(found[0]));
}

interface Props {
  readonly readers: readonly Reader[];
  readonly to: readonly Addressee[];
  readonly tlp: Tlp;
}

export function Readers({ readers, to, tlp }: Props): JSX.Element {
  const words = useWords();
  const people = readers.filter((one) => !one.isUs && !isStore(one));
  const countries = [...new Set(people.map((one) => one.country).filter((country) => country !== null))].sort();
  const stores = readers.filter(isStore);
  const kept = beyond(readers, to, tlp);
  return (
    <div class="readers">
      <p>
        {words.say("Will be read by people: {people}, from countries: {countries}.", {
          people: people.length,
          countries: countries.length,
        })}{" "}
        {countries.map((country) => (
          <abbr class="cc" key={country} title={words.country(country)}>
            {country}
          </abbr>
        ))}{" "}
        {stores.length > 0 && (
          <>
            {words.say("Kept by:")}{" "}
            {stores.map((store) => (
              <span class="reader node" key={store.account}>
                <bdi>{store.name}</bdi>
              </span>
            ))}
          </>
        )}
      </p>
      {kept.length > 0 && (
        <p class="fault" id="red-wrong">
          {words.say(
            "TLP:RED is for those whom it names, and these would read it too: {names}. Name them, or take another channel.",
            { names: kept.map((one) => one.name).join(words.direction === "rtl" ? "، " : ", ") },
          )}
        </p>
      )}
    </div>
  );
}
