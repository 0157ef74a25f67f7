"""Mailboxes that roam: who holds one, and its sealed rows (D4)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from cencomm.ids import AccountId
from cencomm.relay.tables.mailboxes import MAILBOX_ROWS, MAILBOXES
from cencomm.wire.mailbox import NONCE_BYTES, ColdRow, MailboxRow

NAMES_PER_STATEMENT = 500  # SQLite bounds the variables of one


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """`since`: when holder number `holder` took it, in seconds; `held`: they did not give it back."""

    holder: int
    held: bool
    since: int
    version: int
    seal: bytes
    row_count: int
    byte_count: int
    session: bytes | None = None


NEVER_HELD = Mailbox(holder=0, held=False, since=0, version=0, seal=b"", row_count=0, byte_count=0)


def find_mailbox(connection: Connection, account: AccountId) -> Mailbox | None:
    row = connection.execute(select(MAILBOXES).where(MAILBOXES.c.account == account)).one_or_none()
    if row is None:
        return None
    return Mailbox(
        holder=row.holder,
        held=bool(row.held),
        since=row.since,
        version=row.version,
        seal=row.seal,
        row_count=row.row_count,
        byte_count=row.byte_count,
        session=row.session,
    )


def take_mailbox(connection: Connection, account: AccountId, *, holder: int, session: bytes, now: int) -> None:
    """The account's mailbox, made if there is none, is held by this number, in this session, since `now`."""
    taken = {"holder": holder, "held": 1, "since": now, "session": session}
    empty = {"version": 0, "seal": b"", "row_count": 0, "byte_count": 0}
    connection.execute(
        upsert(MAILBOXES)
        .values(account=account, **taken, **empty)
        .on_conflict_do_update(index_elements=["account"], set_=taken)
    )


def release_mailbox(connection: Connection, account: AccountId) -> None:
    connection.execute(update(MAILBOXES).where(MAILBOXES.c.account == account).values(held=0))


def put_rows(
    connection: Connection, account: AccountId, mailbox: Mailbox, rows: Sequence[MailboxRow], *, seal: bytes
) -> Mailbox:
    """The next version of the mailbox: `rows` replace those of the same names, empty ones delete them."""
    names = [row.name for row in rows]
    gone_count, gone_bytes = _measure(connection, account, names)
    for some in _some(names):
        connection.execute(delete(MAILBOX_ROWS).where(MAILBOX_ROWS.c.account == account, MAILBOX_ROWS.c.name.in_(some)))
    kept = [row for row in rows if row.sealed]
    if kept:
        connection.execute(
            insert(MAILBOX_ROWS),
            [{"account": account, "name": row.name, "cold": int(row.cold), "sealed": row.sealed} for row in kept],
        )
    after = replace(
        mailbox,
        version=mailbox.version + 1,
        seal=seal,
        row_count=mailbox.row_count - gone_count + len(kept),
        byte_count=mailbox.byte_count - gone_bytes + sum(len(row.sealed) for row in kept),
    )
    connection.execute(
        update(MAILBOXES)
        .where(MAILBOXES.c.account == account)
        .values(version=after.version, seal=seal, row_count=after.row_count, byte_count=after.byte_count)
    )
    return after


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Rows behind the name `after`, up to the name `until`; `cold`: only cold ones, or only others; None: all.

    `longest`: of those that are longer the nonce alone, as of cold ones; None: however long they are.
    """

    after: bytes = b""
    until: bytes | None = None
    cold: bool | None = None
    longest: int | None = None


def rows_after(
    connection: Connection, account: AccountId, stretch: Stretch, *, most: int, most_bytes: int
) -> tuple[list[MailboxRow], list[ColdRow], bytes | None]:
    """The first of those rows, of cold and long ones the nonce alone, and the cursor if there may be more."""
    by_nonce: ColumnElement[bool] = MAILBOX_ROWS.c.cold == 1
    if stretch.longest is not None:
        by_nonce |= func.length(MAILBOX_ROWS.c.sealed) > stretch.longest
    page = (
        select(
            MAILBOX_ROWS.c.name,
            by_nonce,
            func.iif(by_nonce, func.substr(MAILBOX_ROWS.c.sealed, 1, NONCE_BYTES), MAILBOX_ROWS.c.sealed),
        )
        .where(MAILBOX_ROWS.c.account == account, MAILBOX_ROWS.c.name > stretch.after)
        .order_by(MAILBOX_ROWS.c.name)
        .limit(most)
    )
    if stretch.until is not None:
        page = page.where(MAILBOX_ROWS.c.name <= stretch.until)
    if stretch.cold is not None:
        page = page.where(MAILBOX_ROWS.c.cold == int(stretch.cold))
    hot: list[MailboxRow] = []
    cold: list[ColdRow] = []
    size = 0
    for name, is_short, sealed in connection.execute(page):
        if is_short:
            cold.append(ColdRow(name=name, nonce=sealed))
        else:
            hot.append(MailboxRow(name=name, sealed=sealed))
        size += len(sealed)
        if size > most_bytes or len(hot) + len(cold) == most:
            return hot, cold, name
    return hot, cold, None


def rows_named(
    connection: Connection, account: AccountId, names: Sequence[bytes], *, most_bytes: int
) -> list[MailboxRow]:
    """Those that exist, in the order of their names, as long as they fit; the first one always."""
    found: list[MailboxRow] = []
    size = 0
    for some in _some(names):
        named = (
            select(MAILBOX_ROWS)
            .where(MAILBOX_ROWS.c.account == account, MAILBOX_ROWS.c.name.in_(some))
            .order_by(MAILBOX_ROWS.c.name)
        )
        for row in connection.execute(named):
            size += len(row.sealed)
            if found and size > most_bytes:
                return found
            found.append(MailboxRow(name=row.name, sealed=row.sealed, cold=bool(row.cold)))
    return found


def _measure(connection: Connection, account: AccountId, names: Sequence[bytes]) -> tuple[int, int]:
    count = size = 0
    for some in _some(names):
        row = connection.execute(
            select(func.count(), func.coalesce(func.sum(func.length(MAILBOX_ROWS.c.sealed)), 0)).where(
                MAILBOX_ROWS.c.account == account, MAILBOX_ROWS.c.name.in_(some)
            )
        ).one()
        count, size = count + row[0], size + row[1]
    return count, size


def _some(names: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(names), NAMES_PER_STATEMENT):
        yield names[start : start + NAMES_PER_STATEMENT]
