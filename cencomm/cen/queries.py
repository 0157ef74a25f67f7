"""Putting releases into CEN's tables, and taking them out again."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Integer, and_, bindparam, delete, func, insert, select, tuple_, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.cen.case import CaseKey, Share
from cencomm.cen.tables import CASES, RELEASES, SHARES, TALLIES, TOMBSTONES, Gone
from cencomm.ids import AccountId, MessageId, OperationId
from cencomm.node.records.queries import delete_record
from cencomm.node.records.record import Author
from cencomm.node.records.tables import MESSAGES

# What runs for every release is made once and runs in one `run_sync`: see node/records/queries.py.
_ADD_RELEASE, _ADD_SHARE, _ADD_CASE = insert(RELEASES), insert(SHARES), insert(CASES)
_FIND_CASE = select(CASES.c.id).where(
    *(CASES.c[name] == bindparam(name) for name in ("country", "organisation", "register", "reference"))
)
_TOMBSTONES_OF = select(TOMBSTONES.c.account, TOMBSTONES.c.organisation, TOMBSTONES.c.country).where(
    *(TOMBSTONES.c[name] == bindparam(name) for name in ("operation", "identity_key", "message"))
)
_counted = upsert(TALLIES).from_select(
    ["kind", "month", "first", "second", "cases"],
    select(SHARES.c.kind, SHARES.c.month, SHARES.c.first, SHARES.c.second, bindparam("by", type_=Integer)).where(
        SHARES.c.message == bindparam("release")
    ),
)
_ADD_UP = _counted.on_conflict_do_update(
    index_elements=[TALLIES.c.kind, TALLIES.c.month, TALLIES.c.first, TALLIES.c.second],
    set_={"cases": TALLIES.c.cases + _counted.excluded.cases},
)
_LEFT_ON_DISK = TOMBSTONES.c.honoured.in_((Gone.FROM_TABLES.value, Gone.BEING_OVERWRITTEN.value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A release as a withdrawal names it (rule S4)."""

    operation: OperationId
    identity_key: bytes
    message: MessageId


@dataclass(frozen=True, slots=True)
class Post:
    """Somebody's place at the time: `author.name` is not looked at."""

    account: AccountId
    author: Author

    def is_of_the_service_of(self, other: "Post") -> bool:
        """The same post, or one of the same service of the same country (rule R7)."""
        if self.account == other.account:
            return True
        ours, theirs = self.author, other.author
        return ours.country is not None and (ours.country, ours.organisation) == (theirs.country, theirs.organisation)


async def file_release(
    connection: AsyncConnection, number: int, key: CaseKey, shares: Iterable[Share], *, month: str, said_at: int
) -> None:
    """Record `number` is a release of the case, and the case's newest unless a later one is there."""
    await connection.run_sync(_file, number, key, shares, month=month, said_at=said_at)


async def bury(connection: AsyncConnection, named: Named, by: Post, *, withdrawn_at: int) -> None:
    """Note that `by` took the release back; what is noted already stays as it is."""
    tombstone = upsert(TOMBSTONES).values(
        operation=named.operation,
        identity_key=named.identity_key,
        message=named.message,
        account=by.account,
        organisation=by.author.organisation,
        country=by.author.country,
        withdrawn_at=withdrawn_at,
        honoured=Gone.NOT.value,
    )
    await connection.execute(tombstone.on_conflict_do_nothing())


async def honour(connection: AsyncConnection, named: Named, owner: Post) -> bool:
    """Whether somebody of the owner's service took the release back; the tombstone then says that it is gone."""
    rows = await connection.execute(
        _TOMBSTONES_OF, {"operation": named.operation, "identity_key": named.identity_key, "message": named.message}
    )
    entitled = [
        row.account
        for row in rows
        if Post(AccountId(row.account), Author(None, row.organisation, row.country)).is_of_the_service_of(owner)
    ]
    if not entitled:
        return False
    stones = update(TOMBSTONES).where(_of(named), TOMBSTONES.c.account.in_(entitled))
    await connection.execute(stones.values(honoured=Gone.FROM_TABLES.value))
    return True


async def count_to_overwrite(connection: AsyncConnection) -> int:
    """Of how many releases that were taken back something may still be on the disk."""
    return await connection.scalar(select(func.count()).select_from(TOMBSTONES).where(_LEFT_ON_DISK)) or 0


async def begin_overwriting(connection: AsyncConnection) -> None:
    """What is gone from the tables by now is what the overwriting that follows is for."""
    await connection.execute(update(TOMBSTONES).where(_LEFT_ON_DISK).values(honoured=Gone.BEING_OVERWRITTEN.value))


