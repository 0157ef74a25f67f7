import { Role } from "../../ledger/kinds";

/** The number of a role that an addressee names; 0 for one that does not exist. */
export function roleNumber(name: string): number {
  return Object.hasOwn(Role, name) ? Role[name as keyof typeof Role] : 0;
}
