/** Rows that are asked for by name, believed in nothing. */

import { fromHex, hex } from "../bytes";
import type { MailboxHost, MailboxRow } from "../relay/mailbox-routes";
import { MailboxAltered } from "./errors";

const MAX_NAMES = 500; // in one request: section 9

/**
 * `take` gets each of these rows once. Asked for as often as it takes: the relay answers with as many as fit.
 *
 * @throws MailboxAltered the relay keeps one back, gives one twice, or one that nobody asked for.
 */
export async function fetchRows(
  host: Pick<MailboxHost, "rows">,
  holder: number,
  names: readonly string[],
  take: (row: MailboxRow, name: string) => void,
): Promise<void> {
  let wanted = names;
  while (wanted.length > 0) {
    const asked = new Set(wanted.slice(0, MAX_NAMES));
    const answer = await host.rows(holder, [...asked].map((name) => fromHex(name)));
    if (answer.length === 0) {
      throw new MailboxAltered("the relay keeps back rows of the mailbox");
    }
    const got = new Set<string>();
    for (const row of answer) {
      const name = hex(row.name);
      if (!asked.delete(name)) {
        throw new MailboxAltered("the relay gives rows of the mailbox that nobody asked for");
      }
      take(row, name);
      got.add(name);
    }
    wanted = wanted.filter((name) => !got.has(name));
  }
}
