"""Wrong tries of late, and until when nothing is tried (D6)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from cencomm.ids import AccountId
from cencomm.relay.tables.accounts import ACCOUNTS, TRIES

# Made once: see queries/sessions.py.
_FIND = select(TRIES).where(TRIES.c.key == bindparam("tried"))
_FORGET = delete(TRIES).where(TRIES.c.key == bindparam("tried"))
_FORGET_OLD = delete(TRIES).where(TRIES.c.last < bindparam("before"))
_new = upsert(TRIES)
_PUT = _new.on_conflict_do_update(
    index_elements=["key"],
    set_={name: _new.excluded[name] for name in ("account", "wrong", "since", "last", "until")},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """`key`: a handle, for all sources that its account does not know, or the key hash of a known source."""

    key: bytes
    account: AccountId | None
    count: int
    since: int
    last: int
    until: int


def find_tries(connection: Connection, key: bytes) -> Tries | None:
    row = connection.execute(_FIND, {"tried": key}).one_or_none()
    return None if row is None else _tries(row)


def put_tries(connection: Connection, tries: Tries) -> None:
    values = {
        "key": tries.key,
        "account": tries.account,
        "wrong": tries.count,
        "since": tries.since,
        "last": tries.last,
        "until": tries.until,
    }
    connection.execute(_PUT, values)


def forget_tries(connection: Connection, key: bytes) -> None:
    connection.execute(_FORGET, {"tried": key})


def forget_tries_of(connection: Connection, account: AccountId) -> None:
    connection.execute(delete(TRIES).where(TRIES.c.account == account))


def forget_old_tries(connection: Connection, *, before: int) -> None:
    connection.execute(_FORGET_OLD, {"before": before})


def forget_nobodys_tries(connection: Connection, *, but: int) -> None:
    """Of the handles that nobody has, all but the `but` that were tried last."""
    nobodys = select(TRIES.c.key).where(TRIES.c.account.is_(None))
    beyond = nobodys.order_by(TRIES.c.last.desc()).offset(but)
    connection.execute(delete(TRIES).where(TRIES.c.key.in_(beyond.scalar_subquery())))


def tries_at_handles_of(
    connection: Connection, accounts: Collection[AccountId], *, least: int, most: int
) -> list[Tries]:
    """At least `least` wrong tries from unknown sources, at these accounts, the newest first."""
    found = (
        select(TRIES)
        .join(ACCOUNTS, ACCOUNTS.c.handle == TRIES.c.key)
        .where(ACCOUNTS.c.id.in_(list(accounts)), TRIES.c.wrong >= least)
        .order_by(TRIES.c.last.desc())
        .limit(most)
    )
    return [_tries(row) for row in connection.execute(found)]


def _tries(row: Row[Any]) -> Tries:
    account = None if row.account is None else AccountId(row.account)
    return Tries(key=row.key, account=account, count=row.wrong, since=row.since, last=row.last, until=row.until)
