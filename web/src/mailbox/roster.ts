/** Who could read a channel at one head of the ledger, found by what an addressee names. Pure. */

import type { Addressee } from "../forms/envelope";
import { Role } from "../ledger/kinds";
import type { ChannelView, MemberView } from "../operation/overview";

const NODES: ReadonlySet<number> = new Set([Role.archive, Role.ncen, Role.cen]);

/** Nodes are readers, and nobody asks them: they are not in it. Made once for many messages of one head. */
export class Roster {
  static readonly NOBODY = new Roster([]);
  readonly #named = new Map<string, MemberView[]>();

  private constructor(members: readonly MemberView[]) {
    for (const member of members) {
      const names = [`account ${member.account}`, `country ${member.profile?.country ?? ""}`, `role ${roleName(member.role)}`];
      for (const name of names) {
        const known = this.#named.get(name);
        if (known === undefined) {
          this.#named.set(name, [member]);
        } else {
          known.push(member);
        }
      }
    }
  }

  /** Those who could read `channel` at the head `at`, as the newest ledger knows each account. */
  static at(members: readonly MemberView[], channel: ChannelView | null, at: number): Roster {
    const now = channel === null ? null : new Set(channel.readers);
    return new Roster(
      members.filter(
        (member) =>
          !NODES.has(member.role) &&
          member.firstAdmittedAt <= at &&
          (member.revokedAt === null ? (now?.has(member.account) ?? true) : at < member.revokedAt),
      ),
    );
  }

  /** By account, by the country of the post, by role. */
  named(addressee: Addressee): readonly MemberView[] {
    const [[kind, name] = ["", ""]] = Object.entries(addressee) as [string, string][];
    return this.#named.get(`${kind} ${name}`) ?? [];
  }
}

function roleName(role: number): string {
  return Object.entries(Role).find(([, number]) => number === role)?.[0] ?? "";
}
