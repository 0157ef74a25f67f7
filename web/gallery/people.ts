/** Who belongs to the invented operations. */

import { channel, id, member, overview } from "./invented";
import type { MemberView, Overview } from "../src/operation/overview";

const POSTS: readonly (readonly [string, string, string, number])[] = [
  ["Coordination unit, Lisbon", "Joint unit", "PT", 1],
  ["Coordination unit, Nairobi", "Joint unit", "KE", 1],
  ["Duty desk Rotterdam", "Douane", "NL", 2],
  ["Container control Antwerp", "Douane / Customs", "BE", 2],
  ["Lagedienst Hamburg", "Zoll", "DE", 2],
  ["Guayaquil, puerto", "SENAE", "EC", 2],
  ["Aéroport de Roissy", "DGDDI", "FR", 2],
  ["مكتب جبل علي", "جمارك دبي", "AE", 2],
  ["Keppel Terminal", "Customs", "SG", 2],
  ["Mombasa Port", "Revenue Authority", "KE", 2],
  ["Ivato", "Douanes malagasy", "MG", 2],
  ["Владивосток, порт", "Таможня", "RU", 2],
  ["Porto de Sines", "AT", "PT", 2],
  ["Terespol, road", "KAS", "PL", 2],
  ["Algeciras", "Aduanas", "ES", 2],
  ["Tanger Med", "ADII", "MA", 2],
  ["گمرک هرات", "گمرکات", "AF", 2],
  ["Karachi, کراچی", "Customs", "PK", 2],
  ["Analysis cell", "Joint unit", "PT", 3],
  ["Felixstowe", "Border Force", "GB", 2],
];

const people: readonly MemberView[] = POSTS.map(([name, organisation, country, role], place) =>
  member(`post-${place}`, role, country, {
    profile: { name, organisation, country },
    isUs: place === 2,
    revokedAt: name === "Felixstowe" ? 96 : null,
  }),
);
const stores: readonly MemberView[] = [
  member("archive", 4, null, { profile: { name: "Operation archive", organisation: "Joint unit", country: "PT" } }),
  member("ncen-nl", 5, "NL", { profile: { name: "nCEN Netherlands", organisation: "Douane", country: "NL" } }),
];

export const MEMBERS: readonly MemberView[] = [...people, ...stores];
export const ROTTERDAM = post(2);
export const [ANTWERP, HAMBURG, GUAYAQUIL, ROISSY, DUBAI] = [post(3), post(4), post(5), post(6), post(7)];
export const [SINGAPORE, MOMBASA, IVATO, VLADIVOSTOK, SINES] = [post(8), post(9), post(10), post(11), post(12)];
export const [TERESPOL, HERAT, KARACHI, UNIT, LEFT] = [post(13), post(16), post(17), post(0), post(19)];

export const HERON = id("grey heron").repeat(2);
export const AMBER = id("amber coast").repeat(2);
export const [MAIN, ATLANTIC, NL_EC, UNIT_ONLY] = [id("main"), id("atlantic"), id("nl-ec"), id("unit")];
export const AMBER_MAIN = id("amber-main");

const unit = MEMBERS.filter((one) => one.role === 1 || one.role === 4);

export const GREY_HERON = overview(HERON, "Operation Grey Heron", MEMBERS, [
  channel("main", 1, "All participants", MEMBERS),
  channel("atlantic", 4, "Atlantic ports", MEMBERS.slice(0, 9)),
  channel("nl-ec", 3, "Netherlands and Ecuador", [ROTTERDAM, GUAYAQUIL]),
  { ...channel("unit", 2, "Coordination unit", unit), weRead: false },
]);
export const AMBER_COAST = {
  ...overview(AMBER, "Exercise Amber Coast", MEMBERS.slice(0, 6), [
    { ...channel("main", 1, "All participants", MEMBERS.slice(0, 6)), channel: AMBER_MAIN },
  ]),
  exercise: true,
  phase: 2,
};

/** The same operation under a unit that calls all of it, and everybody in it, by one name. */
export function called(overview: Overview, name: string): Overview {
  const labels = { en: name };
  return {
    ...overview,
    purpose: { title: labels, purpose: labels, legalBasis: name },
    members: overview.members.map((one) => ({ ...one, profile: { name, organisation: name, country: one.profile?.country ?? null } })),
    channels: overview.channels.map((one) => ({ ...one, title: labels })),
    troubles: [name],
  };
}

function post(place: number): MemberView {
  const found = people[place];
  if (found === undefined) {
    throw new RangeError(`no post ${place} was invented`);
  }
  return found;
}
