/**
 * Who reads a channel, by the ledger and the names that it points to, and whom TLP:RED keeps out.
 *
 * `to` says who must act; who can read is the channel. A TLP:RED message is for the eyes of those whom it names, so it
 * is refused where people beyond `to` would read it. Nodes are no people: they are named as readers.
 */

import { equal, hex, type Bytes } from "../bytes";
import { CencommError, ProtocolError } from "../errors";
import type { Addressee, Body } from "../forms/envelope";
import { Role } from "../ledger/kinds";
import type { Member } from "../ledger/membership";
import { decodeProfile, type Profile } from "../operation/directory";
import type { Operation } from "../operation/operation";

const NODES: ReadonlySet<Role> = new Set([Role.archive, Role.ncen, Role.cen]);
const UNNAMED: Profile = { name: "?", organisation: "?", country: null };

/** TLP:RED in a channel that is read by people beyond `to`. `names` are theirs. */
export class TooManyReaders extends CencommError {
  constructor(readonly names: readonly string[]) {
    super(`TLP:RED is for those whom it names; ${names.join(", ")} would read it too`);
  }
}

/** Nobody reads the message in this channel whom its TLP keeps out. @throws TooManyReaders */
export function judgeReaders(operation: Operation, channel: Bytes, body: Body, author: Bytes): void {
  if (body.tlp !== "RED") {
    return;
  }
  const beyond = readers(operation, channel).filter(
    ({ member, profile }) =>
      !NODES.has(member.role) &&
      !equal(member.account, author) &&
      !body.to.some((addressee) => names(addressee, member, profile)),
  );
  if (beyond.length > 0) {
    throw new TooManyReaders(beyond.map(({ profile }) => profile.name));
  }
}

interface Reader {
  readonly member: Member;
  readonly profile: Profile;
}

/** Those members who may read the channel now, in the order in which they were admitted. */
function readers({ ledger, contents }: Operation, channel: Bytes): readonly Reader[] {
  const entitled = ledger.entitledAccounts(channel, ledger.sequence);
  return [...ledger.members.values()]
    .filter((member) => entitled.has(hex(member.account)))
    .map((member) => ({ member, profile: profileIn(contents.get(hex(member.profile.blob))) }));
}

/** A name that is none, as a hostile coordinator may sign, counts as one that is not here. */
function profileIn(content: Bytes | undefined): Profile {
  if (content === undefined) {
    return UNNAMED;
  }
  try {
    return decodeProfile(content);
  } catch (error) {
    if (error instanceof ProtocolError) {
      return UNNAMED;
    }
    throw error;
  }
}

function names(addressee: Addressee, member: Member, profile: Profile): boolean {
  if ("account" in addressee) {
    return addressee.account === hex(member.account);
  }
  if ("country" in addressee) {
    return addressee.country === profile.country;
  }
  return addressee.role === roleName(member.role);
}

/** As Python spells roles in `to`: "coordinator", "officer" … */
function roleName(role: Role): string | undefined {
  return Object.entries(Role).find(([, number]) => number === role)?.[0];
}