async def end_overwriting(connection: AsyncConnection) -> None:
    """What it was for is gone from the disk; what was taken back since is not."""
    begun = TOMBSTONES.c.honoured == Gone.BEING_OVERWRITTEN.value
    await connection.execute(update(TOMBSTONES).where(begun).values(honoured=Gone.FROM_DISK.value))


async def find_release(connection: AsyncConnection, named: Named) -> tuple[int, Post] | None:
    """Its record's number and its owner; None when it is not here."""
    message = MESSAGES.c
    row = (
        await connection.execute(
            select(message.id, message.account, message.author_organisation, message.author_country).where(
                message.operation == named.operation,
                message.identity_key == named.identity_key,
                message.message == named.message,
            )
        )
    ).one_or_none()
    if row is None:
        return None
    return row.id, Post(AccountId(row.account), Author(None, row.author_organisation, row.author_country))


async def delete_release(connection: AsyncConnection, number: int) -> None:
    """The record is gone with all that it counted for; an earlier release of the case is the newest again."""
    case = (await connection.execute(select(RELEASES.c.case).where(RELEASES.c.message == number))).scalar_one()
    await connection.execute(update(RELEASES).where(RELEASES.c.message == number).values(said_at=-1))
    await connection.run_sync(_choose_newest, case)
    newest = await connection.scalar(select(RELEASES.c.newest).where(RELEASES.c.message == number))
    if newest:  # it was the only one
        await connection.run_sync(_count, number, -1)
    await connection.execute(delete(SHARES).where(SHARES.c.message == number))
    await connection.execute(delete(RELEASES).where(RELEASES.c.message == number))
    if newest:
        await connection.execute(delete(CASES).where(CASES.c.id == case))
    await delete_record(connection, number)


def _file(
    connection: Connection, number: int, key: CaseKey, shares: Iterable[Share], *, month: str, said_at: int
) -> None:
    case = _find_case(connection, key)
    is_first = case is None
    if case is None:
        case = _insert_case(connection, key)
    release = {"message": number, "case": case, "said_at": said_at, "newest": int(is_first)}
    connection.execute(_ADD_RELEASE, release)
    rows = [
        {"message": number, "kind": one.kind.value, "first": one.first, "second": one.second, "month": month}
        for one in shares
    ]
    if rows:
        connection.execute(_ADD_SHARE, rows)
    if is_first:
        _count(connection, number, 1)
    else:
        _choose_newest(connection, case)


def _find_case(connection: Connection, key: CaseKey) -> int | None:
    return connection.scalar(_FIND_CASE, _case_row(key))


def _insert_case(connection: Connection, key: CaseKey) -> int:
    added = connection.execute(_ADD_CASE, _case_row(key))
    (number,) = added.inserted_primary_key or (None,)
    assert isinstance(number, int)  # an integer primary key always has one
    return number


def _choose_newest(connection: Connection, case: int) -> None:
    """What was said last is the case; of two said in one second, what came last."""
    releases = RELEASES.c
    order = select(releases.message).where(releases.case == case)
    newest = connection.scalar(order.order_by(releases.said_at.desc(), releases.message.desc()).limit(1))
    shown = connection.scalar(order.where(releases.newest == 1))
    if newest == shown:
        return
    if shown is not None:
        connection.execute(update(RELEASES).where(releases.message == shown).values(newest=0))
        _count(connection, shown, -1)
    assert newest is not None  # a case has a release
    connection.execute(update(RELEASES).where(releases.message == newest).values(newest=1))
    _count(connection, newest, 1)


def _count(connection: Connection, message: int, cases: int) -> None:
    """Add `cases` to every sum that the release's shares belong to; what comes to nothing is no line."""
    connection.execute(_ADD_UP, {"release": message, "by": cases})
    if cases < 0:
        share, tally = SHARES.c, TALLIES.c
        theirs = select(share.kind, share.month, share.first, share.second).where(share.message == message)
        place = tuple_(tally.kind, tally.month, tally.first, tally.second)
        connection.execute(delete(TALLIES).where(tally.cases == 0, place.in_(theirs)))


def _case_row(key: CaseKey) -> dict[str, str]:
    return {
        "country": key.country,
        "organisation": key.organisation,
        "register": key.register,
        "reference": key.reference,
    }


def _of(named: Named) -> ColumnElement[bool]:
    stone = TOMBSTONES.c
    return and_(
        stone.operation == named.operation,
        stone.identity_key == named.identity_key,
        stone.message == named.message,
    )
