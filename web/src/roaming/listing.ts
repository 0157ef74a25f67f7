/** What the relay shows of a mailbox's rows, page by page, believed in nothing. */

import { fromUtf8, hex, type Bytes } from "../bytes";
import { MalformedError } from "../errors";
import * as secretBox from "../primitives/secret-box";
import type { MailboxHost, MailboxPage, Stretch } from "../relay/mailbox-routes";
import { MailboxAltered } from "./errors";
import type { Row, SealedRow } from "./sealing";

const MAX_ROWS = 200_000; // of an account: section 9

/** Rows by name; `boxes` are the sealed rows themselves, of which cold and long ones show name and nonce alone. */
export interface Listed {
  readonly rows: ReadonlyMap<string, SealedRow>;
  readonly boxes: ReadonlyMap<string, Bytes>;
}

/**
 * Every row of the stretch that the relay shows.
 *
 * @throws MailboxAltered it shows a row twice, rows of the other sort, or more than there can be.
 * @throws RelayRefuses `not_holder`: another computer took the mailbox meanwhile.
 */
export async function list(host: MailboxHost, holder: number, stretch: Stretch): Promise<Listed> {
  const rows = new Map<string, SealedRow>();
  const boxes = new Map<string, Bytes>();
  let { after } = stretch;
  for (;;) {
    const page: MailboxPage = await host.page(holder, { ...stretch, after });
    const found = shown(page, stretch.only === "cold");
    for (const row of found) {
      const name = hex(row.name);
      if (rows.has(name) || rows.size >= MAX_ROWS || row.cold !== (stretch.only === "cold")) {
        throw new MailboxAltered("the relay gives rows of the mailbox twice, or others than there can be");
      }
      rows.set(name, row);
    }
    for (const row of page.rows) {
      boxes.set(hex(row.name), row.sealed);
    }
    if (page.next === null || found.length === 0) {
      return { rows, boxes };
    }
    after = page.next;
  }
}

/** What is not shown whole is of the sort that was asked for: the seal tells whether it is. */
function shown(page: MailboxPage, cold: boolean): readonly SealedRow[] {
  return [
    ...page.rows.map(({ name, sealed }) => ({ name, nonce: sealed.slice(0, secretBox.NONCE_BYTES), cold: false })),
    ...page.cold.map(({ name, nonce }) => ({ name, nonce, cold })),
  ];
}

/** The key of a value, as text. @throws MailboxAltered no text. */
export function keyOf(row: Row): string {
  try {
    return fromUtf8(row.key);
  } catch (error) {
    if (error instanceof MalformedError) {
      throw new MailboxAltered("a key of the mailbox is no text");
    }
    throw error;
  }
}
